"""Rows of the last twelve months and of every month, from the tables of groups."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

import numpy as np

from pipeline.turnover.groups.monthly import FIGURES
from pipeline.turnover.groups.tables import GroupTable, Numbers
from pipeline.turnover.rates import (
    MONTHS_A_YEAR,
    Comparison,
    Rate,
    adjusted,
    against_expected,
    annual_rates,
    headcount_rate,
    rate_ratio,
)
from pipeline.turnover.report import GroupRow, MonthRow, Replacement
from pipeline.turnover.staff.stays import KINDS

ALARM: Final = 0.05
"""The share of false alarms among groups that are said to lose more people than expected."""

DIGITS: Final = 3
"""Decimals of person-months."""

Key = tuple[str, str | None]


@dataclass(frozen=True)
class Beside:
    """What groups are compared with, each by dimension and group.

    expected_rates: voluntary exits a year per person that published scores expected. market_rates: of the source's
    table. replacement: how long it took to fill the places of those who left.
    """

    expected_rates: Mapping[Key, float] = field(default_factory=dict)
    market_rates: Mapping[Key, float] = field(default_factory=dict)
    replacement: Mapping[Key, Replacement] = field(default_factory=dict)


def month_rows(table: GroupTable, months: Sequence[date], first: int = 0) -> Iterator[MonthRow]:
    """A row for every group and month, from month number `first`; one that is not shown has only its name."""
    figures = {name: table.figures[name].astype(int).tolist() for name in ("people", "hires", "exits", *KINDS)}
    worked = np.round(table.figures["person_months"], DIGITS).tolist()
    for number in range(first, len(months)):
        has_kinds = table.shown.window(number, number + 1).tolist()
        rates = _rates_up_to(table, number)
        is_group = table.shown.is_group[:, number].tolist()
        for group, name in enumerate(table.groups):
            if not is_group[group]:
                yield MonthRow(months[number], table.by, name)
                continue
            people, hires, exits, *kinds = (each[group][number] for each in figures.values())
            shown = kinds if has_kinds[group] or not exits else [None] * len(kinds)
            row = (months[number], table.by, name, people, worked[group][number], hires, exits, *shown, rates[group])
            yield MonthRow(*row)


@dataclass(frozen=True)
class _Sums:
    """Figures of a table summed over two periods: (groups,) each. people: at the start and at the end of each month."""

    window: Mapping[str, Numbers]
    before: Mapping[str, Numbers]
    people: Numbers
    has_start: bool


def group_rows(table: GroupTable, months: Sequence[date], beside: Beside) -> list[GroupRow]:
    """The rows of one table over its last twelve months, their comparisons corrected for the number of groups."""
    last = len(months)
    first = max(last - MONTHS_A_YEAR, 0)
    is_shown = np.all(table.shown.is_group[:, first:], axis=1)
    has_kinds = table.shown.window(first, last) & is_shown
    has_before = table.shown.window(first - MONTHS_A_YEAR, first) & has_kinds
    sums = _sums_of(table, first, last)
    rates = {name: _rates(sums.window[name], sums.window["person_months"]) for name in ("exits", *KINDS)}
    rows = [
        _group_row(table, at, sums, rates, bool(has_kinds[at]), bool(has_before[at]), beside)
        if is_shown[at]
        else GroupRow(table.by, name)
        for at, name in enumerate(table.groups)
    ]
    rows = _corrected(rows, "year_before", lambda row: row.year_before)
    rows = _corrected(rows, "expected", lambda row: row.expected)
    return [replace(row, is_more_than_expected=_is_more(row)) for row in rows]


def _sums_of(table: GroupTable, first: int, last: int) -> _Sums:
    return _Sums(
        window={name: table.summed(name, first, last) for name in FIGURES},
        before={name: table.summed(name, max(first - MONTHS_A_YEAR, 0), first) for name in FIGURES},
        people=table.figures["people"][:, max(first - 1, 0) : last],
        has_start=first > 0,
    )


def _group_row(
    table: GroupTable,
    at: int,
    sums: _Sums,
    rates: Mapping[str, Sequence[Rate | None]],
    has_kinds: bool,
    has_before: bool,
    beside: Beside,
) -> GroupRow:
    name = table.groups[at]
    total = {each: int(sums.window[each][at]) for each in FIGURES if each != "person_months"}
    people = [int(each) for each in sums.people[at]]
    start = people[0] if sums.has_start else None
    row = GroupRow(
        by=table.by,
        group=name,
        people_start=start,
        people_end=people[-1],
        person_months=round(float(sums.window["person_months"][at]), DIGITS),
        hires=total["hires"],
        exits=total["exits"],
        moves=None if start is None else people[-1] - start - total["hires"] + total["exits"],
        total_rate=rates["exits"][at],
        market_rate=beside.market_rates.get((table.by, name)),
        replacement=beside.replacement.get((table.by, name)),
    )
    if not has_kinds:
        return row
    of_kinds: dict[str, Any] = {kind: total[kind] for kind in KINDS}
    of_kinds |= {f"{kind}_rate": rates[kind][at] for kind in KINDS}
    return replace(
        row,
        **of_kinds,
        headcount_rate=None if start is None else headcount_rate(total["voluntary"], people),
        regretted=total["regretted"] if total["judged"] else None,
        judged=total["judged"] or None,
        year_before=_year_before(sums, at) if has_before else None,
        **_expected(beside.expected_rates.get((table.by, name)), sums, at),
    )


def _expected(rate: float | None, sums: _Sums, at: int) -> dict[str, Any]:
    """The exits that published scores expected of a group, and the comparison with them."""
    if rate is None:
        return {}
    expected = rate * float(sums.window["person_months"][at]) / MONTHS_A_YEAR
    return {
        "expected_exits": round(expected, 1),
        "expected": against_expected(int(sums.window["voluntary"][at]), expected),
    }


def _year_before(sums: _Sums, at: int) -> Comparison | None:
    now, then = ((int(each["voluntary"][at]), float(each["person_months"][at])) for each in (sums.window, sums.before))
    return rate_ratio(*now, *then)


def _rates_up_to(table: GroupTable, number: int) -> list[Rate | None]:
    """The voluntary rate of the twelve months up to the end of a month, by group; None where it is not shown."""
    first = number + 1 - MONTHS_A_YEAR
    allowed = table.shown.window(first, number + 1) & table.shown.is_group[:, number]
    if not allowed.any():
        return [None] * len(table.groups)
    worked = np.where(allowed, table.summed("person_months", first, number + 1), 0.0)
    return _rates(table.summed("voluntary", first, number + 1), worked)


def _rates(exits: Numbers, person_months: Numbers) -> list[Rate | None]:
    """The rate of each group; None without time at risk."""
    found = np.array(annual_rates(exits, person_months)).T.tolist()
    return [Rate(*rate) if months > 0 else None for rate, months in zip(found, person_months, strict=True)]


def _corrected(rows: list[GroupRow], name: str, of: Callable[[GroupRow], Comparison | None]) -> list[GroupRow]:
    compared = [(at, found) for at, row in enumerate(rows) if (found := of(row)) is not None]
    corrected = list(rows)
    for (at, found), p in zip(compared, adjusted([found.p for _, found in compared]), strict=True):
        changed: dict[str, Any] = {name: replace(found, p_adjusted=float(p))}
        corrected[at] = replace(rows[at], **changed)
    return corrected


def _is_more(row: GroupRow) -> bool | None:
    """Whether more people left voluntarily than published scores expected, or than in the year before."""
    compared = row.expected or row.year_before
    if compared is None or compared.p_adjusted is None:
        return None
    return compared.ratio > 1 and compared.p_adjusted < ALARM
