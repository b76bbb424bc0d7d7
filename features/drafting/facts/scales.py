"""Scales of answers: numbers, or words of agreement; turned to the contract's scale, with the best end on top.

Which end is the best cannot be seen in the values: it is asked, with a suggestion by the words of the question.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from features.contract.vocabulary import folded
from features.drafting.context import Drafting, case
from features.drafting.facts.fact_columns import Values
from features.drafting.questions import Question
from features.drafting.recognition.names import matches
from features.drafting.recognition.shapes import is_written_date
from features.drafting.vocabulary.likert import AGREEMENTS, NEGATIVE
from features.sql import literal

USUAL: Final = ((1, 5), (0, 10), (1, 10), (1, 4), (1, 6), (1, 7), (1, 3), (0, 5), (0, 4), (0, 100), (1, 100), (-2, 2))
"""The scales of surveys, the commonest first."""
MOST: Final = 0.95
MOST_POINTS: Final = 12
_LEADING: Final = r"^\s*\(?(\d{1,2})\)?\s*(?:[-–—=:.)(]|\s)\s*\D"
_AGREED: Final = (1.0, 2.0, 3.0, 4.0, 5.0)


@dataclass(frozen=True)
class Answers:
    """How the answers of one item are read. sql: the number. low, high: the ends of the likeliest scale."""

    sql: str
    low: float
    high: float


def answers_of(text: str, values: Values) -> Answers | None:
    """The answers of a column as numbers; None where they are no answers on a scale."""
    if is_written_date(values.shape) or values.texts.is_empty() or values.shape.is_email:
        return None
    if by_words := _by_words(text, values):
        return by_words
    if values.texts.str.contains(_LEADING).all() and values.texts.n_unique() <= MOST_POINTS:
        digits = [int(each) for each in values.texts.str.extract(_LEADING, 1).unique().to_list()]
        low, high = _usual(min(digits), max(digits))
        return Answers(f"try_cast(regexp_extract({text}, {literal(_LEADING)}, 1) as double)", low, high)
    number = values.shape.as_number
    if number is None or not _is_scale(values):
        return None
    known = values.texts.str.replace(",", ".").str.extract(r"(-?\d+(?:\.\d+)?)", 1).cast(float).drop_nulls().sort()
    low, high = _usual(_inner(known, 0.0), _inner(known, MOST))
    return Answers(number.sql(text), low, high)


def scale_choices(answers: Sequence[Answers]) -> tuple[str, ...]:
    """The scales that can be meant: the usual ones, and those that the values suggest, with either end the best."""
    scales = dict.fromkeys([*((each.low, each.high) for each in answers), *USUAL])
    return tuple(_choice(low, high, best) for low, high in scales for best in (high, low))


def ask_scales(
    drafting: Drafting, key: str, items: Mapping[str, Answers], counts: Mapping[str, int], why: str
) -> dict[str, str]:
    """The scale of each item, as answered."""
    text = (
        "On which scale are these answers, and which end is the best? For a statement such as 'I think of leaving', it "
    )
    text += "is the end of those who do not agree."
    suggested = {
        name: _choice(each.low, each.high, each.low if matches(NEGATIVE, name) else each.high)
        for name, each in items.items()
    }
    question = Question(key, text, "values", scale_choices([*items.values()]), counts, suggested, why)
    return drafting.interview.ask(question)  # type: ignore[no-any-return]


def on_scale(sql: str, answer: str | None, top: float) -> str:
    """SQL that turns a number to the scale from 0 to `top`; null for a number that is not on its scale."""
    match = re.fullmatch(r"(-?[\d.]+) to (-?[\d.]+), (-?[\d.]+) is best", answer or "")
    if match is None:
        return "null::double"
    low, high, best = (float(each) for each in match.groups())
    share = f"({sql} - {_signed(low)})" if best == high else f"({high:g} - {sql})"
    factor = top / (high - low)
    turned = f"{share} * {factor:g}" if float(f"{factor:g}") == factor else f"{share} * {top:g} / {high - low:g}"
    return f"case when {sql} between {low:g} and {high:g} then {turned} end"


def _signed(number: float) -> str:
    return f"({number:g})" if number < 0 else f"{number:g}"


def _choice(low: float, high: float, best: float) -> str:
    return f"{low:g} to {high:g}, {best:g} is best"


def _by_words(text: str, values: Values) -> Answers | None:
    different = values.texts.unique().sort().to_list()
    if len(different) > MOST_POINTS:
        return None
    words = {value: folded(value) for value in different}
    for scale in AGREEMENTS:
        points = {
            folded(word): point for word_list, point in zip(scale, _AGREED, strict=True) for word in word_list.split()
        }
        found = {value: points[word] for value, word in words.items() if word in points}
        share = float(values.texts.is_in(list(found)).mean() or 0) if found else 0.0  # type: ignore[arg-type]
        if len(found) > 1 and share > 0.5:
            return Answers(case(text, found), 1, 5)
    return None


def _is_scale(values: Values) -> bool:
    number = values.shape.as_number
    if number is None or number.affixes not in ((), ("%",)):
        return False
    return values.shape.distinct <= MOST_POINTS or (number.low >= 0 and number.high <= 100)


def _usual(low: float, high: float) -> tuple[float, float]:
    """The usual scale that the values fill, else the narrowest that holds them."""
    exact = next((each for each in USUAL if each == (low, high)), None)
    holding = [each for each in USUAL if each[0] <= low and high <= each[1]]
    narrow = min(holding, key=lambda each: each[1] - each[0], default=(low, max(high, low + 1)))
    return exact or narrow


def _inner(known: pl.Series, share: float) -> float:
    """The end of the values, without rare ones far away that mean 'no answer', such as 99."""
    if share == 0.0:
        return float(known[0])
    last, typical = float(known[-1]), float(known[int(share * (len(known) - 1))])
    return typical if typical > 0 and last > 2.5 * typical and last > 10 else last
