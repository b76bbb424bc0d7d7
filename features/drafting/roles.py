"""The role of each column: what it holds, how sure that is, and why. By its name, and only if its values fit."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import polars as pl

from features.contract.sensitive_words import Subject
from features.contract.vocabulary import folded, resembles, word_pattern
from features.drafting.export import ExportTable
from features.drafting.picture_day import picture_day_of
from features.drafting.questions import Interview, Question
from features.drafting.shapes import Shape, is_written_date, shape_of, with_order
from features.drafting.words import (
    DATES,
    FIRST_NAMES,
    FULL_NAMES,
    GENERIC,
    LAST_NAMES,
    NUMBERS,
    PERSON_ID,
    TEXTS,
)
from features.sql import quoted
from features.validation.sensitive_values import subject_of_categories

LEAST: Final = 0.45
"""A name must say at least this share of a role's words."""
SEVERAL: Final = frozenset({"level", "exit_type", "exit_reason", "exit_date", "hire_date", "pay", "person_id"})
"""Roles that more than one column of a table may be candidates for."""
DAY_FIRST, MONTH_FIRST = "day first", "month first"
DAYS_OF_ROWS: Final = ("period", "valid_from", "review_date", "survey_date")
"""Roles of the day of a row."""
MOST_ROW_TYPES: Final = 12
MOST_KINDS, LEAST_PAY = 3, 100
"""Up to three different small numbers number kinds of rows, and are no pay."""
MOST_CATEGORIES, MOST_RANKS = 12, 100
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
    shapes = [column.shape for each in found for column in each.columns]
    shapes += [shape for each in found for shape in each.shapes.values()]
    dates = [shape.as_date for shape in shapes if shape.as_date]
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
        replace(
            each,
            columns=tuple(_ordered(column, month_first, why) for column in each.columns),
            shapes={name: with_order(shape, month_first=month_first) for name, shape in each.shapes.items()},
        )
        for each in found
    ]


def matches(words: str, text: str) -> int:
    """The letters of the longest of these words in a text; 0 where it has none."""
    return max((len(found.group()) for found in _compiled(words).finditer(f"_{folded(text)}_")), default=0)


@cache
def _compiled(words: str) -> re.Pattern[str]:
    apart = unicodedata.normalize("NFKD", words)
    bare = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return word_pattern(" ".join(sorted(bare.split(), key=len, reverse=True)))  # of two that begin alike, the longer


def _ordered(column: Column, month_first: bool, reason: str) -> Column:
    shape = with_order(column.shape, month_first=month_first)
    why = f"{column.why}; {MONTH_FIRST if month_first else DAY_FIRST}, {reason}"
    return column if shape is column.shape else replace(column, shape=shape, why=why)


def _recognise(table: ExportTable) -> Recognised:
    shapes = {name: shape_of(name, table.frame[name]) for name in table.columns}
    sensitive = [
        Sensitive(table.name, name, subject)
        for name, shape in shapes.items()
        if (subject := _subject(name, shape, table))
    ]
    apart = {each.name for each in sensitive}
    known = {name: shape for name, shape in shapes.items() if name not in apart and shape.filled}
    found = {name: _roles(name, shape, table.name)[:1] for name, shape in known.items()}
    candidates = [_column(table.name, known[name], *each) for name, roles in found.items() for each in roles]
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
    states = {"status", "action"} & set(_by_name(name, table.name))
    is_history = any("valid_from" in _by_name(other, table.name) for other in table.columns)
    return None if states and is_history else subject_of_categories(table.frame[name])


def _roles(name: str, shape: Shape, table: str) -> list[tuple[str, float]]:
    """The roles that a name can mean and the values allow, the likeliest first, with the share of the name they say."""
    scored = [(role, score) for role, score in _by_name(name, table).items() if score >= LEAST and _fits(role, shape)]
    return sorted(scored, key=lambda each: -each[1])


@cache
def _by_name(name: str, table: str) -> dict[str, float]:
    every = {**DATES, **NUMBERS, **TEXTS}
    every |= {"person_id": PERSON_ID, "name": FULL_NAMES, "first_name": FIRST_NAMES, "last_name": LAST_NAMES}
    scores = {role: name_score(words, name, table) for role, words in every.items()}
    return {role: score for role, score in scores.items() if score}


def name_score(words: str, name: str, table: str) -> float:
    """The share of a name's letters that a role explains; words that say nothing, or name the table, do not count."""
    silent = GENERIC | set(folded(table).split("_"))
    own = name.rpartition(": ")[2] or name  # without the name of the form, as in `Compensation: Date`
    plain = re.sub("(?<=[a-z])_as_of_.*", "", folded(own))
    found = list(_compiled(words).finditer(f"_{plain}_"))
    if not found:
        return 0.0
    longest = max(found, key=lambda match: len(match.group()))
    rest = f"_{plain}_".replace(longest.group(), "", 1).split("_")
    other = sum(len(word) for word in rest if word not in silent)
    letters = len(longest.group().replace("_", ""))
    return letters / (letters + other) + letters / 1000


def _fits(role: str, shape: Shape) -> bool:
    if role in DATES:
        return shape.as_date is not None
    if role in NUMBERS:
        return _fits_number(role, shape)
    if role == "person_id":
        return shape.as_number is None or shape.as_number.is_whole
    if role in ("name", "first_name", "last_name"):
        return not is_written_date(shape) and shape.as_number is None
    if role == "left":
        return shape.is_yes_no
    if role in ("level", "manager"):
        return not is_written_date(shape)
    if role == "job" and shape.as_number and shape.as_number.high < MOST_RANKS:
        return False
    if role in ("department", "job", "location", "division"):
        return not is_written_date(shape) and shape.distinct < max(20, 0.8 * shape.filled)
    return shape.is_code_list and not is_written_date(shape)


def _fits_number(role: str, shape: Shape) -> bool:
    number = shape.as_number
    if number is None or is_written_date(shape):
        return False
    if role == "pay":
        return shape.distinct > MOST_KINDS or number.high >= LEAST_PAY
    if role == "fte":
        return number.low >= 0 and number.high <= 200
    if role == "weekly_hours":
        return number.low >= 0 and 8 <= number.high <= 60
    return True


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
