"""What nobody can know from the files: questions with suggestions, and the answers as data."""

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, Literal

from features.drafting.templates.template import Template
from features.errors import BadInput, Finding
from features.reading.definition.source_toml import Answer

SUGGESTED: Final = "suggested"
"""As an answer: what the draft suggests."""
FEWEST: Final = 5
"""Smaller counts are not shown: they could point at a person."""
EMPTY: Final = "(empty)"
BETWEEN: Final = " / "
"""Between the values of two columns that are asked together."""

Kind = Literal["date", "number", "one", "several", "values"]


@dataclass(frozen=True)
class Question:
    """One question. `choices` are the allowed answers; `values` are asked one by one, with the rows of each.

    suggested: what the files make likely; null where nothing does. A question of kind `values` has a mapping.
    roles: what the columns hold whose values are asked.
    """

    key: str
    text: str
    kind: Kind
    choices: tuple[str, ...] = ()
    values: Mapping[str, int] = field(default_factory=dict)
    suggested: Any = None
    why: str = ""
    roles: tuple[str, ...] = ()

    def as_dict(self, answer: Any) -> dict[str, Any]:
        """For the JSON; counts below five are null."""
        counts = {value: rows if rows >= FEWEST else None for value, rows in self.values.items()}
        given = {"choices": list(self.choices), "counts": counts, "suggested": _plain(self.suggested)}
        return {"key": self.key, "text": self.text, **given, "answer": _plain(answer)}


class Interview:
    """Asks: takes the answers that were given, and keeps what is still open.

    A question without an answer goes on with its suggestion, so that the draft shows what it would become.
    """

    def __init__(self, given: Mapping[str, Any], template: Template | None = None) -> None:
        self.given = given
        self.template = template
        self.questions: dict[str, Question] = {}
        self.answers: dict[str, Any] = {}
        self.open: list[str] = []

    def ask(self, question: Question) -> Any:
        """The answer, or the suggestion while there is none. Raises BadInput for an answer that is not a choice."""
        if question.key in self.questions:
            return self.answers.get(question.key, self.questions[question.key].suggested)
        question = _as_usual(question, self.template) if self.template else question
        self.questions[question.key] = question
        if question.kind == "values":
            return self._ask_values(question)
        given = self.given.get(question.key, "")
        if given == SUGGESTED and question.suggested is not None:
            given = question.suggested
        if given == "":
            self.open.append(question.key)
            return question.suggested
        self.answers[question.key] = answer = _checked(question, question.key, given)
        return answer

    def offer(self, question: Question) -> Any:
        """The answer to a question that may stay without one, or its suggestion."""
        self.questions[question.key] = question
        given = self.given.get(question.key, "")
        if given in ("", SUGGESTED):
            return question.suggested
        self.answers[question.key] = answer = _checked(question, question.key, given)
        return answer

    def _ask_values(self, question: Question) -> dict[str, Any]:
        table = self.given.get(question.key, {})
        suggested = dict(question.suggested or {})
        if table == SUGGESTED:
            table = suggested
        if not isinstance(table, Mapping):
            raise _wrong(question.key, "a table with an answer for each value")
        answers = {}
        for value in question.values:
            given = table.get(value, "")
            given = suggested.get(value, "") if given == SUGGESTED else given
            if given != "":
                answers[value] = _checked(question, f"{question.key}.{value}", given)
        if answers:
            self.answers[question.key] = answers
        if len(answers) < len(question.values):
            self.open.append(question.key)
        return suggested | answers


def _as_usual(question: Question, template: Template) -> Question:
    """The question with the suggestions of a template. What the words of a reason suggest counts before its codes."""
    usual = f"usual in {template.title}"
    if question.kind != "values":
        answer = getattr(template.suggested, question.key, None)
        return question if answer is None else replace(question, suggested=answer, why=usual)
    meanings = {code: meaning for role in question.roles for code, meaning in template.values.get(role, {}).items()}
    proposed = {value: meanings[code] for value in question.values for code in _codes(value) if code in meanings}
    if not proposed:
        return question
    own = dict(question.suggested or {})
    suggested = proposed | own if question.key == "exit_kinds" else own | proposed
    return replace(question, suggested=suggested, why="; ".join(filter(None, (question.why, usual))))


def _codes(value: str) -> list[str]:
    """What a value can be in a template: itself, the code before its text, or one of the columns that it joins."""
    return [*(part.split(" ")[0] for part in value.split(BETWEEN)), *value.split(BETWEEN), value]


def read_answers(file: Path) -> dict[str, Any]:
    """The answers that somebody filled in; empty texts are no answers. Raises BadInput where it is not TOML."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        remedy = f"Fix it, or delete it to have it written again: {str(error).splitlines()[0]}"
        raise BadInput(Finding("not valid TOML", file.name, remedy=remedy)) from None


def unknown_keys(given: Mapping[str, Any], asked: Iterable[str]) -> list[str]:
    """Answers to questions that are not asked, which are mistakes or left from another export."""
    return sorted(set(given) - set(asked))


def _checked(question: Question, key: str, given: Any) -> Answer:
    """The answer in its type."""
    if question.kind == "date":
        return _date(key, given)
    if question.kind == "number" or (question.kind == "values" and not question.choices):
        if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given) or given <= 0:
            raise _wrong(key, "a number above 0, without quotes")
        return float(given)
    if question.kind == "several":
        if not isinstance(given, list):
            raise _wrong(key, 'a list, such as ["one", "two"]; [] for none')
        return [_choice(question, key, each) for each in given]
    return _choice(question, key, given)


def _choice(question: Question, key: str, given: Any) -> str:
    if isinstance(given, str) and given in question.choices:
        return given
    near = get_close_matches(str(given), question.choices, n=1)
    hint = f"Did you mean '{near[0]}'? " if near else ""
    listed = ", ".join(question.choices) or "nothing"
    raise BadInput(Finding("not one of the choices", "answers", key, remedy=f"{hint}Write one of: {listed}"))


def _date(key: str, given: Any) -> date:
    if type(given) is date:
        return given
    try:
        return date.fromisoformat(given)
    except (TypeError, ValueError):
        raise _wrong(key, "a date, such as 2024-12-31") from None


def _wrong(key: str, form: str) -> BadInput:
    return BadInput(Finding("an answer in another form", "answers", key, remedy=f"Write {form}"))


def _plain(answer: Any) -> Any:
    if isinstance(answer, date):
        return answer.isoformat()
    if isinstance(answer, Mapping):
        return {key: _plain(value) for key, value in answer.items()}
    return answer
