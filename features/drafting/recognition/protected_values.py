"""Protected attributes recognised by their values, whatever the columns are called: dates of birth, nationalities.

A date 15 to 80 years before the hire of nearly everyone is a birth. Codes of countries can be those of the workplace:
they are asked.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Final

from babel import Locale
from babel.core import get_global

from features.contract.sensitive_words import PROTECTED_SUBJECTS
from features.drafting.questions import Interview, Question
from features.drafting.recognition.columns import Recognised, Sensitive, shown
from features.drafting.recognition.names import matches
from features.drafting.recognition.shapes import Shape
from features.drafting.vocabulary.fact_words import LANGUAGE
from features.validation.sensitive_values import subject_of_years, years

FEWEST: Final = 2
FEWEST_PEOPLE: Final = 10
_COUNTRY: Final = (
    "country land location site standort страна pays pais paese kraj lokalizacja region market office state "
    "bundesland currency"
)
_NATIONALITY: Final = next(subject for subject in PROTECTED_SUBJECTS if subject.what == "nationality")


def with_protected_values(tables: Sequence[Recognised], interview: Interview) -> list[Recognised]:
    """The tables with the columns of births apart, and those that are nationalities as answered."""
    born = [_apart(table, _births(table)) for table in tables]
    suspects = {
        f"{table.table.name}.{shown(name)}": Sensitive(table.table.name, name, _NATIONALITY)
        for table in born
        for name, shape in table.shapes.items()
        if _may_be_nationality(table, name, shape)
    }
    if not suspects:
        return born
    text = "These hold codes of countries. Which of them are nationalities or places of birth, and not places of work?"
    question = Question(
        "nationality_columns", text, "several", tuple(suspects), suggested=[*suspects], why="their values"
    )
    chosen = interview.ask(question) or []
    return [_apart(table, [each for place, each in suspects.items() if place in chosen]) for table in born]


def _births(table: Recognised) -> list[Sensitive]:
    """The columns of dates or years that lie a youth or a life before the hire of the same row."""
    hire = table.one("hire_date")
    if hire is None or table.table.frame.height < FEWEST_PEOPLE:
        return []
    hired = years(table.table.frame[hire.name])
    taken = {*hire.names, *(each.name for each in table.sensitive)}
    found = []
    for name in table.table.columns:
        subject = None if name in taken else subject_of_years(table.table.frame[name], hired)
        found += [Sensitive(table.table.name, name, subject)] if subject else []
    return found


def _may_be_nationality(table: Recognised, name: str, shape: Shape) -> bool:
    taken = {other for column in table.columns for other in column.names} | {each.name for each in table.sensitive}
    is_listed = len(shape.values) >= FEWEST and set(shape.values) <= _codes()
    return (
        is_listed and name not in taken and bool(table.one("person_id")) and not matches(f"{_COUNTRY} {LANGUAGE}", name)
    )


def _apart(table: Recognised, found: Sequence[Sensitive]) -> Recognised:
    """The table with these columns apart: they have no role."""
    names = {each.name for each in found if each.table == table.table.name}
    if not names:
        return table
    columns = tuple(column for column in table.columns if not names & set(column.names))
    own = tuple(each for each in found if each.table == table.table.name)
    return replace(table, columns=columns, sensitive=(*table.sensitive, *own))


@cache
def _codes() -> frozenset[str]:
    """Codes of countries with two and three letters."""
    every = [str(code) for code in (*Locale.parse("en").territories, *get_global("territory_aliases"))]
    return frozenset(code for code in every if len(code) in (2, 3) and code.isalpha())
