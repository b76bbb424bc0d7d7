"""The period that a source covers: `complete_from`, `complete_until`, and impossible dates."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

import polars as pl

from features.contract.tables import days_ahead
from features.validation.rules import OLD_HIRE, STRAY_EXIT, TOO_LATE, TOO_OLD, Tally

OLDEST_YEARS: Final = 60
FAR_AHEAD: Final = timedelta(days=366)
FAR_AHEAD_OF_FEW: Final = timedelta(days=5 * 366)
FEW_DATES: Final = 100
BULK: Final = 0.99


def latest_day(days: Mapping[str, pl.DataFrame]) -> tuple[date, str] | None:
    """The latest date in any table, and its column (`table.column`); None where there is no date at all.

    `days` holds, for each table, the number of rows (rows) of a column (column) on a day (day). A mistyped year must
    not move the end of the data: dates more than a year after 99 % of all are ignored, or more than five years where
    there are fewer than 100 dates.
    """
    if not days:
        return None
    every = pl.concat([frame.with_columns(table=pl.lit(table)) for table, frame in days.items()]).sort("day")
    total = int(every["rows"].sum())
    if not total:
        return None
    position = int(BULK * (total - 1))
    bulk_end = every.filter(pl.col("rows").cum_sum() > position)["day"][0]
    limit = pl.lit(bulk_end) + (FAR_AHEAD_OF_FEW if total < FEW_DATES else FAR_AHEAD)
    latest = every.filter(pl.col("day") <= limit).sort("day", "rows", "table", "column").row(-1, named=True)
    return latest["day"], f"{latest['table']}.{latest['column']}"


def _earliest_believed(days: pl.Series) -> date:
    """The limit before which an exit (`days`, ascending) is a stray: the mirror image of `latest_day`."""
    bulk_start: date = days[len(days) - 1 - int(BULK * (len(days) - 1))]
    return bulk_start - (FAR_AHEAD_OF_FEW if len(days) < FEW_DATES else FAR_AHEAD)


def oldest_day(until: date) -> pl.Expr:
    """The earliest plausible date."""
    return pl.lit(until).dt.offset_by(f"-{OLDEST_YEARS}y")


def count_impossible_dates(table: str, days: pl.DataFrame, until: date, tally: Tally) -> None:
    """Counts dates more than 60 years before `until`, or further after it than the column's meaning allows.

    Old hires are left to `mend_old_hires`, which sees whole rows.
    """
    for (name,), frame in days.group_by("column"):
        column, day = str(name), pl.col("day")
        if column != "hire_date":
            tally.add(TOO_OLD, table, column, int(frame.filter(day < oldest_day(until))["rows"].sum()))
        too_late = frame.filter(day > pl.lit(until) + days_ahead(table, column))
        tally.add(TOO_LATE, table, column, int(too_late["rows"].sum()))


def mend_old_hires(employees: pl.DataFrame, until: date, tally: Tally) -> pl.DataFrame:
    """A hire more than 60 years back is an error, unless observed_from is given: the spell then starts on that day.

    A hire before observed_from was copied from another system, often with the wrong century; the records from
    observed_from on are sound.
    """
    is_old = pl.col("hire_date") < oldest_day(until)
    is_observed = pl.col("observed_from").is_not_null() if "observed_from" in employees.columns else pl.lit(value=False)
    tally.add(TOO_OLD, "employees", "hire_date", employees.filter(is_old & ~is_observed).height)
    tally.add(OLD_HIRE, "employees", "hire_date", employees.filter(is_old & is_observed).height)
    if "observed_from" not in employees.columns:
        return employees
    begins = pl.when(is_old & is_observed).then("observed_from").otherwise("hire_date")
    return employees.with_columns(hire_date=begins)


def complete_until(days: Mapping[str, pl.DataFrame], declared: date | None) -> tuple[date | None, str]:
    """The last day up to which exits are fully recorded, and a note on where it comes from."""
    if declared is not None:
        return declared, f"complete_until is {declared}, as source.toml says."
    if (latest := latest_day(days)) is None:
        return None, "complete_until is not known: no table holds a date."
    return latest[0], f"complete_until is {latest[0]}, the latest date in any table ({latest[1]})."


def complete_from(exits: pl.DataFrame, declared: date | None, until: date, tally: Tally) -> tuple[date, str]:
    """The first day from which exits are fully recorded, and a note on where it comes from.

    A mistyped year must not move it: exits long before the others are counted and not considered.
    """
    if declared is not None:
        return declared, f"complete_from is {declared}, as source.toml says."
    days = exits["exit_date"].drop_nulls().sort()
    believed = days.filter(days >= _earliest_believed(days)) if len(days) else days
    tally.add(STRAY_EXIT, "exits", "exit_date", len(days) - len(believed))
    earliest = believed.min()
    if not isinstance(earliest, date):
        start = until.replace(year=max(until.year - 1, 1), day=1)
        return start, f"complete_from is {start}, a year before complete_until: no exit is recorded."
    start = earliest.replace(day=1)
    return start, (
        f"complete_from is {start}, the first day of the month of the earliest exit: no snapshot date is before it, "
        "since people who are in the data from before it can only have stayed."
    )
