"""The period that a source covers: `complete_from`, `complete_until`, and impossible dates."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

import polars as pl

from features.contract.tables import days_ahead
from features.errors import counted
from features.validation.rules import OLD_HIRE, STRAY_EXIT, TOO_LATE, TOO_OLD, Tally

OLDEST_YEARS: Final = 60
FAR_AHEAD: Final = timedelta(days=366)
FAR_AHEAD_OF_FEW: Final = timedelta(days=5 * 366)
FEW_DATES: Final = 100
BULK: Final = 0.99
MOST_STRAYS: Final = 0.05
FEWEST_EXITS: Final = 5
"""With fewer exits, none of them can be called a stray."""


def latest_day(days: Mapping[str, pl.DataFrame]) -> tuple[date, str, int] | None:
    """The latest date in any table, its column (`table.column`), and the number of later dates that are ignored.

    None where there is no date at all.

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
    believed = every.filter(pl.col("day") <= limit)
    latest = believed.sort("day", "rows", "table", "column").row(-1, named=True)
    return latest["day"], f"{latest['table']}.{latest['column']}", total - int(believed["rows"].sum())


def _strays(days: pl.Series) -> int:
    """How many of the first exits (`days`, ascending) are strays, which a mistyped year puts long before the others.

    At most 5 % of them, or one of a few, before more than a year without any exit; five years where there are fewer
    than 100 exits.
    """
    if len(days) < FEWEST_EXITS:
        return 0
    gap = FAR_AHEAD_OF_FEW if len(days) < FEW_DATES else FAR_AHEAD
    first = days.head(1 + max(1, int(MOST_STRAYS * len(days))))
    after_gap = (first.diff() > gap).fill_null(value=False).arg_true()
    return int(after_gap[-1]) if len(after_gap) else 0


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
    day, place, later = latest
    ignored = f"; {counted(later, 'date')} long after it ignored" if later else ""
    return day, f"complete_until is {day}, the latest date in any table ({place}){ignored}."


def complete_from(exits: pl.DataFrame, declared: date | None, until: date, tally: Tally) -> tuple[date, str]:
    """The first day from which exits are fully recorded, and a note on where it comes from.

    A mistyped year must not move it: exits long before the others are counted and not considered.
    """
    if declared is not None:
        return declared, f"complete_from is {declared}, as source.toml says."
    days = exits["exit_date"].drop_nulls().sort()
    strays = _strays(days)
    tally.add(STRAY_EXIT, "exits", "exit_date", strays)
    earliest = days.slice(strays).min()
    if not isinstance(earliest, date):
        start = until.replace(year=max(until.year - 1, 1), day=1)
        return start, f"complete_from is {start}, a year before complete_until: no exit is recorded."
    start = earliest.replace(day=1)
    ignored = f" ({strays:,} long before the others ignored)" if strays else ""
    return start, (
        f"complete_from is {start}, the first day of the month of the earliest exit{ignored}: no snapshot date is "
        "before it, since people who are in the data from before it can only have stayed."
    )
