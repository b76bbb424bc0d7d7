"""`working_time` from time sheets, with a row a month or a day; and one row a month from all tables that have hours."""

from collections.abc import Mapping
from typing import Final

from features.contract.tables import DAYS_IN_A_MONTH, HOURS_IN_A_MONTH
from features.drafting.context import Drafting
from features.drafting.facts.fact_columns import (
    FactColumn,
    Role,
    Values,
    as_day,
    as_hours,
    as_number,
    by_name,
    fact_view,
    free_name,
)
from features.drafting.facts.fact_days import day_of_fact
from features.drafting.facts.persons import joined_name, person_column, person_of
from features.drafting.recognition.columns import Recognised
from features.drafting.views import Line, Select
from features.drafting.vocabulary.fact_words import CONTRACTED, DAY, LEAVE_DAYS, OVERTIME, REMOTE_DAYS, WORKED
from features.drafting.vocabulary.words import DATES, NUMBERS
from features.sql import quoted

HOURS: Final = ("contracted_hours", "worked_hours", "overtime_hours")
MEASURED: Final = (*HOURS, "leave_days", "remote_days")
_LIMIT: Final = {role: HOURS_IN_A_MONTH if role in HOURS else DAYS_IN_A_MONTH for role in MEASURED}


def _as_hours(text: str, values: Values) -> str | None:
    return as_hours(text, values)


_ROLES: Final = {
    "day": Role(f"{DATES['period']} {DAY}", as_day),
    "contracted_hours": Role(f"{NUMBERS['contracted_hours']} {CONTRACTED}", _as_hours),
    "worked_hours": Role(f"{NUMBERS['worked_hours']} {WORKED}", _as_hours),
    "overtime_hours": Role(f"{NUMBERS['overtime_hours']} {OVERTIME}", _as_hours),
    "leave_days": Role(LEAVE_DAYS, as_number),
    "remote_days": Role(REMOTE_DAYS, as_number),
}


def columns(table: Recognised) -> Mapping[str, FactColumn] | None:
    """The columns of a time sheet: a person, a month or a day, and what was worked."""
    found = by_name(table, _ROLES)
    who = person_column(table) or joined_name(table)
    measured = [role for role in MEASURED if role in found]
    if who is None or measured in ([], ["contracted_hours"]):
        return None
    return {"who": who, **found}


def draft(drafting: Drafting, table: Recognised, columns: Mapping[str, FactColumn]) -> None:
    """Sums the hours and days of each month. An impossible sum is no sum of hours: the column is not used."""
    view = fact_view(drafting, table, [column.line(role) for role, column in columns.items()], "time sheet")
    person = person_of(drafting, view, "who")
    if person is None:
        drafting.notes.append(f"{view.name}: nobody of the list of people is in it; not used")
        return
    day = day_of_fact(drafting, view, "the work")
    month = f"last_day({day.sql})"
    rest = (
        f"from {quoted(view.name)} as f{person.join}\nwhere f.who is not null and {day.sql} is not null\ngroup by all"
    )
    lines = [person.line, Line("month", month, day.source, day.confidence, day.why)]
    for role in (role for role in MEASURED if view.has(role)):
        line = drafting.take(view, role, role, f"sum(f.{role})", "summed over the month")
        sums = drafting.bench.rows(Select((*lines, line), rest).sql)[role].drop_nulls()
        if not sums.is_empty() and (sums.min() < 0 or sums.max() > _LIMIT[role]):  # type: ignore[operator]
            drafting.notes.append(
                f"{line.source}: the sum of some month is impossible, so the unit is not known; not used"
            )
            drafting.used.discard(line.source)
        else:
            lines.append(line)
    if len(lines) > 2:
        drafting.add("working_time", Select(tuple(lines), rest))


def unite_months(drafting: Drafting) -> None:
    """One row a person and month, where several tables have hours or days of it."""
    selects = drafting.tables.get("working_time", [])
    if len(selects) < 2:
        return
    name = free_name(drafting, "months_of_work")
    drafting.bench.prepare(name, "\nunion all by name\n".join(select.sql for select in selects))
    lines = [*{line.name: line for select in reversed(selects) for line in select.lines}.values()]
    united = [
        Line(
            line.name,
            line.name if line.name in ("employee_id", "month") else f"max({line.name})",
            line.source,
            line.confidence,
            line.why,
        )
        for line in sorted(lines, key=lambda line: ("employee_id", "month", *MEASURED).index(line.name))
    ]
    drafting.tables["working_time"] = [Select(tuple(united), f"from {quoted(name)}\ngroup by all")]
