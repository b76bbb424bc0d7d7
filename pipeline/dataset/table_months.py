"""How many rows the tables of a source have each month, by the rows' own dates."""

from collections.abc import Iterable, Mapping
from datetime import date

import polars as pl

from features.calendar import month_end
from features.contract.tables import OWN_DATE
from features.source import Source


def rows_by_month(source: Source, tables: Iterable[str], first: date, last: date) -> dict[str, dict[date, int]]:
    """The rows of each month from that of `first` to that of `last`, by its last day; a month without rows has 0."""
    months = months_between(first, last)
    return {table: _counted(source, table, months) for table in tables if table in source.tables}


def months_between(first: date, last: date) -> list[date]:
    """The last days of the months from that of `first` to that of `last`, ascending."""
    months = []
    day = month_end(first)
    while day <= month_end(last):
        months.append(day)
        day = month_end(day, 1)
    return months


def _counted(source: Source, table: str, months: list[date]) -> dict[date, int]:
    day = pl.col(OWN_DATE[table]).cast(pl.Date).dt.month_end().alias("month")
    counted = pl.scan_parquet(source.tables[table]).select(day).group_by("month").agg(rows=pl.len()).collect()
    rows: Mapping[date, int] = dict(counted.iter_rows())
    return {month: rows.get(month, 0) for month in months}
