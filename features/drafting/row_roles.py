"""Roles that follow from the rows of a table and not from a name: its steady pay, its day, the kinds of its rows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

import polars as pl

from features.drafting.columns import Column, shown
from features.drafting.export import ExportTable
from features.drafting.names import matches
from features.drafting.picture_day import picture_day_of
from features.drafting.shapes import Shape
from features.drafting.words import DATES

DAYS_OF_ROWS: Final = ("period", "valid_from", "review_date", "survey_date")
"""Roles of the day of a row."""
MOST_ROW_TYPES: Final = 12
RARELY: Final = 0.1


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
