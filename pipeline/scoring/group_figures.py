"""Figures of groups that tell nothing of a person: head count, expected exits, and what each driver adds.

Worked out once, when a month is published, so that every reader gets the same figures and the same gaps. A group
is suppressed when it, or what can be worked out by taking published figures from one another, is of fewer than
`LEAST_PEOPLE`:

- a group of fewer people than that;
- of two groups that differ by fewer people than that, the one of the later of `DIMENSIONS`;
- so many more of the smallest groups of a dimension that those suppressed are at least two, and together enough people
  (everyone minus the groups that are shown gives them), and differ enough from every group that is shown.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Final

import polars as pl

from features.contract.vocabulary import CONTEXT, DRIVERS

LEAST_PEOPLE: Final = 5
DIMENSIONS: Final = ("department", "location", "level", "manager")
"""By what people are grouped, the most asked for first; a manager's group are the direct reports."""

NORMAL_95: Final = 1.959964
"""The standard normal's quantile for a two-sided interval of 95 %."""

_HIDDEN: Final = "\x00hidden"
_UNKNOWN: Final = "\x00unknown"
_COLUMN: Final = {"manager": "manager_id"}

SCHEMA: Final = {
    "dimension": pl.String,
    "value": pl.String,
    "people": pl.Int64,
    "expected_exits": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    **{f"{driver}_log_odds": pl.Float64 for driver in (*DRIVERS, CONTEXT)},
}
"""The columns of `group_figures`. `value` is null for people of whom it is not known."""


def group_figures(scores: pl.DataFrame, factors: pl.DataFrame) -> pl.DataFrame:
    """`SCHEMA`: a row for every group of every dimension; of a suppressed one everything but its name is null.

    expected_exits is the sum of the risks; low and high are where 95 % of such groups would lie if the risks are right
    and people leave independently. {driver}_log_odds is the mean of what the driver adds to a person's log-odds.
    """
    people = _people(scores, factors)
    hidden = suppressed(people.select(DIMENSIONS))
    return pl.concat([_figures(people, dimension, hidden[dimension]) for dimension in DIMENSIONS])


def suppressed(people: pl.DataFrame) -> dict[str, set[str]]:
    """For each dimension the groups that are not shown. `people` holds a column a dimension, none of them null."""
    sizes = {name: dict(people.group_by(name).len().rows()) for name in people.columns}
    hidden = {name: {group for group, size in sizes[name].items() if size < LEAST_PEOPLE} for name in sizes}
    while True:
        for name in sizes:
            _hide_enough(sizes[name], hidden[name])
        before = {name: len(groups) for name, groups in hidden.items()}
        for name, group in _told_apart(people, hidden):
            hidden[name].add(_smallest_shown(sizes[name], hidden[name]) if group == _HIDDEN else group)
        if before == {name: len(groups) for name, groups in hidden.items()}:
            return hidden


def _people(scores: pl.DataFrame, factors: pl.DataFrame) -> pl.DataFrame:
    """A row a person: the group in each dimension, the risk, and the log-odds that each driver adds."""
    sums = factors.group_by("employee_id").agg(
        pl.col("contribution").filter(pl.col("driver") == driver).sum().alias(f"{driver}_log_odds")
        for driver in (*DRIVERS, CONTEXT)
    )
    groups = {
        name: pl.col(_COLUMN.get(name, name)).cast(pl.String).fill_null(_UNKNOWN).alias(name) for name in DIMENSIONS
    }
    return scores.select("employee_id", "risk", **groups).join(sums, on="employee_id", how="left").fill_null(0.0)


def _hide_enough(sizes: Mapping[str, int], hidden: set[str]) -> None:
    """Add the smallest groups until those that are hidden cannot be worked out from everyone minus those shown."""
    while hidden and len(hidden) < len(sizes):
        if len(hidden) > 1 and sum(sizes[group] for group in hidden) >= LEAST_PEOPLE:
            return
        hidden.add(_smallest_shown(sizes, hidden))


def _smallest_shown(sizes: Mapping[str, int], hidden: set[str]) -> str:
    return min((size, group) for group, size in sizes.items() if group not in hidden)[1]


def _told_apart(people: pl.DataFrame, hidden: Mapping[str, set[str]]) -> Iterator[tuple[str, str]]:
    """Of every two groups of different dimensions that differ by too few people, the one that must not be shown."""
    shown = people.with_columns(
        pl.when(pl.col(name).is_in(list(groups))).then(pl.lit(_HIDDEN)).otherwise(name).alias(name)
        for name, groups in hidden.items()
    )
    size = {name: shown.group_by(name).len(f"{name}_people") for name in shown.columns}
    for one, other in combinations(shown.columns, 2):
        both = shown.group_by(one, other).len("both").join(size[one], on=one).join(size[other], on=other)
        differing = pl.col(f"{one}_people") + pl.col(f"{other}_people") - 2 * pl.col("both").cast(pl.Int64)
        for first, second in both.filter(differing > 0, differing < LEAST_PEOPLE).select(one, other).rows():
            if second != _HIDDEN or _may_hide_more(people[other], hidden[other]):
                yield other, second
            elif first != _HIDDEN or _may_hide_more(people[one], hidden[one]):
                yield one, first


def _may_hide_more(groups: pl.Series, hidden: set[str]) -> bool:
    return len(hidden) < groups.n_unique()


def _figures(people: pl.DataFrame, dimension: str, hidden: set[str]) -> pl.DataFrame:
    drivers = [name for name in SCHEMA if name.endswith("_log_odds")]
    deviation = (pl.col("risk") * (1 - pl.col("risk"))).sum().sqrt()
    expected = pl.col("risk").sum()
    rows = people.group_by(dimension).agg(
        people=pl.len().cast(pl.Int64),
        expected_exits=expected,
        low=pl.max_horizontal(expected - NORMAL_95 * deviation, 0.0),
        high=pl.min_horizontal(expected + NORMAL_95 * deviation, pl.len().cast(pl.Float64)),
        **{name: pl.col(name).mean() for name in drivers},
    )
    is_shown = ~pl.col(dimension).is_in(list(hidden))
    figures = [name for name in SCHEMA if name not in ("dimension", "value")]
    return (
        rows.with_columns(pl.when(is_shown).then(name).alias(name) for name in figures)
        .with_columns(dimension=pl.lit(dimension), value=pl.when(pl.col(dimension) != _UNKNOWN).then(pl.col(dimension)))
        .sort("value", nulls_last=True)
        .select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())
    )
