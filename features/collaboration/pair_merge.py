"""Adding rows to the sums of pairs, by the lower person: one compiled pass without sorting or hashing."""

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
    """Sums of both by `pair`: of ASKS and of `rows`, ascending by the lower person. Pairs with 0 `rows` are dropped.

    `sums` is in that order and has each pair once; `more` is in any order.
    """
    held, added = ([table[name].to_numpy() for name in TYPES] for table in (sums, more))
    people = 1 + max(highest(held[0]), highest(added[0]))
    laid_out = [np.empty_like(column) for column in added]
    ends = np.zeros(people + 1, dtype=np.int64)
    _lay_out(*added, *laid_out, ends)
    del more, added  # a large company's rows are too many to hold twice
    out = [np.empty(len(held[0]) + len(laid_out[0]), dtype=dtype) for dtype in TYPES.values()]
    length = _merge(*held, *laid_out, ends, *out)
    return pl.DataFrame({name: column[:length] for name, column in zip(TYPES, out, strict=True)})


@compiled()
def highest(pair: Ints) -> int:
    """The highest code of a person in any pair; -1 without pairs."""
    highest = -1
    for both in pair:
        highest = max(highest, both % BASE)
    return highest


@compiled()
def _lay_out(
    pair: Ints, asks: Ints, rows: Counts, laid_pair: Ints, laid_asks: Ints, laid_rows: Counts, ends: Ints
) -> None:
    """Fill `laid_*` with the rows ordered by the lower person, and `ends` with the first position of each person.

    The entry after the last person is the number of rows.
    """
    for both in pair:
        ends[both // BASE + 1] += 1
    for person in range(len(ends) - 1):
        ends[person + 1] += ends[person]
    free = ends.copy()
    for row in range(len(pair)):
        position = free[pair[row] // BASE]
        laid_pair[position], laid_asks[position], laid_rows[position] = pair[row], asks[row], rows[row]
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
    out_pair: Ints,
    out_asks: Ints,
    out_rows: Counts,
) -> int:
    """Fill `out_*` with the sums; returns the number of pairs."""
    position_of = np.full(len(more_ends) - 1, -1)  # where the last pair with each higher person is
    end = at = 0
    for lower in range(len(more_ends) - 1):
        first = end
        while at < len(pair) and pair[at] // BASE == lower:
            out_pair[end], out_asks[end], out_rows[end] = pair[at], asks[at], rows[at]
            position_of[pair[at] % BASE] = end
            end += 1
            at += 1
        for row in range(more_ends[lower], more_ends[lower + 1]):
            position = position_of[more_pair[row] % BASE]
            if not (first <= position < end and out_pair[position] == more_pair[row]):  # from an earlier lower person
                position = position_of[more_pair[row] % BASE] = end
                out_pair[end], out_asks[end], out_rows[end] = more_pair[row], 0, 0
                end += 1
            out_asks[position] += more_asks[row]
            out_rows[position] += more_rows[row]
        kept = first
        for position in range(first, end):
            out_pair[kept], out_asks[kept] = out_pair[position], out_asks[position]
            out_rows[kept] = out_rows[position]
            kept += out_rows[position] > 0
        end = kept
    return end
