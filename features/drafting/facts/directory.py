"""`directory`: how people are called, from the list of people, unless the answer leaves names out.

A name that serves as their id stays an id only.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Final

import polars as pl
from babel import Locale

from features.contract.currencies import LANGUAGES
from features.contract.vocabulary import folded
from features.drafting.context import KEEP, LEAVE_OUT, Drafting, case, counts_of
from features.drafting.exports.rows import source_of
from features.drafting.facts.fact_columns import FactColumn, Role, Values, as_code, as_text, by_name
from features.drafting.questions import Question
from features.drafting.recognition.columns import Recognised
from features.drafting.views import Line, Select
from features.drafting.vocabulary.fact_words import EMAIL, LANGUAGE
from features.drafting.vocabulary.person_words import FIRST_NAMES, FULL_NAMES, LAST_NAMES
from features.sql import literal

MOST: Final = 0.5
_NAMES: Final = ("person_id", "name", "first_name", "last_name")
_BRACKETS: Final = r"\s*\([^()]*\)\s*$"
_LONGEST: Final = 60
_KEPT_APART: Final = (
    "This export has names. Keep them in `directory`, which only lists, mails, pages and answers read and no model "
    "learns from? Without them people appear by their ids."
)


def _as_email(text: str, values: Values) -> str | None:
    return text if values.shape.is_email else None


def _as_name(text: str, values: Values) -> str | None:
    is_text = values.shape.as_number is None and not values.shape.is_email and values.shape.length < _LONGEST
    return as_text(text, values) if is_text else None


_ROLES: Final = {
    "name": Role(FULL_NAMES, _as_name),
    "first": Role(FIRST_NAMES, _as_name),
    "last": Role(LAST_NAMES, _as_name),
    "email": Role(EMAIL, _as_email),
    "language": Role(LANGUAGE, as_code),
}


def draft_directory(drafting: Drafting) -> None:
    """One row a person of the list of people who is employed at some time."""
    own, table = drafting.keys.own, drafting.keys.people
    found = {
        role: column
        for role, column in by_name(_without_other_roles(table), _ROLES).items()
        if column.name not in own.column.names
    }
    name = _name(found, table.table.frame.select(own.column.names).n_unique())
    if name is None:
        return
    question = Question("directory", _KEPT_APART, "one", (KEEP, LEAVE_OUT), suggested=KEEP, why=f"from {name.source}")
    if drafting.interview.offer(question) == LEAVE_OUT:
        return
    person = own.spelling.sql(own.column.text)
    lines = [Line("employee_id", person, own.column.place, 0.95, own.why), name]
    if "email" in found:
        lines.append(Line("email", f"lower({found['email'].sql})", found["email"].place, 0.95, found["email"].why))
    if "language" in found and (codes := _codes(found["language"].sql, found["language"].values)):
        lines.append(Line("language", codes, found["language"].place, 0.9, "codes of languages"))
    rest = (
        f"from {source_of(table.table)}\nwhere {person} in (select employee_id from spells) and {name.sql} <> ''\n"
        f"qualify row_number() over (partition by {person}) = 1"
    )
    drafting.add("directory", Select(tuple(lines), rest))
    drafting.used.update(found[role].place for role in ("first", "last") if role in found)


def _without_other_roles(table: Recognised) -> Recognised:
    """The table without columns that mean something else, such as `worker_type`."""
    other = {name for column in table.columns if column.role not in _NAMES for name in column.names}
    return replace(table, shapes={name: shape for name, shape in table.shapes.items() if name not in other})


def _name(found: Mapping[str, FactColumn], people: int) -> Line | None:
    """The line of `name`; None without a column of names, which tell most people apart."""
    if "first" in found and "last" in found:
        first, last = found["first"], found["last"]
        sql = f"concat_ws(' ', {first.sql}, {last.sql})"
        return Line("name", sql, f"{first.place}, {last.place}", 0.95, "first and last name")
    if "name" not in found or found["name"].values.texts.n_unique() < MOST * people:
        return None
    name = found["name"]
    sql, why = _one_way_round(name.sql, name.values.texts)
    return Line("name", sql, name.place, name.confidence, f"{name.why}{why}")


def _one_way_round(sql: str, names: pl.Series) -> tuple[str, str]:
    """The name without what stands in brackets; `Last, First` is turned to `First Last`."""
    why = ""
    if _share(names, _BRACKETS) > MOST:
        sql, why = f"regexp_replace({sql}, {literal(_BRACKETS)}, '')", "; without what stands in brackets"
    if _share(names, r"^[^,]+, [^,]+$") > MOST:
        turned = rf"regexp_replace({sql}, '^([^,]+), ([^,]+)$', '\2 \1')"
        return turned, f"{why}; the last name stands first, and is turned"
    return sql, why


def _share(names: pl.Series, pattern: str) -> float:
    return float(names.str.contains(pattern).mean() or 0)  # type: ignore[arg-type]


def _codes(sql: str, values: Values) -> str | None:
    """SQL for the code of each language; None where some value names none."""
    codes = {value: _languages().get(folded(value)) for value in counts_of(values.texts)}
    known = {value: code for value, code in codes.items() if code}
    return case(sql, known) if known else None


@cache
def _languages() -> dict[str, str]:
    """Codes of languages by their names in nine languages, and by themselves."""
    found: dict[str, str] = {}
    for name in LANGUAGES:
        locale = Locale.parse(name)
        found |= {folded(str(text)): str(code) for code, text in locale.languages.items() if len(str(code)) == 2}
    return found | {code: code for code in found.values()}
