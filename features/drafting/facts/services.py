"""`collaboration`: tickets and messages between people of the company. Metadata only, never what they wrote."""

from collections.abc import Mapping
from typing import Final

from features.contract.vocabulary import SERVICE_KINDS
from features.drafting.context import Drafting, case, counts_of
from features.drafting.facts.fact_columns import (
    FactColumn,
    Role,
    Values,
    as_code,
    as_hours,
    as_moment,
    as_number,
    as_text,
    by_name,
    fact_view,
)
from features.drafting.facts.persons import Person, person_of
from features.drafting.facts.scales import answers_of, ask_scales, on_scale
from features.drafting.questions import Question
from features.drafting.recognition.columns import Recognised
from features.drafting.recognition.names import matches
from features.drafting.views import Line, Select, View
from features.drafting.vocabulary.fact_words import (
    CHANNEL,
    CLIENT,
    CLOSED,
    COUNT,
    EFFORT,
    KIND,
    KINDS,
    OPENED,
    PROVIDER,
    SERVICE_RATING,
)
from features.sql import quoted

SEVERAL: Final = r"[;,]\s*"
"""Between the recipients of a message."""
IN_HOURS, IN_MINUTES = "hours", "minutes"
MOST_HOURS: Final = 40
UNITS: Final = (
    "hour hours hrs h stunden std час часы часов heures horas ore godziny uren min minutes minuten минут minutos"
)


def _as_rating(text: str, values: Values) -> str | None:
    found = answers_of(text, values)
    return found.sql if found else None


def _as_hours(text: str, values: Values) -> str | None:
    return as_hours(text, values)


_ROLES: Final = {
    "client": Role(CLIENT, as_text),
    "provider": Role(PROVIDER, as_text),
    "opened": Role(OPENED, as_moment),
    "closed": Role(CLOSED, as_moment),
    "kind": Role(KIND, as_code),
    "rating": Role(SERVICE_RATING, _as_rating),
    "effort": Role(EFFORT, _as_hours),
    "count": Role(COUNT, as_number),
}


def columns(table: Recognised) -> Mapping[str, FactColumn] | None:
    """The columns of services: who asked, who answered, and when."""
    found = by_name(table, _ROLES)
    if "client" not in found or "provider" not in found:
        return None
    is_dated = "opened" in found
    named = matches(CHANNEL, table.table.name) or is_dated or "count" in found
    return found if named and not _is_an_employment(table) else None


def draft(drafting: Drafting, table: Recognised, columns: Mapping[str, FactColumn]) -> None:
    """One row a service: of several recipients each is one. A row with oneself is none."""
    is_pair = "opened" not in columns
    view = fact_view(drafting, table, _lines(drafting, columns), "pair" if is_pair else "service")
    if is_pair and not view.has("file_date"):
        drafting.notes.append(f"{view.name}: sums of pairs without dates: it is not known when; not used")
        return
    client, provider = (person_of(drafting, view, role, f"{role}_id") for role in ("client", "provider"))
    if client is None or provider is None:
        drafting.notes.append(f"{view.name}: who asked or who answered is nobody of the list of people; not used")
        return
    lines = [client.line, provider.line, _opened(drafting, view), *_optional(drafting, view, columns)]
    rest = _rows(view, client, provider, "count" in columns and is_pair)
    drafting.add("collaboration", Select(tuple(lines), rest))


def _is_an_employment(table: Recognised) -> bool:
    return any(table.has(role) for role in ("department", "job", "level")) and not matches(CHANNEL, table.table.name)


def _opened(drafting: Drafting, view: View) -> Line:
    if view.has("opened"):
        return drafting.take(view, "opened", "opened_at", "f.opened")
    return drafting.take(view, "file_date", "opened_at", "f.file_date", "the end of the month")


def _lines(drafting: Drafting, columns: Mapping[str, FactColumn]) -> list[Line]:
    """The columns of the view; a row with several recipients becomes several rows."""
    lines = []
    for role, column in columns.items():
        line = column.line(role)
        if role == "provider" and _has_several(column):
            sql = f"trim(unnest(regexp_split_to_array({line.sql}, '{SEVERAL}')))"
            line = Line(role, sql, line.source, line.confidence, f"{line.why}; each of several recipients")
            drafting.notes.append(f"{column.place}: a message to several people counts for each of them")
        lines.append(line)
    return lines


def _has_several(column: FactColumn) -> bool:
    """Whether some values list several addresses, or several ids; a comma can also stand within a name."""
    several = column.values.texts.str.contains(r"[;,]\s*\S")
    is_plain = not column.values.texts.str.contains(r", ").any() or column.values.texts.str.contains("@").any()
    return bool(several.any()) and bool(is_plain)


def _optional(drafting: Drafting, view: View, columns: Mapping[str, FactColumn]) -> list[Line]:
    lines = []
    if view.has("closed") and view.has("opened"):
        before = "case when f.closed::date >= f.opened::date then greatest(f.closed, f.opened) end"
        lines.append(drafting.take(view, "closed", "closed_at", before, "an end before the start is no end"))
    if view.has("kind"):
        counts = counts_of(view.frame["kind"])
        suggested = {value: kind for value in counts if (kind := _kind(value))}
        text = "What does each of these ask a colleague for?"
        question = Question(
            f"kinds_{view.name}", text, "values", SERVICE_KINDS, counts, dict.fromkeys(counts, "other") | suggested
        )
        lines.append(drafting.take(view, "kind", "kind", case("f.kind", drafting.interview.ask(question), "'other'")))
    if "rating" in columns and (answers := answers_of(quoted(columns["rating"].name), columns["rating"].values)):
        name = columns["rating"].name
        asked = ask_scales(
            drafting,
            f"scales_{view.name}",
            {name: answers},
            {name: columns["rating"].values.shape.filled},
            "its values",
        )
        points = on_scale("f.rating", asked.get(name), 4.0)
        sql = f"case when f.client <> f.provider then 1 + {points} end"
        lines.append(drafting.take(view, "rating", "rating", sql, "turned to 1 to 5, as answered"))
    if view.has("effort"):
        lines.append(_effort(drafting, view, columns["effort"]))
    return lines


def _effort(drafting: Drafting, view: View, column: FactColumn) -> Line:
    """The hours that a service took; the unit is asked where neither the name nor the values say it."""
    factor, why = "", "hours, as it is written"
    if column.values.shape.as_number and not matches(UNITS, column.name):
        question = Question(
            f"effort_{view.name}",
            f"In which unit is {column.place}?",
            "one",
            (IN_HOURS, IN_MINUTES),
            suggested=IN_MINUTES if column.values.shape.as_number.high > MOST_HOURS else IN_HOURS,
            why="neither the name nor the values say it",
        )
        factor = " / 60" if drafting.interview.ask(question) == IN_MINUTES else ""
        why = f"as answered in effort_{view.name}"
    return drafting.take(view, "effort", "effort_hours", f"case when f.effort >= 0 then f.effort{factor} end", why)


def _kind(value: str) -> str | None:
    return next((kind for kind, words in KINDS.items() if matches(words, value)), None)


def _rows(view: View, client: Person, provider: Person, is_counted: bool) -> str:
    """The rows with both people and a day, without services to oneself; each as often as it is counted."""
    counted = "\ncross join lateral (select unnest(range(f.count::bigint))) as times" if is_counted else ""
    day = "f.opened" if view.has("opened") else "f.file_date"
    return (
        f"from {quoted(view.name)} as f{client.join}{provider.join}{counted}\n"
        f"where f.client is not null and f.provider is not null and {day} is not null\n"
        f"  and {client.line.sql} <> {provider.line.sql}"
    )
