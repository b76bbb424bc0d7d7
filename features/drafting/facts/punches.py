"""`working_time` from a clock: a coming and a going a row, or an event a row, summed over the month."""

from collections.abc import Mapping
from typing import Final

from features.contract.tables import HOURS_IN_A_MONTH
from features.drafting.context import Drafting
from features.drafting.facts.fact_columns import (
    FactColumn,
    Role,
    Values,
    as_clock,
    as_code,
    as_day,
    as_hours,
    as_moment,
    by_name,
    fact_view,
    free_name,
)
from features.drafting.facts.persons import joined_name, person_column, person_of
from features.drafting.recognition.columns import Recognised
from features.drafting.recognition.names import matches
from features.drafting.views import Line, Select, View
from features.drafting.vocabulary.fact_words import ARRIVES, BREAK, DAY, DIRECTION, IN, LEAVES, OUT
from features.drafting.vocabulary.words import DATES
from features.sql import literal, quoted

LONGEST_HOURS: Final = 24
_NIGHT: Final = 24
_MIDNIGHT: Final = r"[ T](?:0?0:00(?::00)?(?:[.,]0+)?|12:00(?::00)? ?[Aa][Mm])(?:Z|[+-]\d\d:?\d\d)?$"


def _as_time(text: str, values: Values) -> str | None:
    """A time of the day as hours, or a moment."""
    return as_moment(text, values) if _has_clock(values) else as_clock(text, values)


def _as_event(text: str, values: Values) -> str | None:
    """A moment with a time."""
    return as_moment(text, values) if _has_clock(values) else None


def _has_clock(values: Values) -> bool:
    """Whether the values are moments: the days of a workbook are written with a time too, always midnight."""
    date = values.shape.as_date
    return date is not None and date.has_time and not values.texts.str.contains(_MIDNIGHT).all()


def _as_break(text: str, values: Values) -> str | None:
    number = values.shape.as_number
    return as_hours(text, values, in_minutes=bool(number and number.high > LONGEST_HOURS) or None)


def columns(table: Recognised) -> Mapping[str, FactColumn] | None:
    """The columns of punches: a person, and both times of a day, or a moment with its direction."""
    who = person_column(table) or joined_name(table)
    if who is None:
        return None
    both = by_name(table, {"in": Role(IN, _as_time), "out": Role(OUT, _as_time), "break": Role(BREAK, _as_break)})
    day = by_name(table, {"day": Role(f"{DAY} {DATES['period']}", as_day)})
    if "in" in both and "out" in both and _are_alike(both["in"], both["out"]):
        is_clock = not _is_moment(both["in"])
        return {"who": who, **both, **day} if "day" in day or not is_clock else None
    event = by_name(table, {"moment": Role(f"{DAY} time punch zeit время heure hora ora godzina tijd", _as_event)})
    direction = by_name(table, {"direction": Role(DIRECTION, as_code)})
    if "moment" in event and "direction" in direction and _directions(direction["direction"]):
        return {"who": who, **event, **direction}
    return None


def draft(drafting: Drafting, table: Recognised, columns: Mapping[str, FactColumn]) -> None:
    """The hours between coming and going, without breaks, summed over the month of the coming."""
    view = fact_view(drafting, table, [column.line(role) for role, column in columns.items()], "punch")
    person = person_of(drafting, view, "who")
    if person is None:
        drafting.notes.append(f"{view.name}: nobody of the list of people is in it; not used")
        return
    drafting.use(view, *columns)
    stays = free_name(drafting, f"{view.name}_stays")
    if "moment" in columns:
        _pair(drafting, view, stays, _directions(columns["direction"]))
        day, hours, rows = "f.begun::date", _between("f.begun", "f.ended"), stays
    elif _is_moment(columns["in"]):
        day, hours, rows = 'f."in"::date', _between('f."in"', 'f."out"'), view.name
    else:
        day, rows = 'f."day"', view.name
        hours = f'case when f."out" < f."in" then f."out" + {_NIGHT} else f."out" end - f."in"'
    if "break" in columns:
        hours = f'({hours}) - coalesce(f."break", 0)'
    rest = (
        f"from {quoted(rows)} as f{person.join}\nwhere f.who is not null and {hours} between 0 and {LONGEST_HOURS}\n"
        "group by all"
    )
    sources = ", ".join(column.place for role, column in columns.items() if role != "who")
    lines = (
        person.line,
        Line("month", f"last_day({day})", sources, 0.9, "the month of the coming"),
        Line(
            "worked_hours",
            f"sum({hours})",
            sources,
            0.9,
            "from coming to going, without the breaks; nights end next day",
        ),
    )
    made = Select(lines, rest)
    sums = drafting.bench.rows(made.sql)["worked_hours"].drop_nulls()
    if sums.is_empty() or sums.max() > HOURS_IN_A_MONTH:  # type: ignore[operator]
        drafting.notes.append(f"{view.name}: the hours of some month are impossible; not used")
        return
    drafting.add("working_time", made)


def _pair(drafting: Drafting, view: View, name: str, directions: Mapping[str, str]) -> None:
    """A view with a row a stay: each coming with the going that follows it."""
    comings = ", ".join(literal(value) for value, way in directions.items() if way == "in")
    both = ", ".join(map(literal, directions))
    drafting.bench.prepare(
        name,
        "select who, begun, ended from (\n"
        f"  select who, moment as begun, direction in ({comings}) as is_in,\n"
        "    lead(moment) over one as ended, lead(direction) over one as next\n"
        f"  from {quoted(view.name)} where direction in ({both}) and moment is not null\n"
        "  window one as (partition by who order by moment)\n"
        f") as events\nwhere is_in and next not in ({comings})",
    )
    drafting.notes.append(f"{view.name}: a coming without a going, or the other way round, counts no hours")


def _directions(column: FactColumn) -> dict[str, str]:
    """Each value as a coming or a going; empty where one of both is missing."""
    found: dict[str, str] = {}
    for value in column.values.shape.values:
        arrives, leaves = (matches(words, value) for words in (ARRIVES, LEAVES))
        if bool(arrives) != bool(leaves):
            found[value] = "in" if arrives else "out"
    return found if set(found.values()) == {"in", "out"} else {}


def _between(begun: str, ended: str) -> str:
    return f"date_diff('minute', {begun}, {ended}) / 60"


def _is_moment(column: FactColumn) -> bool:
    return column.values.shape.as_date is not None


def _are_alike(one: FactColumn, other: FactColumn) -> bool:
    return _is_moment(one) == _is_moment(other)
