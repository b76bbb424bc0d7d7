"""Figures of groups that reveal nothing about a person: head count, expected exits, and what each driver adds.

They are computed once, when a month is published, so that every reader gets the same figures and the same gaps.
`pipeline.disclosure` decides which groups are suppressed.
"""

from collections.abc import Collection, Mapping, Sequence
from math import sqrt
from typing import Any, Final

import numpy as np
import polars as pl

from features.contract.vocabulary import CONTEXT, DRIVERS
from pipeline.disclosure import changed_groups, hidden_groups
from pipeline.score_record import NORMAL_95

DIMENSIONS: Final = ("department", "location", "level", "manager")
"""How people are grouped, the most requested dimension first; a manager's group is the direct reports."""

EVERYONE: Final = "everyone"
"""The dimension with a single group, which has no name: all people scored."""

EXITS_DIGITS: Final = 1
LOG_ODDS_DIGITS: Final = 2
"""Decimals that are published. Rounding blurs what nothing forbids to deduce; it replaces no suppression."""

_UNKNOWN: Final = "\x00unknown"
_ALL: Final = "\x00all"
_COMPARED: Final = (EVERYONE, *DIMENSIONS)
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
"""The columns of `group_figures`. `value` is null for people whose group is unknown."""


def group_figures(
    scores: pl.DataFrame,
    factors: pl.DataFrame,
    before: Sequence[pl.DataFrame] = (),
    carried: Sequence[pl.DataFrame] = (),
    plausible: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """`SCHEMA`: a row for everyone and for every group of every dimension; of a suppressed one everything but its name
    is null.

    before: `shown_members` of each earlier publication of the same snapshot date. carried: those in which pairs of
    departments carried risks, which are sums with weights that are not stored: beside them, only groups of the same
    people are shown.

    plausible: as in a `Publication`; None if the risks count as known.

    expected_exits is the sum of the risks. low and high bound 95 % of the outcomes: people leave or stay by chance, and
    the risks themselves are uncertain, for all members in common. {driver}_log_odds is the mean of what the driver adds
    to a person's log-odds. All are rounded, low and high outwards.
    """
    people = _people(scores, factors)
    members = _members(people)
    hidden = hidden_groups(members, before)
    for earlier in carried:
        for name, groups in changed_groups(earlier, members).items():
            hidden[name] |= groups
    return pl.concat(
        [_figures(people, name, hidden[name], _shared_variance(people, name, plausible)) for name in _COMPARED]
    )


def added(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The figures of shown groups without common members, added up; all None without a group.

    The variances of chance add up too, so the range is narrower than the sum of the ranges. What lies beyond chance,
    the uncertainty of the risks, may be common to the groups: it adds up as a standard deviation.
    """
    figures = [name for name in SCHEMA if name not in ("dimension", "value")]
    if not rows:
        return dict.fromkeys(figures)
    people = sum(row["people"] for row in rows)
    expected = sum(row["expected_exits"] for row in rows)
    parts = [_parts_of_spread(row) for row in rows]
    spread = sqrt(sum(chance for chance, _ in parts) + sum(sqrt(shared) for _, shared in parts) ** 2)
    means = {
        name: round(sum(row[name] * row["people"] for row in rows) / people, LOG_ODDS_DIGITS)
        for name in figures
        if name.endswith("_log_odds")
    }
    return means | {
        "people": people,
        "expected_exits": round(expected, EXITS_DIGITS),
        "low": round(max(expected - spread, 0.0), EXITS_DIGITS),
        "high": round(min(expected + spread, people), EXITS_DIGITS),
    }


def _parts_of_spread(row: Mapping[str, Any]) -> tuple[float, float]:
    """The square of a group's wider side, divided into chance and the rest. Chance is largest for equal risks."""
    expected, people = row["expected_exits"], row["people"]
    whole = max(row["high"] - expected, expected - row["low"]) ** 2
    chance = min(NORMAL_95**2 * expected * (1 - expected / people), whole)
    return chance, whole - chance


def shown_members(scores: pl.DataFrame, groups: Mapping[str, Collection[str | None]]) -> pl.DataFrame:
    """person, and the person's group in `EVERYONE` and each of `DIMENSIONS`; null if not in `groups`, those shown."""
    members = _members(scores.select("employee_id", **_groups()))
    names = {name: [_stored_under(name, group) for group in groups[name]] for name in _COMPARED}
    return members.with_columns(pl.when(pl.col(name).is_in(names[name])).then(name).alias(name) for name in _COMPARED)


def _stored_under(dimension: str, group: str | None) -> str:
    return _ALL if dimension == EVERYONE else _UNKNOWN if group is None else group


def _members(people: pl.DataFrame) -> pl.DataFrame:
    return people.select(*_COMPARED, person="employee_id")


def _groups() -> dict[str, pl.Expr]:
    groups = {name: pl.col(_COLUMN.get(name, name)).cast(pl.String).fill_null(_UNKNOWN) for name in DIMENSIONS}
    return {EVERYONE: pl.lit(_ALL)} | groups


def _people(scores: pl.DataFrame, factors: pl.DataFrame) -> pl.DataFrame:
    """One row per person: the group in each dimension, the risk, and the log-odds that each driver adds."""
    sums = factors.group_by("employee_id").agg(
        pl.col("contribution").filter(pl.col("driver") == driver).sum().alias(f"{driver}_log_odds")
        for driver in (*DRIVERS, CONTEXT)
    )
    return scores.select("employee_id", "risk", **_groups()).join(sums, on="employee_id", how="left").fill_null(0.0)


def _shared_variance(people: pl.DataFrame, dimension: str, plausible: pl.DataFrame | None) -> pl.DataFrame:
    """A row for each group: `shared_variance`, of its exits, since its members' risks are uncertain together.

    The variance of the sum of plausible risks, less that of each risk: whether one person leaves has the variance
    risk · (1 − risk), however uncertain the risk.
    """
    if plausible is None:
        return people.select(pl.col(dimension).unique(), shared_variance=pl.lit(0.0))
    risks = people.select("employee_id", dimension).join(plausible, on="employee_id", how="inner").sort(dimension)
    drawn = risks["risks"].to_numpy().astype(np.float64)
    starts = np.flatnonzero((risks[dimension] != risks[dimension].shift()).fill_null(True).to_numpy())
    shared = np.add.reduceat(drawn, starts).var(axis=1) - np.add.reduceat(drawn.var(axis=1), starts)
    return pl.DataFrame({dimension: risks[dimension][starts], "shared_variance": np.maximum(shared, 0.0)})


def _figures(people: pl.DataFrame, dimension: str, hidden: set[str], shared: pl.DataFrame) -> pl.DataFrame:
    drivers = [name for name in SCHEMA if name.endswith("_log_odds")]
    variance = (pl.col("risk") * (1 - pl.col("risk"))).sum() + pl.col("shared_variance").first()
    deviation, expected, scale = variance.sqrt(), pl.col("risk").sum(), 10**EXITS_DIGITS
    people = people.join(shared, on=dimension, how="left").with_columns(pl.col("shared_variance").fill_null(0.0))
    rows = people.group_by(dimension).agg(
        people=pl.len().cast(pl.Int64),
        expected_exits=expected.round(EXITS_DIGITS),
        low=(pl.max_horizontal(expected - NORMAL_95 * deviation, 0.0) * scale).floor() / scale,
        high=(pl.min_horizontal(expected + NORMAL_95 * deviation, pl.len().cast(pl.Float64)) * scale).ceil() / scale,
        **{name: pl.col(name).mean().round(LOG_ODDS_DIGITS) for name in drivers},
    )
    is_shown = ~pl.col(dimension).is_in(list(hidden))
    figures = [name for name in SCHEMA if name not in ("dimension", "value")]
    return (
        rows.with_columns(pl.when(is_shown).then(name).alias(name) for name in figures)
        .with_columns(
            dimension=pl.lit(dimension), value=pl.when(~pl.col(dimension).is_in([_UNKNOWN, _ALL])).then(dimension)
        )
        .sort("value", nulls_last=True)
        .select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())
    )
