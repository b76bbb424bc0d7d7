"""The columns of tables that hold facts about people: surveys, reviews, time sheets, leave, services.

A column gets a role by its name, and only if its values can be read so: as a day, a moment, a time of the day, hours
or a number. The SQL that reads them comes with the role.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from features.drafting.context import Drafting
from features.drafting.exports.rows import source_of
from features.drafting.recognition.columns import Recognised, shown
from features.drafting.recognition.names import LEAST, name_score
from features.drafting.recognition.shapes import DateShape, Shape, is_written_date
from features.drafting.row_kind import RowKind
from features.drafting.views import Line, Select, View, month_of_file, register
from features.sql import literal, quoted

MOST: Final = 0.97
_CLOCK: Final = r"^\s*([01]?\d|2[0-4]):[0-5]\d(:[0-5]\d)?( ?[AaPp][Mm])?\s*$"
_DURATION: Final = r"^\s*[+-]?\d{1,3}\s*(?::|h|ч)\s*[0-5]?\d?(:[0-5]\d)?\s*(min|m|мин)?\.?\s*$"
_MINUTES: Final = re.compile(r"(?<![a-z])(min|mins|minutes?|minuten|минут\w*|minutos|minuti|minut|minuty)(?![a-z])")
_ZONE: Final = r"(:\d{2}(?:[.,]\d+)?)\s*(?:Z|[+-]\d{2}:?\d{2}|[A-Z]{3,4})$"
_CLOCKS: Final = (
    "T%H:%M:%S",
    " %H:%M:%S",
    "T%H:%M",
    " %H:%M",
    " %I:%M:%S %p",
    " %I:%M %p",
    "T%H:%M:%S.%f",
    " %H:%M:%S.%f",
    "",
)


@dataclass(frozen=True)
class Values:
    """The values of a column: what they look like, and as they are."""

    shape: Shape
    texts: pl.Series


Reading = Callable[[str, Values], str | None]
"""The SQL that reads a column, given its text as SQL; None where its values are something else."""


@dataclass(frozen=True)
class Role:
    """What a column can be: the words of its name, and how its values are read."""

    words: str
    reading: Reading


@dataclass(frozen=True)
class FactColumn:
    """A column with a role. sql: its value over the rows of the export."""

    table: str
    name: str
    sql: str
    confidence: float
    why: str
    values: Values

    @property
    def place(self) -> str:
        return f"{self.table}.{shown(self.name)}"

    def line(self, role: str) -> Line:
        return Line(role, self.sql, self.place, self.confidence, self.why)


def by_name(table: Recognised, roles: Mapping[str, Role]) -> dict[str, FactColumn]:
    """The likeliest column of each role; a column has one role, and those about sensitive subjects have none."""
    found = []
    for name, values in columns_of(table).items():
        for place, (role, wanted) in enumerate(roles.items()):
            score = name_score(wanted.words, name, table.table.name)
            if score >= LEAST and (sql := wanted.reading(quoted(name), values)):
                found.append((score, -place, role, name, sql))
    chosen: dict[str, FactColumn] = {}
    taken: set[str] = set()
    for score, _, role, name, sql in sorted(found, key=lambda each: each[:2], reverse=True):
        if role in chosen or name in taken:
            continue
        taken.add(name)
        values = columns_of(table)[name]
        why = f"the name means {role.replace('_', ' ')}; {values.shape.share:.0%} filled"
        chosen[role] = FactColumn(table.table.name, name, sql, round(min(score, 1.0) * 0.95, 2), why, values)
    return chosen


def columns_of(table: Recognised) -> dict[str, Values]:
    """The columns with values, without those about sensitive subjects."""
    apart = {each.name for each in table.sensitive}
    return {
        name: Values(shape, table.table.frame[name].drop_nulls())
        for name, shape in table.shapes.items()
        if name not in apart and shape.filled
    }


def as_text(text: str, values: Values) -> str | None:
    """Text as it is; no dates."""
    return None if is_written_date(values.shape) else text


def as_code(text: str, values: Values) -> str | None:
    """Values that repeat as those of a list do."""
    return text if values.shape.is_code_list and not is_written_date(values.shape) else None


def as_day(text: str, values: Values) -> str | None:
    """The day of a date."""
    return values.shape.as_date.sql(text) if values.shape.as_date else None


def as_number(text: str, values: Values) -> str | None:
    """A number."""
    number = values.shape.as_number
    return number.sql(text) if number and not is_written_date(values.shape) else None


def as_moment(text: str, values: Values) -> str | None:
    """The moment where the values have a time, else the day."""
    date = values.shape.as_date
    if date is None or not date.has_time or date.whole_month or date.is_serial or not _is_plain(date):
        return as_day(text, values)
    forms = ", ".join(literal(f"{form}{clock}") for form in date.formats for clock in _CLOCKS)
    return rf"try_strptime(regexp_replace({text}, {literal(_ZONE)}, '\1'), [{forms}])"


def as_clock(text: str, values: Values) -> str | None:
    """A time of the day, as hours."""
    if not _mostly(values.texts, _CLOCK):
        return None
    hours = f"split_part({text}, ':', 1)::double % 12 + 12 * regexp_matches({text}, '(?i)pm')::int"
    plain = f"split_part({text}, ':', 1)::double"
    is_twelve = values.texts.str.contains("(?i)[ap]m").any()
    minutes = rf"regexp_extract({text}, ':(\d\d)', 1)::double / 60"
    fits = f"regexp_matches({text}, {literal(_CLOCK)})"
    return f"case when {fits} then {hours if is_twelve else plain} + {minutes} end"


def as_hours(text: str, values: Values, *, in_minutes: bool | None = None) -> str | None:
    """Hours: written as 7:30, 7 h 30 or as a number; a name or a sign that says minutes divides by 60."""
    if values.texts.is_empty() or is_written_date(values.shape):
        return None
    if _mostly(values.texts, _DURATION):
        parts = rf"try_cast(regexp_extract({text}, '(\d+)\s*[:hч]', 1) as double)"
        minutes = rf"coalesce(try_cast(nullif(regexp_extract({text}, '[:hч]\s*(\d+)', 1), '') as double), 0) / 60"
        sign = f"case when trim({text}) like '-%' then -1 else 1 end"
        return f"({parts} + {minutes}) * {sign}"
    number = as_number(text, values)
    if number is None:
        return None
    says_minutes = bool(_MINUTES.search(values.shape.name.lower())) if in_minutes is None else in_minutes
    return f"{number} / 60" if says_minutes else number


def free_name(drafting: Drafting, name: str) -> str:
    """A name for a view that no table of the export and no other view has."""
    taken = {view.name for view in drafting.views} | set(drafting.bench.prepared) | set(drafting.table_names)
    while name in taken:
        name += "_"
    return name


def fact_view(drafting: Drafting, table: Recognised, lines: list[Line], kind: RowKind, rows: str = "") -> View:
    """A view of a table of facts, and its place in the draft. rows: SQL for its rows, if not those of the table."""
    if month := month_of_file(table.table):
        lines = [*lines, month]
    chosen = Select(tuple(lines), f"from {rows or source_of(table.table)}")
    view = View(table, None, chosen, drafting.bench.prepare(table.table.name, chosen.sql))
    drafting.views.append(view)
    drafting.kinds[view.name] = kind
    return view


def start(drafting: Drafting, table: Recognised) -> None:
    """Makes the rows of a table known."""
    register(drafting.bench, table.table)


def _is_plain(date: DateShape) -> bool:
    return not date.sentinels


def _mostly(texts: pl.Series, pattern: str) -> bool:
    return len(texts) > 0 and float(texts.str.contains(pattern).mean() or 0) >= MOST  # type: ignore[arg-type]
