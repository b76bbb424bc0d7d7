"""Segments of whom more people are expected to leave, by the published risks, than the groups explain.

The search is the one for people who left, with each person's risk in place of an exit. A sum of risks varies less than
a count of exits: by how much is estimated from the people, those of one manager together, since what a manager does
differently is common to the team. The months of two publications have people in common, so the later one is no
independent evidence: its own test counts all combinations, not only those that the earlier month found.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl

from pipeline.turnover.report import ExpectedSegment
from pipeline.turnover.segments.search import (
    DIMENSIONS,
    ERROR,
    FEWEST_DIMENSIONS,
    FEWEST_PEOPLE,
    Cells,
    Conditions,
    candidates,
    combinations_of,
    distinct,
    is_inside,
)

LEAST_RATIO: Final = 1.25
"""Expected exits over explained ones: in a large company much smaller differences are clear, and are no news."""
_SMALLEST: Final = 1e-9


def expected_segments(before: pl.DataFrame, now: pl.DataFrame) -> tuple[ExpectedSegment, ...]:
    """The confirmed segments, clearest first.

    before, now: the people scored on two days, at least a horizon apart: risk, team (the manager, or null) and as many
    of `DIMENSIONS` as there are, as texts.
    """
    names = [name for name in DIMENSIONS if name in now.columns]
    if len(names) < FEWEST_DIMENSIONS or min(before.height, now.height) < FEWEST_PEOPLE:
        return ()
    earlier, newest = _cells(before, names), _cells(now, names)
    found = {each.conditions for each in candidates(earlier, names)}
    conditions, chances = combinations_of(newest, names)
    order = np.argsort(chances, kind="stable")
    again = [conditions[at] for at in order if conditions[at] in found and chances[at] * len(chances) <= ERROR]
    described = (_described(each, now, newest) for each in distinct(again, lambda each: each, newest))
    return tuple(each for each in described if each.expected >= LEAST_RATIO * each.explained)


def _cells(people: pl.DataFrame, names: Sequence[str]) -> Cells:
    """`worked` is the number of people, `left` the sum of their risks in units of its variance over its mean."""
    sums = people.group_by(names).agg(pl.len().cast(pl.Float64).alias("worked"), pl.col("risk").sum().alias("left"))
    plain = Cells.of(sums, names, 1)
    unit = _variance(people, plain, names)
    return Cells.of(plain.table.with_columns(pl.col("left") / unit), names, 1)


def _variance(people: pl.DataFrame, cells: Cells, names: Sequence[str]) -> float:
    """The variance of a sum of risks over its mean: that of persons (Pearson's), times the design effect of teams."""
    rates = cells.table.select(*names, rate=pl.Series(cells.model.expected) / pl.col("worked"))
    people = people.with_row_index("person").with_columns(team=pl.coalesce("team", pl.format("alone {}", "person")))
    rest = people.join(rates, on=names, nulls_equal=True, maintain_order="left").select(
        "team", residual=(pl.col("risk") - pl.col("rate")) / pl.col("rate").clip(_SMALLEST).sqrt()
    )
    squares = float((rest["residual"] ** 2).sum())
    together = float((rest.group_by("team", maintain_order=True).agg(pl.col("residual").sum())["residual"] ** 2).sum())
    free = max(people.height - sum(people[name].n_unique() for name in names), 1)
    return max(squares / free * max(together / max(squares, _SMALLEST), 1.0), _SMALLEST)


def _described(conditions: Conditions, people: pl.DataFrame, cells: Cells) -> ExpectedSegment:
    inside = people.filter(is_inside(conditions))
    mask = cells.mask(conditions)
    risks = float(inside["risk"].sum())
    ratio = float(cells.table["left"].to_numpy()[mask].sum()) / max(cells.model.expected_without(mask), _SMALLEST)
    return ExpectedSegment(conditions, inside.height, round(risks, 1), round(risks / ratio, 1))
