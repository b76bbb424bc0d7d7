"""Roles that follow from the rows of a table and not from a name: its steady pay, its day, the kinds of its rows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

import polars as pl

from features.drafting.exports.export import ExportTable
from features.drafting.exports.file_dates import dates_in_names
from features.drafting.recognition.columns import Column, shown
from features.drafting.recognition.names import matches
from features.drafting.recognition.picture_day import picture_day_of
from features.drafting.recognition.shapes import Shape, shape_of
from features.drafting.vocabulary.words import DATES
from features.reading.input_part import FILE_COLUMN

DAYS_OF_ROWS: Final = ("period", "valid_from", "review_date", "survey_date")
"""Roles of the day of a row."""
MOST_ROW_TYPES: Final = 12
RARELY: Final = 0.1
MOST_STAYS: Final = 1.5
"""A list of stays has up to this number of rows a person: a few are hired again."""


def steadiest_pay(columns: list[Column], frame: pl.DataFrame) -> list[Column]:
    """Of several amounts the one that changes least within a person is the base pay: gross pay differs every month."""
    pays = [column for column in columns if column.role == "pay"]
    person = next((column for column in columns if column.role == "person_id"), None)
    if len(pays) < 2 or person is None:
        return columns
    by_person = frame.group_by(pl.coalesce(person.names).alias("person"))
    values = by_person.agg(pl.col(column.name).n_unique() for column in pays)
    means = {column.name: values[column.name].sum() / max(values.height, 1) for column in pays}
    steadiest = min(pays, key=lambda column: (round(means[column.name], 1), -column.confidence))
    why = f"{steadiest.why}; it changes least within a person"
    others = [column for column in columns if column.role != "pay"]
    return [*others, replace(steadiest, why=why)]


def starts_of_rows(columns: list[Column]) -> list[Column]:
    """A start date in a table that also says when its rows end, or only what is paid, is no date of hire."""
    roles = {column.role for column in columns}
    is_history = "valid_to" in roles or ("pay" in roles and not roles & {"department", "job", "name", "last_name"})
    if roles & {"valid_from", "exit_date"} or not is_history:
        return columns
    return [
        replace(column, role="valid_from", why=column.why.replace("hire date", "valid from"))
        if column.role == "hire_date" and matches(DATES["valid_from"], column.name)
        else column
        for column in columns
    ]


def starts_and_ends(columns: list[Column], frame: pl.DataFrame) -> list[Column]:
    """In a list of stays, the start and the end of a row are the hire and the exit of the person."""
    by_role = {column.role: column for column in columns}
    start, end, person = (
        by_role.get("hire_date") or by_role.get("valid_from"),
        by_role.get("valid_to"),
        by_role.get("person_id"),
    )
    if start is None or end is None or person is None or "exit_date" in by_role:
        return columns
    if not _tells_of_stays(by_role) or not _are_stays(start, end, person, frame):
        return columns
    new = {start.role: "hire_date", "valid_to": "exit_date", "action_reason": "exit_reason"}
    why = "each row is one stay of a person: some have ended, and none follows another one at once"
    return [
        replace(column, role=new[column.role], why=f"{column.why}; {why}") if column.role in new else column
        for column in columns
    ]


def _tells_of_stays(by_role: Mapping[str, Column]) -> bool:
    """Whether the columns are those of a list of people or of employments, not those of one kind of history."""
    about_people = {"exit_reason", "exit_type", "notice_date", "name", "first_name", "last_name"} & set(by_role)
    return bool(about_people) or not {"department", "job", "level", "pay", "fte", "manager"} & set(by_role)


def _are_stays(start: Column, end: Column, person: Column, frame: pl.DataFrame) -> bool:
    """Whether people have one row as a rule, some rows have ended, and no row begins where another one ended."""
    first, last = _days(start, frame), _days(end, frame)
    stays = pl.DataFrame({"person": frame.select(pl.coalesce(person.names)).to_series(), "first": first, "last": last})
    stays = stays.drop_nulls(["person", "first"]).unique().sort("person", "first")
    if stays.height > MOST_STAYS * max(stays["person"].n_unique(), 1) or not 0 < last.null_count() < len(last):
        return False
    gaps = stays.select((pl.col("first").shift(-1) - pl.col("last")).over("person").dt.total_days().alias("days"))
    follows = gaps["days"].drop_nulls()
    return follows.is_empty() or bool((follows > 1).mean() > 0.5)  # type: ignore[operator]


def _days(column: Column, frame: pl.DataFrame) -> pl.Series:
    texts = frame.select(pl.coalesce(column.names).alias("day")).to_series()
    return column.shape.as_date.days(texts) if column.shape.as_date else texts.clear(len(texts))


def department_by_default(table: ExportTable, columns: Sequence[Column]) -> list[Column]:
    """Where no column names a department: the cost centre, else the names of the sheets of a workbook."""
    roles = {column.role: column for column in columns}
    if "department" in roles or "person_id" not in roles:
        return []
    if "cost_center" in roles:
        cost = roles["cost_center"]
        return [replace(cost, role="department", confidence=0.6, why=f"{cost.why}; no column names a department")]
    names = table.frame[FILE_COLUMN].unique().to_list() if len(table.parts) > 1 else []
    if not names or table.year_end or dates_in_names(names):
        return []
    shape = shape_of(FILE_COLUMN, table.frame[FILE_COLUMN])
    return [Column(table.name, (FILE_COLUMN,), "department", 0.6, "a sheet of the workbook each", shape)]


def picture_day(
    table: ExportTable, shapes: Mapping[str, Shape], columns: Sequence[Column], apart: Collection[str]
) -> list[Column]:
    """The day of monthly rows by its values, where no name says since when a row holds."""
    taken = {name for column in columns for name in column.names} | set(apart)
    person = next((column for column in columns if column.role == "person_id"), None)
    if person is None or {column.role for column in columns} & set(DAYS_OF_ROWS):
        return []
    dates = {name: shape for name, shape in shapes.items() if name not in taken and shape.as_date}
    name = picture_day_of(table.frame, person.names, dates)
    why = "each of its days has many people, and nobody twice"
    return [Column(table.name, (name,), "period", 0.8, why, shapes[name])] if name else []


def row_type(
    table: ExportTable, shapes: Mapping[str, Shape], columns: Sequence[Column], apart: Collection[str]
) -> list[Column]:
    """The column that tells rows without base pay, such as a bonus, from the others: by its values one has none."""
    pay = next((column for column in columns if column.role == "pay"), None)
    taken = {name for column in columns for name in column.names} | set(apart)
    if pay is None:
        return []
    none = table.frame.select(pl.coalesce(pay.names).str.contains(r"^[+-]?[0.,]+$").alias("none"))["none"]
    for name, shape in shapes.items():
        if name in taken or not 1 < len(shape.values) <= MOST_ROW_TYPES:
            continue
        shares = (
            pl.DataFrame({"type": table.frame[name], "none": none})
            .drop_nulls("type")
            .group_by("type")
            .agg(pl.col("none").mean())
        )
        if (shares["none"] > 1 - RARELY).any() and (shares["none"] < RARELY).any():
            why = f"rows without {shown(pay.name)} have a value of their own here; {len(shape.values)} different values"
            return [Column(table.name, (name,), "row_type", 0.8, why, shape)]
    return []
