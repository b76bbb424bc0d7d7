"""The role of each column: what it holds, how sure that is, and why. By its name, and only if its values fit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import polars as pl

from features.contract.sensitive_words import Subject
from features.contract.vocabulary import resembles
from features.drafting.exports.export import ExportTable
from features.drafting.questions import Interview, Question
from features.drafting.recognition.columns import Column, Recognised, Sensitive, shown
from features.drafting.recognition.names import fits, roles_by_name, roles_of
from features.drafting.recognition.row_roles import (
    department_by_default,
    picture_day,
    row_type,
    starts_and_ends,
    starts_of_rows,
    steadiest_pay,
)
from features.drafting.recognition.shapes import Shape, shape_of, with_order
from features.drafting.templates.template import UNUSED, Template
from features.drafting.vocabulary.words import DATES, NUMBERS
from features.validation.sensitive_values import subject_of_categories

SEVERAL: Final = frozenset({"level", "exit_type", "exit_reason", "exit_date", "hire_date", "pay", "person_id"})
"""Roles that more than one column of a table may be candidates for."""
DAY_FIRST, MONTH_FIRST = "day first", "month first"
MOST_CATEGORIES: Final = 12
KNOWN: Final = 1.04
"""The score of a role by a template: above that of any name."""


def recognise(
    tables: Sequence[ExportTable], interview: Interview, template: Template | None = None
) -> list[Recognised]:
    """The roles of every column of every table.

    Dates that can be read in two ways follow the other dates of the export; where these do not decide it, it is asked.
    """
    found = [_recognise(table, template) for table in tables]
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


def _ordered(column: Column, month_first: bool, reason: str) -> Column:
    shape = with_order(column.shape, month_first=month_first)
    why = f"{column.why}; {MONTH_FIRST if month_first else DAY_FIRST}, {reason}"
    return column if shape is column.shape else replace(column, shape=shape, why=why)


def _recognise(table: ExportTable, template: Template | None) -> Recognised:
    known = template.roles_of(table.columns) if template else {}
    shapes = {name: shape_of(name, table.frame[name]) for name in table.columns}
    sensitive = [
        Sensitive(table.name, name, subject)
        for name, shape in shapes.items()
        if (subject := _subject(name, shape, table))
    ]
    apart = {each.name for each in sensitive}
    candidates = [
        _column(table.name, shape, role, score, f"a column of {template.title}" if template and name in known else "")
        for name, shape in shapes.items()
        if name not in apart and shape.filled
        for role, score in _likeliest(name, shape, table.name, known)
    ]
    columns = starts_of_rows(steadiest_pay([*_one_a_role(candidates, table.frame)], table.frame))
    columns = starts_and_ends(columns, table.frame)
    columns += row_type(table, shapes, columns, apart)
    columns += picture_day(table, shapes, columns, apart)
    columns += department_by_default(table, columns)
    return Recognised(table, tuple(columns), tuple(sensitive), shapes)


def _subject(name: str, shape: Shape, table: ExportTable) -> Subject | None:
    """What a column is about. Of a history of states only employed or gone is read, whatever the leave."""
    if (subject := resembles(name)) or shape.distinct > MOST_CATEGORIES:
        return subject
    states = {"status", "action"} & set(roles_by_name(name, table.name))
    is_history = any("valid_from" in roles_by_name(other, table.name) for other in table.columns)
    return None if states and is_history else subject_of_categories(table.frame[name])


def _likeliest(name: str, shape: Shape, table: str, known: Mapping[str, str]) -> list[tuple[str, float]]:
    """The role of a column, if it has one: that of a template where the values fit, else the likeliest by its name."""
    role = known.get(name)
    if role == UNUSED:
        return []
    return [(role, KNOWN)] if role and fits(role, shape) else roles_of(name, shape, table)[:1]


def _column(table: str, shape: Shape, role: str, score: float, known: str) -> Column:
    evidence = [known or f"the name means {role.replace('_', ' ')}"]
    if role in DATES and shape.as_date:
        evidence.append(f"dates as {shape.as_date}")
    elif role in NUMBERS:
        evidence.append("numbers")
    elif shape.is_code_list:
        evidence.append(f"{shape.distinct} different values")
    evidence.append(f"{shape.share:.0%} filled")
    return Column(table, (shape.name,), role, round(min(score, KNOWN) * 0.95, 2), "; ".join(evidence), shape)


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
