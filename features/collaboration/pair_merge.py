"""The sums of pairs and what is added to them, by the lower person: one compiled pass, nothing sorted or hashed."""

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.collaboration.pairs import ASKS, BASE
from features.engine.compiled import compiled

Ints = NDArray[np.int64]
Counts = NDArray[np.int32]

TYPES: Final = {"pair": np.int64, ASKS: np.int64, "rows": np.int32}


def merged(sums: pl.DataFrame, more: pl.DataFrame) -> pl.DataFrame:
    """Sums of both by `pair`: of ASKS, and of `rows`, without which a pair goes. By the lower person, ascending.

    `sums` is in that order and has each pair once; `more` is in any order.
    """
    held, added = ([table[name].to_numpy() for name in TYPES] for table in (sums, more))
    people = 1 + max(highest(held[0]), highest(added[0]))
    laid_out = [np.empty_like(column) for column in added]
    ends = np.zeros(people + 1, dtype=np.int64)
    _lay_out(*added, *laid_out, ends)
    del more, added  # of a large company it is too much to hold twice
    found = [np.empty(len(held[0]) + len(laid_out[0]), dtype=dtype) for dtype in TYPES.values()]
    kept = _merge(*held, *laid_out, ends, *found)
    return pl.DataFrame({name: column[:kept] for name, column in zip(TYPES, found, strict=True)})


@compiled()
def highest(pair: Ints) -> int:
    """The highest code of a person, who is the higher of some pair; -1 without any."""
    highest = -1
    for both in pair:
        highest = max(highest, both % BASE)
    return highest


@compiled()
def _lay_out(
    pair: Ints, asks: Ints, rows: Counts, laid_pair: Ints, laid_asks: Ints, laid_rows: Counts, ends: Ints
) -> None:
    """Fill in the rows by the lower person, and after the last of the people before each how many there are."""
    for both in pair:
        ends[both // BASE + 1] += 1
    for person in range(len(ends) - 1):
        ends[person + 1] += ends[person]
    free = ends.copy()
    for row in range(len(pair)):
        place = free[pair[row] // BASE]
        laid_pair[place], laid_asks[place], laid_rows[place] = pair[row], asks[row], rows[row]
        free[pair[row] // BASE] += 1


@compiled()
def _merge(
    pair: Ints,
    asks: Ints,
    rows: Counts,
    more_pair: Ints,
    more_asks: Ints,
    more_rows: Counts,
    more_ends: Ints,
    found_pair: Ints,
    found_asks: Ints,
    found_rows: Counts,
) -> int:
    """Fill in what is found; gives how many pairs that is."""
    place_of = np.full(len(more_ends) - 1, -1)  # where the pair with each higher person was last found
    found = at = 0
    for lower in range(len(more_ends) - 1):
        first = found
        while at < len(pair) and pair[at] // BASE == lower:
            found_pair[found], found_asks[found], found_rows[found] = pair[at], asks[at], rows[at]
            place_of[pair[at] % BASE] = found
            found += 1
            at += 1
        for row in range(more_ends[lower], more_ends[lower + 1]):
            place = place_of[more_pair[row] % BASE]
            if not (first <= place < found and found_pair[place] == more_pair[row]):  # of a lower person before
                place = place_of[more_pair[row] % BASE] = found
                found_pair[found], found_asks[found], found_rows[found] = more_pair[row], 0, 0
                found += 1
            found_asks[place] += more_asks[row]
            found_rows[place] += more_rows[row]
        kept = first
        for place in range(first, found):
            found_pair[kept], found_asks[kept] = found_pair[place], found_asks[place]
            found_rows[kept] = found_rows[place]
            kept += found_rows[place] > 0
        found = kept
    return found
