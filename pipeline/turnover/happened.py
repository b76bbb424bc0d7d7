"""What happened in a source: the one function that computes every figure of turnover."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from features.calendar import month_end, month_index
from pipeline.turnover.groups.market import market_rates
from pipeline.turnover.groups.monthly import COLUMN_OF, EVERYONE, MANAGER, cells_of, chains, lines_of
from pipeline.turnover.groups.rows import Beside, Key, group_rows, month_rows
from pipeline.turnover.groups.tables import GroupTable, lines_table, small_for, tables_of
from pipeline.turnover.rates import MONTHS_A_YEAR
from pipeline.turnover.reasons import reason_rows
from pipeline.turnover.replacement import replacements, vacancies_of
from pipeline.turnover.report import DriverRow, GroupRow, MonthRow, Replacement, Turnover
from pipeline.turnover.retention.cohorts import cohort_rows
from pipeline.turnover.segments import segments_of
from pipeline.turnover.staff.episodes import months_of
from pipeline.turnover.staff.observed import Observed
from pipeline.turnover.staff.stays import how_regret_is_known

if TYPE_CHECKING:
    from features.source import Source

NO_SCORES = "No published scores expected anything of these months; groups are compared with the year before."
NO_REGRET = "Neither exits.regrettable nor reviews: it is not known which exits the company regrets."
NO_REASONS = "The source states no reasons of exits."


MONTHS_OF_LINES: Final = 13
"""The months that are kept of managers' lines, of which a large company has thousands."""


@dataclass(frozen=True)
class Expectation:
    """What published scores expected of the window: rates a year per person, and what drivers added before exits."""

    rates: Mapping[Key, float] = field(default_factory=dict)
    drivers: tuple[DriverRow, ...] = ()
    drivers_of: int = 0


@dataclass(frozen=True)
class Happened:
    """The figures for everyone who may see small groups of five, and those for readers who see none under ten."""

    turnover: Turnover
    large_groups: Turnover


def months_between(first: date, last: date) -> list[date]:
    """The last days of all months from one day to another."""
    return [month_end(first, number) for number in range(month_index(last) - month_index(first) + 1)]


def window_of(months: list[date]) -> tuple[date, date]:
    """The day before the last twelve months, or before the period where it is shorter, and their last day."""
    first = months[max(len(months) - MONTHS_A_YEAR, 0)]
    return month_end(first, -1), months[-1]


def happened(observed: Observed, expectation: Expectation = Expectation(), least: int = 10) -> Happened:
    """Compute what happened in a source. `least`: the fewest people of a group in `large_groups`."""
    source, episodes = observed.source, observed.episodes
    by_month = months_of(episodes)
    months = months_between(source.complete_from, source.complete_until)
    present = [name for name, column in COLUMN_OF.items() if column in by_month.columns]
    tables = tables_of({by: cells_of(by_month, by) for by in (EVERYONE, *present)}, months)
    lines = lines_of(by_month, episodes)
    if not lines.is_empty():
        tables[MANAGER] = lines_table(lines, _leavers(episodes, lines, months), tables[EVERYONE], months)
    beside = _beside(source, episodes, months, expectation)
    about = _about(source, observed.stays, months, expectation) | {"segments": segments_of(by_month, months)}
    small = {
        by: table.without(small_for(table, least)) for by, table in tables.items() if by not in (EVERYONE, MANAGER)
    }
    large = {EVERYONE: tables[EVERYONE], **small}
    return Happened(
        Turnover(**about, **_rows(tables, months, beside)), Turnover(**about, **_rows(large, months, beside))
    )


def _rows(tables: Mapping[str, GroupTable], months: list[date], beside: Beside) -> dict[str, Any]:
    rows: list[MonthRow] = []
    groups: list[GroupRow] = []
    for table in tables.values():
        rows += month_rows(table, months, max(len(months) - MONTHS_OF_LINES, 0) if table.by == MANAGER else 0)
        groups += group_rows(table, months, beside)
    return {"months": tuple(rows), "groups": tuple(groups)}


def _about(source: "Source", stays: pl.DataFrame, months: list[date], expectation: Expectation) -> dict[str, Any]:
    """What does not depend on the tables of groups."""
    after, until = window_of(months)
    reasons = reason_rows(stays, after, until)
    regret = how_regret_is_known(source)
    missing = [
        *([] if expectation.rates else [NO_SCORES]),
        *([] if regret else [NO_REGRET]),
        *([] if reasons else [NO_REASONS]),
    ]
    return {
        "source": source.name,
        "complete_from": source.complete_from,
        "complete_until": source.complete_until,
        "window_first": month_end(after, 1),
        "window_last": until,
        "reasons": reasons,
        "drivers": expectation.drivers,
        "drivers_of": expectation.drivers_of,
        "cohorts": cohort_rows(stays),
        "regret": regret,
        "expectation": "scores" if expectation.rates else "year_before",
        "notes": tuple(missing),
    }


def _beside(source: "Source", episodes: pl.DataFrame, months: list[date], expectation: Expectation) -> Beside:
    after, until = window_of(months)
    vacancies = vacancies_of(episodes)
    found: dict[Key, Replacement] = {}
    for by in (EVERYONE, "department", "job"):
        if by == EVERYONE or by in vacancies.columns:
            parts = replacements(vacancies, None if by == EVERYONE else by)
            found |= {(by, group): each for group, each in parts.items()}
    return Beside(expectation.rates, market_rates(source, after, until), found)


def _leavers(episodes: pl.DataFrame, lines: pl.DataFrame, months: list[date]) -> pl.DataFrame:
    """leaver, month (a number), line: a row for each line that a leaver was in, or one with a null."""
    number = pl.DataFrame({"end": months, "month": range(len(months))}, schema={"end": pl.Date, "month": pl.Int64})
    left = episodes.filter(pl.col("kind").is_not_null()).select(
        leaver="stay", manager="manager_id", end=pl.col("last").dt.month_end()
    )
    teams = left.select("manager", month="end").drop_nulls().unique()
    above = chains(teams, episodes).rename({"month": "end"})
    placed = left.join(above, on=["manager", "end"], how="left").join(number, on="end")
    return placed.select("leaver", "month", "line")
