"""`partners.by_groups` in one compiled pass over the pairs: grouping them twice took half of a snapshot date's time.

tests/property/test_partners.py compares the two.
"""

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.collaboration.pair_merge import highest
from features.collaboration.pairs import ASKS, BASE
from features.collaboration.partners import OF_DEPARTMENTS, OF_PARTNERS
from features.engine.compiled import compiled

Ints = NDArray[np.int64]
Codes = NDArray[np.int32]

UNKNOWN: Final = -1
TRAITS: Final = {"department": UNKNOWN, "is_newcomer": 0, "has_left": 0}
"""The columns about a person, with the value that replaces null."""


def in_one_pass(pairs: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """employee_id, OF_PARTNERS and OF_DEPARTMENTS of everyone with a partner; faster with pairs sorted by the lower."""
    if not _are_by_the_lower(pairs["pair"].to_numpy()):
        pairs = pairs.sort("pair")
    pair, asks = pairs["pair"].to_numpy(), pairs[ASKS].to_numpy()
    codes = people["employee_id"].to_numpy()
    size = 1 + max(codes.max(initial=-1), highest(pair))
    traits = []
    for name, unknown in TRAITS.items():
        traits.append(np.full(size, unknown, dtype=np.int32))
        traits[-1][codes] = people[name].fill_null(unknown).to_numpy()
    counts = np.zeros((size, len(OF_PARTNERS) + len(OF_DEPARTMENTS) + 1), dtype=np.int64)
    _count(pair, asks, *traits, counts)
    table = pl.DataFrame(counts, schema=[*OF_PARTNERS, *OF_DEPARTMENTS, "with_departments"], orient="row")
    table = table.with_columns(pl.when(pl.col("with_departments") > 0).then(pl.col(*OF_DEPARTMENTS)))
    numbered = table.drop("with_departments").with_columns(employee_id=pl.int_range(size, dtype=pl.Int32))
    return numbered.filter(pl.col("all_partners") > 0)


@compiled()
def _are_by_the_lower(pair: Ints) -> bool:
    falls = 0
    for row in range(1, len(pair)):
        falls += pair[row] // BASE < pair[row - 1] // BASE
    return falls == 0


@compiled()
def _count(pair: Ints, asks: Ints, department: Codes, is_newcomer: Codes, has_left: Codes, counts: Ints) -> None:
    """Fill `counts`, a row per person: OF_PARTNERS, OF_DEPARTMENTS, and the colleagues with both departments known.

    The pairs are sorted by the lower person; a copy is first laid out by the higher one.
    """
    people = len(department)
    low_ends, high_ends = np.zeros(people + 1, dtype=np.int64), np.zeros(people + 1, dtype=np.int64)
    for row in range(len(pair)):
        low_ends[pair[row] // BASE + 1] += 1
        high_ends[pair[row] % BASE + 1] += 1
    low_ends, high_ends = low_ends.cumsum(), high_ends.cumsum()
    lower, asks_with_lower = np.empty(len(pair), dtype=np.int32), np.empty_like(asks)
    free = high_ends.copy()
    for row in range(len(pair)):
        high = pair[row] % BASE
        lower[free[high]], asks_with_lower[free[high]] = pair[row] // BASE, asks[row]
        free[high] += 1
    departments = department.max() + 1 if people else 0
    last_served_by, last_serving = np.full(departments, -1), np.full(departments, -1)  # the person last counted for
    for person in range(people):
        totals, own = counts[person], department[person]
        as_low = low_ends[person + 1] - low_ends[person]
        for number in range(as_low + high_ends[person + 1] - high_ends[person]):
            if number < as_low:
                row = low_ends[person] + number
                partner, asked, served = pair[row] % BASE, asks[row] // BASE, asks[row] % BASE
            else:
                row = high_ends[person] + number - as_low
                partner, asked, served = lower[row], asks_with_lower[row] % BASE, asks_with_lower[row] // BASE
            services = asked + served
            totals[0] += asked > 0
            totals[1] += served > 0
            totals[2] += asked > 0 and served > 0
            totals[3] += 1
            totals[4] += is_newcomer[partner] if served > 0 else 0
            totals[5] += has_left[partner]
            totals[6] += services
            totals[7] += services * (services - 1)
            other = department[partner]
            if own == UNKNOWN or other == UNKNOWN:
                continue
            if asked > 0 and last_serving[other] != person:
                last_serving[other] = person
                totals[8] += 1
            if served > 0 and last_served_by[other] != person:
                last_served_by[other] = person
                totals[9] += 1
            totals[10] += services
            totals[11] += services if own != other else 0
            totals[12] += 1
