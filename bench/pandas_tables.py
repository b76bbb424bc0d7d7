"""Tables of the peer in pandas, as known on a day."""

from pathlib import Path

import pandas as pd


def read(data: Path, table: str, *columns: str, filters: list[tuple[str, str, object]] | None = None) -> pd.DataFrame:
    """Columns of a table, days as dates."""
    rows = pd.read_parquet(data / f"{table}.parquet", columns=list(columns), filters=filters)
    days = [name for name in columns if name.endswith(("_date", "_at")) or name == "month"]
    return rows.assign(**{name: pd.to_datetime(rows[name]) for name in days})


def facts(data: Path, table: str, own: str, *values: str, item: str | None = None) -> pd.DataFrame:
    """Facts by person, own date and the day they became known, in this order."""
    named = [] if item is None else ["item"]
    rows = read(data, table, "employee_id", own, *values, "recorded_at", *named)
    if item is not None:
        rows = rows[rows["item"] == item].drop(columns="item")
    rows["known"] = rows["recorded_at"].fillna(rows[own])
    return rows.drop(columns="recorded_at").sort_values(["employee_id", own, "known"], ignore_index=True)


def hire_dates(employees: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    """The hire date of everyone who was hired by the day, as far as that was known."""
    known = employees[(employees["hire_date"] <= day) & ~(employees["recorded_at"] > day)]
    return known.set_index("employee_id")["hire_date"].sort_index()


def known_facts(rows: pd.DataFrame, own: str, day: pd.Timestamp, months: int | None = None) -> pd.DataFrame:
    """The last version known by `day` of each fact dated until then, or within (months, 0] before it."""
    then = (rows[own] <= day) & (rows["known"] <= day)
    if months is not None:
        then &= rows[own] > ago(day, months)
    return rows[then].drop_duplicates(["employee_id", own], keep="last")


def ago(day: pd.Timestamp, months: int) -> pd.Timestamp:
    """The month-end some months before one."""
    return day - pd.offsets.MonthEnd(months)


def month_number(moments: pd.Series) -> pd.Series:
    """The month as a number, NaN if there is no time."""
    return moments.dt.year * 12 + moments.dt.month
