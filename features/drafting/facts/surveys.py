"""`surveys`: answers with an item a column, or an answer a row, on the contract's scale from 0 to 10.

An answer without a person is anonymous and not used. What people wrote is content, and refused.
"""

import re
from collections.abc import Mapping
from typing import Final

from features.contract.sensitive_words import REFUSED_SUBJECTS
from features.contract.vocabulary import CONTEXT, DRIVERS, snake_case
from features.drafting.context import Drafting, Item, counts_of
from features.drafting.facts.fact_columns import (
    FactColumn,
    Role,
    Values,
    as_day,
    as_text,
    by_name,
    columns_of,
    fact_view,
    free_name,
)
from features.drafting.facts.fact_days import day_of_fact
from features.drafting.facts.persons import joined_name, person_column, person_of
from features.drafting.facts.scales import answers_of, ask_scales, on_scale
from features.drafting.questions import Question
from features.drafting.recognition.columns import Recognised, Sensitive, shown
from features.drafting.recognition.names import matches
from features.drafting.views import Line, Select, View
from features.drafting.vocabulary.fact_words import ANSWER, DAY, ITEM, SURVEY, WAVE
from features.drafting.vocabulary.value_words import DRIVERS as DRIVER_WORDS
from features.drafting.vocabulary.words import DATES
from features.sql import literal, quoted

TOP: Final = 10.0
_LONGEST_CODE: Final = 40
_IS_QUESTION: Final = re.compile(r"(?i)^(?:q|item|frage|f|вопрос|в)[ _.]?\d+\b|\?$")
_LONG_TEXT: Final = 25
_CONTENT: Final = next(subject for subject in REFUSED_SUBJECTS if "content" in subject.what)
_DAYS: Final = {"day": Role(f"{DATES['survey_date']} {DAY}", as_day), "wave": Role(WAVE, as_text)}


def long_columns(table: Recognised) -> Mapping[str, FactColumn] | None:
    """The columns of answers with a row each."""
    found = by_name(table, {**_DAYS, "item": Role(ITEM, as_text), "score": Role(ANSWER, _as_answer)})
    if "score" not in found or not (_is_named(table) or "item" in found):
        return None
    if "item" not in found and ("day" not in found or len(_answered(table)) > 1):
        return None
    return _with_person(table, found)


def wide_columns(table: Recognised) -> Mapping[str, FactColumn] | None:
    """The columns of answers with an item a column."""
    found = dict(_with_person(table, by_name(table, _DAYS)))
    taken = {column.name for column in found.values()}
    items = {name: values for name, values in _answered(table).items() if name not in taken}
    questions = [name for name in items if _IS_QUESTION.search(name) or (len(name) > _LONG_TEXT and " " in name)]
    if not items or not (_is_named(table) or len(questions) > len(items) / 2):
        return None
    for place, (name, values) in enumerate(items.items(), 1):
        sql = answers_of(quoted(name), values)
        why = f"answers on a scale; {values.shape.share:.0%} filled"
        found[f"item_{place}"] = FactColumn(table.table.name, name, sql.sql if sql else "", 0.85, why, values)
    return found


def draft_long(drafting: Drafting, table: Recognised, columns: Mapping[str, FactColumn]) -> None:
    """Answers with a row each; without a column of items, the table is one item."""
    view = fact_view(drafting, table, [column.line(role) for role, column in columns.items()], "survey answer")
    if not view.has("item"):
        made = Line("item", literal(view.name), "", 0.7, "one question, named after the table")
        counts = {view.name: view.frame["score"].len()}
    else:
        made, counts = drafting.take(view, "item", "item", 'f."item"'), counts_of(view.frame["item"])
    rows = _who_and_when(drafting, view)
    answers = answers_of(quoted(columns["score"].name), columns["score"].values)
    if rows is None or answers is None:
        return
    names = item_names(counts)
    scales = ask_scales(
        drafting, f"scales_{view.name}", dict.fromkeys(names, answers), counts, view.line("score").source
    )
    whens = "".join(
        f"\n    when {literal(item)} then {on_scale('f.score', scale, TOP)}" for item, scale in scales.items()
    )
    score = drafting.take(view, "score", "score", f"case {made.sql}{whens}\n  end", "turned to 0 to 10, as answered")
    codes = "".join(f"\n    when {literal(item)} then {literal(code)}" for item, code in names.items())
    item = Line("item", f"case {made.sql}{codes}\n  end", made.source, made.confidence, made.why)
    who, day, rest = rows
    drafting.add("surveys", Select((who, day, item, score), f"{rest} and f.score is not null"))
    declare(drafting, "surveys", view.name, names)


def draft_wide(drafting: Drafting, table: Recognised, columns: Mapping[str, FactColumn]) -> None:
    """Answers with an item a column: one row an answer."""
    content = _written(table, columns)
    if content:
        table = Recognised(table.table, table.columns, (*table.sensitive, *content), table.shapes)
    view = fact_view(drafting, table, [column.line(role) for role, column in columns.items()], "survey answers")
    drafting.refused += [f"{view.name}.{shown(each.name)}" for each in content]
    rows = _who_and_when(drafting, view)
    if rows is None:
        return
    items = {column.name: column for role, column in columns.items() if role.startswith("item_")}
    roles = {column.name: role for role, column in columns.items()}
    answers = {name: found for name, column in items.items() if (found := answers_of(quoted(name), column.values))}
    scales = ask_scales(
        drafting,
        f"scales_{view.name}",
        answers,
        {name: column.values.shape.filled for name, column in items.items()},
        "the values of each column",
    )
    names = item_names(items)
    drafting.use(view, *roles.values())
    listed = ",\n    ".join(literal(names[name]) for name in items)
    scores = ",\n    ".join(on_scale(f"f.{quoted(roles[name])}", scales.get(name), TOP) for name in items)
    who, day, rest = rows
    sources = ", ".join(column.place for column in items.values())
    answer = free_name(drafting, f"{view.name}_answers")
    lines = (
        who,
        day,
        Line("item", f"unnest([\n    {listed}\n  ])", "", 0.85, "the names of the columns"),
        Line("score", f"unnest([\n    {scores}\n  ])", sources, 0.85, "turned to 0 to 10, as answered"),
    )
    drafting.bench.prepare(answer, Select(lines, rest).sql)
    made = tuple(Line(line.name, line.name, line.source, line.confidence, line.why) for line in lines)
    drafting.add("surveys", Select(made, f"from {quoted(answer)}\nwhere score is not null"))
    declare(drafting, "surveys", view.name, names)


def item_names(items: Mapping[str, object]) -> dict[str, str]:
    """A short name of its own for each item, from its text."""
    names: dict[str, str] = {}
    for item in items:
        plain = snake_case(item)[:_LONGEST_CODE].strip("_") or "item"
        number = sum(name == plain or name.startswith(f"{plain}_") for name in names.values())
        names[item] = f"{plain}_{number + 1}" if number else plain
    return names


def declare(drafting: Drafting, section: str, table: str, names: Mapping[str, str]) -> None:
    """The driver and the label of each item: by the words of its text, else asked."""
    found = {item: driver for item in names if (driver := _driver(item))}
    unclear = {item: 0 for item in names if item not in found}
    answers: Mapping[str, str] = {}
    if unclear:
        question = Question(
            f"drivers_{table}",
            "Which side of working life does each of these speak of? What an employer cannot act on is context.",
            "values",
            (*DRIVERS, CONTEXT),
            unclear,
            dict.fromkeys(unclear, CONTEXT),
            "no word of it says so",
        )
        answers = drafting.interview.ask(question)
    for item, name in names.items():
        if any(name == other.name for other in drafting.items.get(section, [])):
            continue
        why = "by the words of its text (70% sure)" if item in found else f"as answered in drivers_{table}"
        made = Item(name, found.get(item) or answers.get(item) or CONTEXT, shown(item), why)
        drafting.items.setdefault(section, []).append(made)


def _driver(item: str) -> str | None:
    found = {driver: matches(words, item) for driver, words in DRIVER_WORDS.items()}
    best = max(found, key=lambda driver: found[driver])
    return best if found[best] else None


def _with_person(table: Recognised, found: Mapping[str, FactColumn]) -> Mapping[str, FactColumn]:
    taken = tuple(column.name for role, column in found.items() if role in ("item", "score"))
    who = person_column(table, taken) or joined_name(table)
    rest = {role: column for role, column in found.items() if who is None or column.name != who.name}
    return {**({"who": who} if who else {}), **rest}


def _who_and_when(drafting: Drafting, view: View) -> tuple[Line, Line, str] | None:
    """The person and the day of a row, and the rows that have them; None for anonymous answers."""
    person = person_of(drafting, view, "who") if view.has("who") else None
    if person is None:
        drafting.notes.append(f"{view.name}: the answers name nobody of the list of people: anonymous; not used")
        return None
    day = day_of_fact(drafting, view, "the survey")
    when = Line("survey_date", day.sql, day.source, day.confidence, day.why)
    return (
        person.line,
        when,
        f"from {quoted(view.name)} as f{person.join}\nwhere f.who is not null and {day.sql} is not null",
    )


def _is_named(table: Recognised) -> bool:
    return any(matches(SURVEY, name.rpartition(".")[0] or name) for name in (table.table.name, *table.table.files))


def _answered(table: Recognised) -> dict[str, Values]:
    """The columns that hold answers on a scale."""
    people = {column.name for role in ("person_id", "manager", "level", "fte") for column in table.all(role)}
    return {
        name: values
        for name, values in columns_of(table).items()
        if name not in people and answers_of(quoted(name), values) and not _is_number_of_rows(values, table)
    }


def _is_number_of_rows(values: Values, table: Recognised) -> bool:
    return values.shape.distinct > 100 and values.shape.distinct == values.shape.filled


def _as_answer(text: str, values: Values) -> str | None:
    found = answers_of(text, values)
    return found.sql if found else None


def _written(table: Recognised, columns: Mapping[str, FactColumn]) -> list[Sensitive]:
    """The columns of free text: what people wrote."""
    taken = {column.name for column in columns.values()}
    return [
        Sensitive(table.table.name, name, _CONTENT)
        for name, values in columns_of(table).items()
        if name not in taken and values.shape.length > _LONG_TEXT and values.shape.distinct > values.shape.filled / 2
    ]
