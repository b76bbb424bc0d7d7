"""The exits ahead of each group of a publication, and the head count that remains without hires."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import median
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.outlook.predictive import other_exits, range_of, voluntary_exits
from pipeline.outlook.report import BY, HORIZONS, OutlookRow
from pipeline.score_record import NORMAL_95
from pipeline.store.groups.group_figures import EVERYONE, EXITS_DIGITS

Floats = NDArray[np.float64]
Figures = Mapping[str, list[dict[str, Any]]]
"""The published figures of groups by dimension (`pipeline.store.groups.group_figures`)."""

_HALF_A_DIGIT: Final = 0.5 * 10**-EXITS_DIGITS
_LEAST_FOR_SPREAD: Final = 1e-6


@dataclass(frozen=True)
class OtherExits:
    """The company's exits that were not voluntary, and the person-months in which they happened."""

    exits: int
    person_months: float


@dataclass(frozen=True)
class Group:
    """A group that may be shown: its people, as returned by `PublishedScores.posts_and_risks`, and the error of their
    log-odds that they share."""

    by: str
    name: str | None
    members: pl.DataFrame
    shared_sd: float

    def exits(self, months: int, among: pl.Series | None = None) -> Floats:
        """The probability of each number of voluntary exits within some months; by default, of all members."""
        members = self.members if among is None else self.members.filter(pl.col("employee_id").is_in(among.implode()))
        return voluntary_exits(_risks(members, months), self.shared_sd)

    def expected(self, months: int) -> float:
        """The sum of the risks."""
        return float(_risks(self.members, months).sum())


def groups_of(people: pl.DataFrame, figures: Figures, jobs: Collection[str] = ()) -> list[Group]:
    """The groups of `BY` that may be shown, everyone first; jobs: those that may be, which have no published figures.

    A group from which somebody was erased is left out: its published figures count the person. People of a job share
    as much error as those of the department in the middle.
    """
    parts = {by: dict(_parts(people, by)) for by in BY[1:]} | {EVERYONE: {None: people}}
    found = []
    for by in BY:
        for row in figures.get(by, ()):
            members = parts[by].get(row["value"])
            if members is not None and row["people"] == members.height:
                found.append(Group(by, row["value"], members, shared_sd(_risks(members), row)))
    spreads = [group.shared_sd for group in found if group.by == "department"]
    spread = median(spreads) if spreads else next((group.shared_sd for group in found), 0.0)
    return found + [Group("job", job, parts["job"][job], spread) for job in sorted(jobs)]


def horizons_of(people: pl.DataFrame) -> list[int]:
    """The horizons for which everyone has a risk: a model of data without dates has one horizon only."""
    return [months for months in HORIZONS if not people[f"risk_{months}m"].null_count()]


def rows_of(
    groups: Sequence[Group],
    suppressed: Mapping[str, Sequence[str | None]],
    horizons: Sequence[int],
    other: OtherExits | None,
) -> list[OutlookRow]:
    """A row for each group and horizon; those of suppressed groups, which have a name only, end their dimension."""
    rows = []
    for by in BY:
        rows += [_row(group, months, other) for group in groups if group.by == by for months in horizons]
        rows += [OutlookRow(by, name, months) for name in suppressed.get(by, ()) for months in horizons]
    return rows


def shared_sd(risks: Floats, figure: Mapping[str, Any]) -> float:
    """The standard deviation of the error of log-odds that a group shares, from the published 95 % range of its exits.

    The range's variance, less that of chance, is the shared part; Σ risk · (1 − risk) exits belong to one unit of
    log-odds. A range that ends at everyone says too little, and so does one from before ranges had a shared part.
    """
    expected, chance = float(risks.sum()), float((risks * (1 - risks)).sum())
    ends = [figure["high"] - expected] if figure["high"] < len(risks) else []
    ends += [expected - figure["low"]] if figure["low"] > 0 else []
    if not ends or chance < _LEAST_FOR_SPREAD:
        return 0.0
    deviation = max(max(ends) - _HALF_A_DIGIT, 0.0) / NORMAL_95
    return sqrt(max(deviation**2 - chance, 0.0)) / chance


def _parts(people: pl.DataFrame, by: str) -> Iterator[tuple[str | None, pl.DataFrame]]:
    for (name,), part in people.group_by(by):
        yield name, part


def _risks(people: pl.DataFrame, months: int | None = None) -> Floats:
    """(people,): the risks within some months; by default, at the horizon of the publication."""
    return people["risk" if months is None else f"risk_{months}m"].to_numpy().astype(np.float64)


def _row(group: Group, months: int, other: OtherExits | None) -> OutlookRow:
    exits = group.exits(months)
    low, high = range_of(exits)
    people, expected = group.members.height, group.expected(months)
    leaving, mean = exits, expected
    others: dict[str, Any] = {}
    if other is not None:
        time = people * months - expected * months / 2  # those who leave are there half of the time, on average
        distribution = other_exits(other.exits, other.person_months, time)
        of_others = float(np.arange(len(distribution)) @ distribution)
        other_low, other_high = range_of(distribution)
        others = {"other": round(of_others, EXITS_DIGITS), "other_low": other_low, "other_high": other_high}
        leaving, mean = np.convolve(exits, distribution), expected + of_others
    fewest, most = range_of(leaving)
    return OutlookRow(
        group.by,
        group.name,
        months,
        people,
        round(expected, EXITS_DIGITS),
        low,
        high,
        **others,
        head_count=round(people - mean, EXITS_DIGITS),
        head_count_low=max(people - most, 0),
        head_count_high=people - fewest,
    )
