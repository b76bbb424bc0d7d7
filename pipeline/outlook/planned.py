"""A plan of hires, read from a CSV file, and what it adds to the head count of each group."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from features.calendar import month_end
from features.errors import BadInput, Finding
from pipeline.outlook.report import BY, OutlookRow, PlannedHires

REQUIRED: Final = ("month", "number")
GROUPS: Final = BY[1:]
REMEDY: Final = "Give a CSV file with month, number and any of department, location, job and level."
_MONTH: Final = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])")
_NUMBER: Final = re.compile(r"\d{1,6}")


def read_planned(path: Path) -> tuple[PlannedHires, ...]:
    """The rows of a plan: month (YYYY-MM), number, and any of department, location, job and level.

    Raises BadInput with everything that is wrong: a file that cannot be read, a column that is missing or unknown, a
    month that is none, a number that is not whole, and two rows of the same month and groups.
    """
    table = _text(path)
    findings = [*_wrong_columns(table, path.name), *_wrong_rows(table, path.name)]
    if findings:
        raise BadInput(findings)
    rows = table.iter_rows(named=True)
    return tuple(PlannedHires(**row | {"number": int(row["number"])}) for row in rows)


def with_hires(rows: Sequence[OutlookRow], planned: Sequence[PlannedHires], day: date) -> tuple[OutlookRow, ...]:
    """The rows with the hires of their months after the snapshot date `day`, and the head count with them.

    A hire counts in the groups that its row of the plan names, and among everyone. Nobody who is yet to be hired is
    expected to leave.
    """
    if not planned:
        return tuple(rows)
    return tuple(row if row.is_suppressed else _with_hires(row, planned, day) for row in rows)


def unplaced(rows: Sequence[OutlookRow], planned: Sequence[PlannedHires], day: date) -> int:
    """The planned hires that count among everyone only: the plan names no group of theirs that is shown."""
    shown = {(row.by, row.group) for row in rows if not row.is_suppressed}
    months = max((row.horizon_months for row in rows), default=0)
    return sum(
        each.number
        for each in planned
        if _is_within(each, day, months) and not any((by, getattr(each, by)) in shown for by in GROUPS)
    )


def _with_hires(row: OutlookRow, planned: Sequence[PlannedHires], day: date) -> OutlookRow:
    number = sum(
        each.number
        for each in planned
        if _is_within(each, day, row.horizon_months)
        and (row.by not in GROUPS or (row.group is not None and getattr(each, row.by) == row.group))
    )
    if row.head_count is None or row.head_count_low is None or row.head_count_high is None:
        return replace(row, planned_hires=number)
    return replace(
        row,
        planned_hires=number,
        head_count=round(row.head_count + number, 1),
        head_count_low=row.head_count_low + number,
        head_count_high=row.head_count_high + number,
    )


def _is_within(hires: PlannedHires, day: date, months: int) -> bool:
    return f"{day:%Y-%m}" < hires.month <= f"{month_end(day, months):%Y-%m}"


def _text(path: Path) -> pl.DataFrame:
    """The file as text without spaces around it; empty is null, and empty rows are left out."""
    try:
        table = pl.read_csv(path, infer_schema=False)
    except FileNotFoundError:
        raise BadInput(Finding("the file does not exist", path.name, remedy=REMEDY)) from None
    except (pl.exceptions.PolarsError, UnicodeDecodeError, OSError):
        raise BadInput(Finding("the file cannot be read", path.name, remedy=REMEDY)) from None
    stripped = table.with_columns(pl.all().str.strip_chars().replace("", None))
    return stripped.filter(~pl.all_horizontal(pl.all().is_null()))


def _wrong_columns(table: pl.DataFrame, name: str) -> Iterator[Finding]:
    for column in REQUIRED:
        if column not in table.columns:
            yield Finding("a required column is missing", name, column, remedy=REMEDY)
    for column in table.columns:
        if column not in (*REQUIRED, *GROUPS):
            yield Finding("not a column of a plan of hires", name, column, remedy=REMEDY)


def _wrong_rows(table: pl.DataFrame, name: str) -> Iterator[Finding]:
    checks = (
        ("month", "not a month", _MONTH, "Write it as YYYY-MM."),
        ("number", "not a whole number", _NUMBER, "Give the number of hires, 0 or more."),
    )
    for column, rule, pattern, remedy in checks:
        texts = table[column] if column in table.columns else ()
        if wrong := sum(text is None or not pattern.fullmatch(text) for text in texts):
            yield Finding(rule, name, column, wrong, remedy)
    keys = [column for column in table.columns if column in ("month", *GROUPS)]
    if keys and (twice := int(table.select(keys).is_duplicated().sum())):
        yield Finding("rows of the same month and groups", name, "month", twice, "Add their numbers up in one row.")
