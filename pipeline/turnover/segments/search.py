"""The search for segments: every combination of two or three groups, each compared with what its groups explain.

What the groups explain is a rate with one factor for each group, fitted to all of them together. Dimensions are those
of a post, and the time in the company; protected attributes are none of them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final, Self, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.turnover.rates import adjusted
from pipeline.turnover.report import Condition
from pipeline.turnover.segments.multiplicative import Multiplicative

DIMENSIONS: Final = ("department", "level", "location", "job", "contract", "tenure")
FEWEST_PEOPLE: Final = 20
"""Mean head count of a segment, in the months of the search and in those that confirm it."""
FALSE_DISCOVERIES: Final = 0.2
ERROR: Final = 0.05
MOST: Final = 10
"""Segments that are tested again: the more there are, the less each is likely to be confirmed."""
LARGEST_OVERLAP: Final = 0.5
"""Of the smaller segment; of two that overlap more, the clearer one is tested."""
FEWEST_DIMENSIONS: Final = 2

Conditions = tuple[Condition, ...]
Mask = NDArray[np.bool_]
T = TypeVar("T")


@dataclass(frozen=True)
class Cells:
    """Months: one row per combination of all dimensions, with `worked` (person-months) and `left`; and what the groups
    explain of `left`."""

    table: pl.DataFrame
    model: Multiplicative
    months: int

    @classmethod
    def of(cls, table: pl.DataFrame, names: Sequence[str], months: int) -> Self:
        """The cells of a table, with the model fitted to them. names: the dimensions."""
        table = table.sort(names)
        codes = [table[name].rank("dense").fill_null(0).cast(pl.Int64).to_numpy() for name in names]
        left, worked = (table[name].cast(pl.Float64).to_numpy() for name in ("left", "worked"))
        return cls(table, Multiplicative.fit(left, worked, codes), months)

    def mask(self, conditions: Sequence[Condition]) -> Mask:
        """The rows of a segment."""
        return self.table.select(is_inside(conditions)).to_series().to_numpy()


@dataclass(frozen=True)
class Candidate:
    """A combination, the chance of as many leavers by chance alone, and the same corrected for all combinations."""

    conditions: Conditions
    chance: float
    corrected: float


def is_inside(conditions: Sequence[Condition]) -> pl.Expr:
    """Whether a row is in all groups of a segment."""
    return pl.all_horizontal((pl.col(each.by) == each.group).fill_null(value=False) for each in conditions)


def combinations_of(cells: Cells, names: Sequence[str]) -> tuple[list[Conditions], list[float]]:
    """Every combination of enough people, and the chance of each (`Multiplicative.chances`)."""
    found: list[Conditions] = []
    chances: list[float] = []
    for each in (chosen for size in (2, 3) for chosen in combinations(names, size)):
        sizes = cells.table.drop_nulls(each).group_by(each).agg(pl.col("worked").sum()).sort(each)
        large = sizes.filter(pl.col("worked") >= FEWEST_PEOPLE * cells.months).with_row_index("set")
        numbers = cells.table.join(large, on=each, how="left", maintain_order="left")["set"]
        chances += cells.model.chances(numbers.cast(pl.Int64).fill_null(-1).to_numpy())[: large.height].tolist()
        found += [tuple(map(Condition, each, row)) for row in large.select(each).rows()]
    return found, chances


def candidates(cells: Cells, names: Sequence[str]) -> list[Candidate]:
    """The combinations in which more people left than expected, at `FALSE_DISCOVERIES`, clearest first."""
    found, chances = combinations_of(cells, names)
    corrected = adjusted(chances)
    order = (at for at in np.argsort(chances, kind="stable") if corrected[at] <= FALSE_DISCOVERIES)
    return [Candidate(found[at], chances[at], float(corrected[at])) for at in order]


def distinct(found: Iterable[T], conditions: Callable[[T], Sequence[Condition]], cells: Cells) -> list[T]:
    """The first `MOST` that are not largely about the people of a clearer one."""
    worked = cells.table["worked"].to_numpy()
    taken: list[tuple[T, Mask]] = []
    for each in found:
        mask = cells.mask(conditions(each))
        overlaps = (worked[mask & other].sum() / min(worked[mask].sum(), worked[other].sum()) for _, other in taken)
        if len(taken) < MOST and all(share <= LARGEST_OVERLAP for share in overlaps):
            taken.append((each, mask))
    return [each for each, _ in taken]
