"""`working_time.leave_days` from a list of leave: days of vacation, and no other absence.

Why someone was absent is data about health. A list that mixes vacation with other absences is read only where a column
that may be read tells them apart, and the answer says which values are vacation.
"""

from collections.abc import Mapping
from typing import Final

from features.drafting.context import Drafting, counts_of
from features.drafting.facts.fact_columns import (
    FactColumn,
    Role,
    as_code,
    as_day,
    as_number,
    by_name,
    fact_view,
    free_name,
)
from features.drafting.facts.persons import joined_name, person_column, person_of
from features.drafting.questions import Question
from features.drafting.recognition.columns import Recognised
from features.drafting.recognition.names import matches
from features.drafting.views import Line, Select, View
from features.drafting.vocabulary.fact_words import DAYS, FROM, LEAVE, LEAVE_TYPE, UNTIL, VACATION
from features.sql import literal, quoted

VACATION_ONLY, MIXED = "vacation only", "other absences too"
IS_VACATION, OTHER = "vacation", "leave out"
LONGEST_DAYS: Final = 366


def columns(table: Recognised) -> Mapping[str, FactColumn] | None:
    """The columns of a list of leave: a person, and the first and the last day."""
    names = [table.table.name, *table.table.columns, *table.table.refused]
    if not any(matches(f"{LEAVE} {VACATION}", name) for name in names):
        return None
    found = by_name(
        table,
        {
            "first": Role(FROM, as_day),
            "last": Role(UNTIL, as_day),
            "days": Role(DAYS, as_number),
            "type": Role(LEAVE_TYPE, as_code),
        },
    )
    who = person_column(table) or joined_name(table)
    return {"who": who, **found} if who and "first" in found and "last" in found else None


def draft(drafting: Drafting, table: Recognised, columns: Mapping[str, FactColumn]) -> None:
    """Spreads each leave over its working days, Monday to Friday, and sums the days of each month."""
    view = fact_view(drafting, table, [column.line(role) for role, column in columns.items()], "leave")
    person = person_of(drafting, view, "who")
    if person is None:
        drafting.notes.append(f"{view.name}: nobody of the list of people is in it; not used")
        return
    is_vacation = _vacation(drafting, view, table)
    if is_vacation is None:
        return
    drafting.use(view, "first", "last", *(["days"] if view.has("days") else []))
    days = free_name(drafting, f"{view.name}_days")
    number = "days" if view.has("days") else "null"
    drafting.bench.prepare(
        days,
        f"select who, day, coalesce({number} / count(*) over (partition by leave), 1) as part from (\n"
        "  select *, unnest(generate_series(first, last, interval 1 day))::date as day from (\n"
        f"    select *, row_number() over () as leave from {quoted(view.name)}\n"
        f"    where last between first and first + {LONGEST_DAYS}{is_vacation}\n"
        "  ) as leaves\n) as every_day where isodow(day) < 6",
    )
    source = ", ".join(columns[role].place for role in ("first", "last", "days") if role in columns)
    lines = (
        person.line,
        Line("month", "last_day(f.day)", source, 0.9, "each day in its month"),
        Line("leave_days", "sum(f.part)", source, 0.85, "vacation on working days, Monday to Friday"),
    )
    rest = f"from {quoted(days)} as f{person.join}\nwhere f.who is not null\ngroup by all\nhaving sum(f.part) <= 31"
    drafting.add("working_time", Select(lines, rest))


def _vacation(drafting: Drafting, view: View, table: Recognised) -> str | None:
    """A condition for the rows of vacation; None where vacation cannot be told from other absences."""
    refused = [*table.table.refused, *(each.name for each in table.sensitive if each.subject.is_refused)]
    if refused:
        listed = ", ".join(refused)
        drafting.notes.append(
            f"{view.name}: {listed}: why someone is absent is data about health and never read, so vacation cannot be "
            "told from it; not used. Export vacation only, without that column"
        )
        return None
    if view.has("type"):
        counts = counts_of(view.frame["type"])
        suggested = {value: IS_VACATION if matches(VACATION, value) else OTHER for value in counts}
        text = "Which of these are vacation? Other absences are not used: they can speak of someone's health."
        question = Question(
            f"leave_{view.name}", text, "values", (IS_VACATION, OTHER), counts, suggested, view.line("type").source
        )
        answers = drafting.interview.ask(question)
        drafting.use(view, "type")
        kept = [literal(value) for value in counts if answers.get(value) == IS_VACATION]
        return f" and type in ({', '.join(kept)})" if kept else " and false"
    question = Question(
        f"leave_{view.name}",
        f"Does {view.name} list vacation only, or other absences such as sick leave too?",
        "one",
        (VACATION_ONLY, MIXED),
        suggested=VACATION_ONLY if matches(VACATION, view.name) else MIXED,
        why="no column says it",
    )
    if drafting.interview.ask(question) == VACATION_ONLY:
        return ""
    drafting.notes.append(f"{view.name}: vacation cannot be told from other absences; not used")
    return None
