"""`competencies`: assessments of a competency, one a row, on the contract's scale from 0 to 5."""

from collections.abc import Mapping
from typing import Final

from features.drafting.context import Drafting, counts_of
from features.drafting.facts.fact_columns import FactColumn, Role, Values, as_code, as_day, as_text, by_name, fact_view
from features.drafting.facts.fact_days import day_of_fact
from features.drafting.facts.persons import person_column, person_of
from features.drafting.facts.scales import answers_of, ask_scales, on_scale
from features.drafting.facts.surveys import declare, item_names
from features.drafting.recognition.columns import Recognised
from features.drafting.views import Line, Select
from features.drafting.vocabulary.fact_words import ANSWER, ASSESSOR, COMPETENCY, DAY, WAVE
from features.drafting.vocabulary.words import DATES
from features.sql import literal, quoted

TOP: Final = 5.0


def _as_answer(text: str, values: Values) -> str | None:
    found = answers_of(text, values)
    return found.sql if found else None


def columns(table: Recognised) -> Mapping[str, FactColumn] | None:
    """The columns of assessments: a person, a competency and a score."""
    found = by_name(
        table,
        {
            "competency": Role(COMPETENCY, as_code),
            "assessor": Role(ASSESSOR, as_text),
            "day": Role(f"{DATES['review_date']} assessed_at {DAY}", as_day),
            "wave": Role(WAVE, as_text),
            "score": Role(ANSWER, _as_answer),
        },
    )
    who = person_column(table, tuple(column.name for column in found.values()))
    return {"who": who, **found} if who and {"competency", "score"} <= set(found) else None


def draft(drafting: Drafting, table: Recognised, columns: Mapping[str, FactColumn]) -> None:
    """One row an assessment."""
    view = fact_view(drafting, table, [column.line(role) for role, column in columns.items()], "assessment")
    person = person_of(drafting, view, "who")
    answers = answers_of(quoted(columns["score"].name), columns["score"].values)
    if person is None or answers is None:
        drafting.notes.append(f"{view.name}: nobody of the list of people is assessed in it; not used")
        return
    day = day_of_fact(drafting, view, "the assessment")
    names = item_names(counts_of(view.frame["competency"]))
    name = columns["score"].name
    scales = ask_scales(
        drafting, f"scales_{view.name}", {name: answers}, {name: view.frame["score"].len()}, columns["score"].place
    )
    codes = "".join(f"\n    when {literal(text)} then {literal(code)}" for text, code in names.items())
    score = on_scale("f.score", scales.get(name), TOP)
    lines = [
        person.line,
        Line("assessed_at", day.sql, day.source, day.confidence, day.why),
        drafting.take(view, "competency", "competency", f"case f.competency{codes}\n  end"),
        drafting.take(view, "score", "score", score, "turned to 0 to 5, as answered"),
    ]
    join = person.join
    if (
        view.has("assessor")
        and (assessor := person_of(drafting, view, "assessor", "assessor_id"))
        and not assessor.join
    ):
        lines.append(assessor.line)
    rest = f"from {quoted(view.name)} as f{join}\nwhere f.who is not null and f.competency is not null"
    drafting.add("competencies", Select(tuple(lines), f"{rest} and {score} is not null"))
    declare(drafting, "competencies", view.name, names)
