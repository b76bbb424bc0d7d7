"""The sums of pairs and what is added to them, both in the order of their pairs: one compiled pass, not a grouping."""

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.compiled import compiled
from features.pairs import ASKS

Ints = NDArray[np.int64]
Counts = NDArray[np.int32]

TYPES: Final = {"pair": np.int64, ASKS: np.int64, "rows": np.int32}


def merged(sums: pl.DataFrame, more: pl.DataFrame) -> pl.DataFrame:
    """Sums of both by `pair`, in its order: of ASKS, and of `rows`, without which a pair goes.

    Both rise by pair; in `sums` each is there once.
    """
    found = [np.empty(len(sums) + len(more), dtype=dtype) for dtype in TYPES.values()]
    both = [table[name].to_numpy() for table in (sums, more) for name in TYPES]
    kept = _merge(*both, *found)
    columns = [pl.Series(name, found.pop()[:kept]) for name in reversed(TYPES)]  # each copied as the last one goes
    return pl.DataFrame(columns[::-1])


@compiled()
def _merge(
    pair: Ints,
    asks: Ints,
    rows: Counts,
    more_pair: Ints,
    more_asks: Ints,
    more_rows: Counts,
    found_pair: Ints,
    found_asks: Ints,
    found_rows: Counts,
) -> int:
    """Fill in what is found; gives how many pairs that is."""
    found = at = at_more = 0
    while at < len(pair) or at_more < len(more_pair):
        is_held = at_more == len(more_pair) or (at < len(pair) and pair[at] <= more_pair[at_more])
        found_pair[found] = pair[at] if is_held else more_pair[at_more]
        found_asks[found] = asks[at] if is_held else 0
        found_rows[found] = rows[at] if is_held else 0
        at += is_held
        while at_more < len(more_pair) and more_pair[at_more] == found_pair[found]:
            found_asks[found] += more_asks[at_more]
            found_rows[found] += more_rows[at_more]
            at_more += 1
        found += found_rows[found] > 0
    return found
