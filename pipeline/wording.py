"""The words of the lists and of the API's factors, in English: plain, and without a probability."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from features.vocabulary import Driver
from pipeline.published import Factor

UNKNOWN: Final = "not known"

DRIVER_NAMES: Final[Mapping[Driver, str]] = {
    "pay": "Pay",
    "conditions": "Conditions",
    "relationships": "Relationships",
    "growth": "Growth",
    "context": "Context",
}

IN_CONFIDENCE: Final[Mapping[Driver, str]] = {
    "pay": "How pay is seen",
    "conditions": "How the conditions of work are seen",
    "relationships": "How working with others is seen",
    "growth": "How the way ahead is seen",
    "context": "",
}
"""Said in place of a survey answer: it was given in confidence, to the employer and not to one's manager."""


@dataclass(frozen=True)
class Guidance:
    """What a manager can do about one driver in one conversation."""

    ask: str
    offer: str
    involve: str


GUIDE: Final[Mapping[Driver, Guidance]] = {
    "pay": Guidance(
        ask="Does what you earn fit what you do now, and what you see around you?",
        offer="A pay review against the market. Ask for it before you promise anything.",
        involve="HR, for the pay review",
    ),
    "conditions": Guidance(
        ask="How heavy have the last months been, and what would you drop first?",
        offer="A pause in overtime, clearer priorities, more say over hours or place of work.",
        involve="HR, if hours or place change formally",
    ),
    "relationships": Guidance(
        ask="Whose work do you wait for, who waits for you, and where does it grate?",
        offer="An agreement with the other department on who answers what, and by when. More of your own time.",
        involve="the head of the other department",
    ),
    "growth": Guidance(
        ask="What would you like to be doing in a year that you are not doing now?",
        offer="A next step with a date: a task, a course, a mentor, or what the next level takes.",
        involve="HR, for career steps and training",
    ),
}
"""A guide for each driver that an employer can act on."""

OPEN_GUIDANCE: Final = Guidance(
    ask="What keeps you here, and what could make you look elsewhere?",
    offer="Listen first. Agree on one thing that you will change, and by when.",
    involve="HR, if something comes up that you cannot change",
)
"""For someone for whom no single cause stands out that can be acted on."""

EVEN_CHANCE: Final = 0.5
YES_OR_NO: Final = "1 or 0"

_NUMBERS: Final = "no one two three four five six seven eight nine ten eleven twelve".split()


def factor_text(factor: Factor, about: Mapping[str, Any]) -> str:
    """For HR: what the figure is, what peers have, and which way it pushes."""
    push = "raises" if factor.contribution > 0 else "lowers" if factor.contribution < 0 else "does not change"
    value = _with_unit(_shown(factor.value, about), factor, about)
    among_peers = "" if factor.peer_value is None else f" (peers: {_shown(factor.peer_value, about)})"
    return f"{_capitalised(about['label'])}: {value}{among_peers}. It {push} the risk."


def reason_text(factor: Factor, about: Mapping[str, Any]) -> str:
    """For a manager: the same without a figure; a survey answer is named by its driver only."""
    if "survey" in factor.feature.split("_"):
        return IN_CONFIDENCE[factor.driver]
    label = _capitalised(about["label"])
    value, peers = as_number(factor.value), as_number(factor.peer_value)
    if value is None or peers is None or value == peers or about.get("unit") == YES_OR_NO:
        return label
    return f"{label}: {'higher' if value > peers else 'lower'} than for peers"


def expected_words(risks: Sequence[float], horizon_months: int) -> str:
    """How many of those listed would leave within the horizon if nothing changes, in words."""
    people, leavers = len(risks), sum(risks)
    horizon = f"{in_words(horizon_months)} month{'s' * (horizon_months != 1)}"
    unchanged = f"within {horizon} if nothing changes"
    if people == 0:
        return "Nobody on the team stands out this month."
    if people == 1 and leavers < EVEN_CHANCE:
        return f"Most people in this position are still here {horizon} later; some are not."
    if people == 1:
        return f"Most people in this position leave {unchanged}."
    if leavers < EVEN_CHANCE:
        return f"Of these {in_words(people)}, most likely nobody would leave {unchanged}."
    leaving = round(leavers)
    if leaving >= people:
        return f"Most of these {in_words(people)} would leave {unchanged}."
    return f"Of these {in_words(people)}, about {in_words(max(leaving, 1))} would leave {unchanged}."


def in_words(number: int) -> str:
    """`4` is "four"; from 13 on, figures."""
    return _NUMBERS[number] if number < len(_NUMBERS) else f"{number:,}"


def as_number(value: str | None) -> float | None:
    """The number that a published value stands for, None for a category or an unknown."""
    try:
        return None if value is None else float(value)
    except ValueError:
        return None


def _shown(value: str | None, about: Mapping[str, Any]) -> str:
    """A figure in the words of its unit; the units are those of the feature catalogue."""
    number = None if about.get("kind") == "category" else as_number(value)
    if value is None or number is None:
        return value or UNKNOWN
    unit = about.get("unit") or ""
    if unit == YES_OR_NO:
        return "yes" if number else "no"
    if unit.startswith("share"):
        return f"{number:.0%}"
    if unit == "log ratio":
        return f"{math.expm1(number):+.1%}"
    if unit.startswith("log of "):
        return _figure(math.exp(number))
    return _figure(number)


def _with_unit(shown: str, factor: Factor, about: Mapping[str, Any]) -> str:
    """The unit behind the value, where the value does not say it itself: `26 months`, `3.2 (1 to 5)`."""
    unit = about.get("unit") or ""
    says_itself = unit.startswith(("share", "log ")) or unit in (YES_OR_NO, "count", "as recorded", "ratio")
    if says_itself or about.get("kind") == "category" or as_number(factor.value) is None:
        return shown
    return f"{shown} ({unit})" if " to " in unit else f"{shown} {unit}".rstrip()


def _figure(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.2f}".rstrip("0").rstrip(".")


def _capitalised(label: str) -> str:
    return label[:1].upper() + label[1:]
