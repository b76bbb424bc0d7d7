"""The role of each column: what it holds, how sure that is, and why. By its name, and only if its values fit."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from features.contract.sensitive_words import Subject
from features.contract.vocabulary import resembles
from features.drafting.export import ExportTable
from features.drafting.names import matches, roles_by_name, roles_of
from features.drafting.picture_day import picture_day_of
from features.drafting.questions import Interview, Question
from features.drafting.shapes import DateShape, Shape, shape_of, with_order
from features.drafting.words import (
    DATES,
    NUMBERS,
)
from features.sql import quoted
from features.validation.sensitive_values import subject_of_categories

SEVERAL: Final = frozenset({"level", "exit_type", "exit_reason", "exit_date", "hire_date", "pay", "person_id"})
"""Roles that more than one column of a table may be candidates for."""
DAY_FIRST, MONTH_FIRST = "day first", "month first"
DAYS_OF_ROWS: Final = ("period", "valid_from", "review_date", "survey_date")
"""Roles of the day of a row."""
MOST_ROW_TYPES: Final = 12
MOST_CATEGORIES: Final = 12
RARELY: Final = 0.1
PROTECTED_NAMES: Final = {
    "gender": "gender",
    "age": "birth_date",
    "ethnicity": "ethnicity",
    "nationality": "nationality",
    "marital status": "marital_status",
    "disability": "disability",
    "veteran status": "veteran_status",
}
"""The contract's names of protected attributes, by what a column is about."""


@dataclass(frozen=True)
class Column:
    """One column of a table of the export. names: the columns that hold it, several where a file renames it."""

    table: str
    names: tuple[str, ...]
    role: str
    confidence: float
    why: str
    shape: Shape

    @property
    def name(self) -> str:
        return self.names[0]

    @property
    def text(self) -> str:
        """SQL for the text as it is."""
        if len(self.names) == 1:
            return quoted(self.name)
        return f"coalesce({', '.join(map(quoted, self.names))})"

    @property
    def place(self) -> str:
        return f"{self.table}.{shown(self.name)}"


@dataclass(frozen=True)
class Sensitive:
    """A column that is about something protected or refused."""

    table: str
    name: str
    subject: Subject


@dataclass(frozen=True)
class Recognised:
    """The columns of a table by role, those that are protected or refused, and those without a role."""

    table: ExportTable
    columns: tuple[Column, ...]
    sensitive: tuple[Sensitive, ...]
    shapes: Mapping[str, Shape]

    def all(self, role: str) -> list[Column]:
        """The candidates for a role, the likeliest first."""
        found = [column for column in self.columns if column.role == role]
        return sorted(found, key=lambda column: -column.confidence)

    def one(self, role: str) -> Column | None:
        return next(iter(self.all(role)), None)

    def has(self, *roles: str) -> bool:
        return all(self.one(role) for role in roles)


def shown(name: str) -> str:
    """A name of a column on one line."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())


def recognise(tables: Sequence[ExportTable], interview: Interview) -> list[Recognised]:
    """The roles of every column of every table.

    Dates that can be read in two ways follow the other dates of the export; where these do not decide it, it is asked.
    """
    found = [_recognise(table) for table in tables]
    dates = [column.shape.as_date for each in found for column in each.columns if column.shape.as_date]
    if not any(date.ambiguous for date in dates):
        return found
    clear = [form for date in dates if not date.ambiguous for form in date.formats]
    orders = {form[:2] for form in clear if form[2:3] in "/-" and form[:2] in ("%d", "%m")}
    if len(orders) == 1:
        month_first, why = orders == {"%m"}, "as in the other dates"
    else:
        text = "In dates such as 03/04/2020, does the day come first, or the month?"
        question = Question("date_order", text, "one", (DAY_FIRST, MONTH_FIRST), why="every date can be read both ways")
        month_first, why = interview.ask(question) == MONTH_FIRST, "as answered in date_order"
    return [
        replace(each, columns=tuple(_ordered(column, month_first, why) for column in each.columns)) for each in found
    ]


def _ordered(column: Column, month_first: bool, reason: str) -> Column:
    date = column.shape.as_date
    if date is None or not date.ambiguous:
        return column
    ordered: DateShape = with_order(date, month_first=month_first)
    why = f"{column.why}; {MONTH_FIRST if month_first else DAY_FIRST}, {reason}"
    return replace(column, shape=replace(column.shape, as_date=ordered), why=why)


def _recognise(table: ExportTable) -> Recognised:
    shapes = {name: shape_of(name, table.frame[name]) for name in table.columns}
    sensitive = [
        Sensitive(table.name, name, subject)
        for name, shape in shapes.items()
        if (subject := _subject(name, shape, table))
    ]
    apart = {each.name for each in sensitive}
    candidates = [
        _column(table.name, shape, role, score)
        for name, shape in shapes.items()
        if name not in apart and shape.filled
        for role, score in roles_of(name, shape, table.name)[:1]
    ]
    columns = _starts_of_rows(_steadiest_pay([*_one_a_role(candidates, table.frame)], table.frame))
    columns += _row_type(table, shapes, columns, apart)
    columns += _picture_day(table, shapes, columns, apart)
    return Recognised(table, tuple(columns), tuple(sensitive), shapes)


def _steadiest_pay(columns: list[Column], frame: pl.DataFrame) -> list[Column]:
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


def _starts_of_rows(columns: list[Column]) -> list[Column]:
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


def _picture_day(
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


def _row_type(
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


def _subject(name: str, shape: Shape, table: ExportTable) -> Subject | None:
    """What a column is about. Of a history of states only employed or gone is read, whatever the leave."""
    if (subject := resembles(name)) or shape.distinct > MOST_CATEGORIES:
        return subject
    states = {"status", "action"} & set(roles_by_name(name, table.name))
    is_history = any("valid_from" in roles_by_name(other, table.name) for other in table.columns)
    return None if states and is_history else subject_of_categories(table.frame[name])


def _column(table: str, shape: Shape, role: str, score: float) -> Column:
    evidence = [f"the name means {role.replace('_', ' ')}"]
    if role in DATES and shape.as_date:
        evidence.append(f"dates as {shape.as_date}")
    elif role in NUMBERS:
        evidence.append("numbers")
    elif shape.is_code_list:
        evidence.append(f"{shape.distinct} different values")
    evidence.append(f"{shape.share:.0%} filled")
    return Column(table, (shape.name,), role, round(min(score, 1.0) * 0.95, 2), "; ".join(evidence), shape)


def _one_a_role(candidates: Sequence[Column], frame: pl.DataFrame) -> Iterable[Column]:
    """Merges columns of one role that no row fills together: a column that was renamed; else keeps the likeliest."""
    roles = dict.fromkeys(column.role for column in candidates)
    for role in roles:
        same = sorted((each for each in candidates if each.role == role), key=lambda each: -each.confidence)
        if len(same) > 1 and _never_together(same, frame):
            names = tuple(column.name for column in same)
            merged = shape_of(same[0].name, frame.select(pl.coalesce(names).alias(same[0].name)).to_series())
            why = f"{same[0].why}; renamed: never filled together with {', '.join(map(shown, names[1:]))}"
            yield replace(same[0], names=names, shape=merged, why=why)
        elif role in SEVERAL:
            yield from same
        else:
            yield same[0]


def _never_together(columns: Sequence[Column], frame: pl.DataFrame) -> bool:
    filled = frame.select(pl.sum_horizontal(pl.col(column.name).is_not_null() for column in columns)).to_series()
    return len(filled) > 0 and filled.max() == 1 and filled.min() == 1
