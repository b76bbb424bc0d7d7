"""Months and days as numbers, computed alike on every engine (Spark has no `dt.total_days`, lazy frames no order)."""

import calendar
from datetime import date
from typing import Any

import narwhals as nw

Frame = nw.LazyFrame[Any]

DAYS_A_MONTH = 30.4375
"""Mean length of a month, 365.25 / 12 days: the unit of every feature in months."""


def month_end(day: date, months: int = 0) -> date:
    """Last day of the month that is `months` after (before, if negative) the month of `day`."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, calendar.monthrange(year, month + 1)[1])


def month_index(day: date) -> int:
    """The month as one number: year × 12 + month."""
    return day.year * 12 + day.month


def month_number(column: str) -> nw.Expr:
    """`month_index` of a column of dates or times."""
    return nw.col(column).dt.year().cast(nw.Int32) * 12 + nw.col(column).dt.month().cast(nw.Int32)


def day_number(column: str) -> nw.Expr:
    """`date.toordinal` of a column of dates or times."""
    before = nw.col(column).dt.year().cast(nw.Int32) - 1
    return before * 365 + before // 4 - before // 100 + before // 400 + nw.col(column).dt.ordinal_day().cast(nw.Int32)


def months_since(column: str, day: date) -> nw.Expr:
    """Months of 30.4375 days from the dates of a column to `day`; null where the date is unknown."""
    return (day.toordinal() - day_number(column)).cast(nw.Float64) / DAYS_A_MONTH
