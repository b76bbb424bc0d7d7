"""The snapshot dates of a source, and the people and exits that none of them sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import narwhals as nw
import numpy as np
import polars as pl

from features.calendar import month_end
from features.contract.ended_spell import with_ended_spell

MOST_UNSEEN: Final = 0.05
"""The share of exits that snapshot dates may miss before others are tried."""
FEWEST_UNSEEN: Final = 10
"""Fewer missed exits can be chance."""


@dataclass(frozen=True)
class Period:
    """The settings that snapshot dates follow from."""

    complete_from: date
    complete_until: date
    every_months: int
    horizon_months: int


@dataclass(frozen=True)
class Unseen:
    """How many of the period's people are at risk on no snapshot date, and how many exits lie in the horizon of none.

    An exit in the horizon counts only where the person was still at risk on the date.
    """

    people: int
    of_people: int
    exits: int
    of_exits: int

    @property
    def is_much(self) -> bool:
        return self.exits >= FEWEST_UNSEEN and self.exits > MOST_UNSEEN * self.of_exits


def stays_of(employees: pl.LazyFrame, exits: pl.LazyFrame) -> pl.DataFrame:
    """The spells: employee_id, start, exit_date (null: still here), at_risk_until (exclusive; the day of notice).

    `employees` and `exits` are canonical tables.
    """
    observed = ["observed_from"] if "observed_from" in employees.collect_schema() else []
    begins = pl.max_horizontal("hire_date", "recorded_at", *observed)
    spells = employees.group_by("employee_id", "hire_date").agg(start=begins.min())
    placed: pl.LazyFrame = nw.to_native(with_ended_spell(nw.from_native(exits), nw.from_native(spells)))
    ends = placed.group_by("employee_id", hire_date="ended_hire").agg(
        pl.col("exit_date").max(), at_risk_until=pl.min_horizontal("exit_date", "recorded_at").min()
    )
    return spells.join(ends, on=["employee_id", "hire_date"], how="left").collect()


def snapshot_calendar(stays: pl.DataFrame, period: Period) -> list[date]:
    """Month-ends from `complete_from` to `complete_until`, ascending; the last one is the date to score.

    They are counted back from the last in steps of `every_months`. Where these miss more than 5 % of the exits (yearly
    data dated on 1 January, looked at on 31 December), and the steps from another month miss less than half as many,
    those are taken, and the last month-end as well.
    """
    usual = counted_back(period)
    missed = unseen(stays, usual, period)
    if period.every_months == 1 or not missed.is_much:
        return usual
    others = [counted_back(period, months) for months in range(1, period.every_months)]
    best = min(others, key=lambda dates: unseen(stays, dates, period).exits)
    if unseen(stays, best, period).exits >= missed.exits / 2:
        return usual
    return [*best, usual[-1]]


def unseen(stays: pl.DataFrame, dates: Sequence[date], period: Period) -> Unseen:
    """The people and exits of the period that none of the dates (ascending) sees."""
    if not len(stays):
        return Unseen(0, 0, 0, 0)
    start, gone, until = (_days(stays[name]) for name in ("start", "exit_date", "at_risk_until"))
    first, last = np.datetime64(period.complete_from), np.datetime64(period.complete_until)
    snapshots = np.array(sorted(dates), dtype="datetime64[D]")
    ends = np.array([month_end(day, period.horizon_months) for day in sorted(dates)], dtype="datetime64[D]")
    seen_last = np.searchsorted(snapshots, np.where(np.isnat(until), last + np.timedelta64(1, "D"), until)) - 1
    position = np.maximum(seen_last, 0)
    is_seen = (seen_last >= 0) & (snapshots[position] >= start) if len(snapshots) else np.zeros(len(stays), bool)
    in_horizon = is_seen & (ends[position] >= gone) if len(snapshots) else is_seen
    is_exit = (gone >= first) & (gone <= last)
    here = (start <= last) & (np.isnat(gone) | (gone > first))
    people = stays.filter(pl.Series(here))["employee_id"]
    met = stays.filter(pl.Series(here & is_seen))["employee_id"]
    return Unseen(
        people.n_unique() - met.n_unique(), people.n_unique(), int((is_exit & ~in_horizon).sum()), int(is_exit.sum())
    )


def counted_back(period: Period, months: int = 0) -> list[date]:
    """The month-ends of the period in steps, the last of them `months` before its last month-end."""
    last = month_end(period.complete_until)
    if last > period.complete_until:
        last = month_end(last, -1)
    last = month_end(last, -months)
    dates = []
    while last >= period.complete_from:
        dates.append(last)
        last = month_end(last, -period.every_months)
    return dates[::-1]


def _days(column: pl.Series) -> np.ndarray:
    return column.to_numpy().astype("datetime64[D]")
