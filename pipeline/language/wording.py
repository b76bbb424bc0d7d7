"""The words of the lists and of the API's factors: plain, without probabilities, in the given language."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from features.catalogue.units import Beside, Display, Unit, unit_named
from features.contract.vocabulary import Driver
from pipeline.language.translator import ENGLISH, Language, both, marked
from pipeline.score_record import Factor

UNKNOWN: Final = marked("not known")

DRIVER_NAMES: Final[Mapping[Driver, str]] = {
    "pay": marked("Pay"),
    "conditions": marked("Conditions"),
    "relationships": marked("Relationships"),
    "growth": marked("Growth"),
    "context": marked("Context"),
}

BAND_NAMES: Final[Mapping[str, str]] = {
    "high": marked("High"),
    "elevated": marked("Elevated"),
    "moderate": marked("Moderate"),
    "typical": marked("Typical"),
}

BAND_TEXTS: Final[Mapping[str, str]] = {
    "high": marked("at least three times the average of the company"),
    "elevated": marked("at least twice the average"),
    "moderate": marked("at least one and a half times the average"),
    "typical": marked("above the average"),
}
"""What a band means; `typical` occurs only where a company lists people below 1.5 times the average."""

CHANGE_NAMES: Final[Mapping[str, str]] = {
    "new": marked("New this month"),
    "rising": marked("Also last month, and rising"),
    "continuing": marked("Also last month"),
    "resolved": marked("No longer on the list"),
}

COLUMN_NAMES: Final[Mapping[str, str]] = {
    "month": marked("Month"),
    "manager_id": marked("Manager"),
    "manager_name": marked("Manager's name"),
    "employee_id": marked("Person"),
    "name": marked("Name"),
    "change": marked("Change"),
    "band": marked("Band"),
    "department": marked("Department"),
    "job": marked("Job"),
    "level": marked("Level"),
    "location": marked("Location"),
    "hard_to_replace": marked("Hard to replace"),
    "behind_it": marked("Factors behind the risk"),
    "what_changed": marked("What changed since last month"),
    "what_to_ask": marked("What to ask"),
    "what_to_offer": marked("What you could offer"),
    "whom_to_involve": marked("Whom to involve"),
}
"""Headers of the spreadsheet; the CSV, which programs read, keeps the column names."""

IN_CONFIDENCE: Final[Mapping[Driver, str]] = {
    "pay": marked("How pay is seen"),
    "conditions": marked("How the conditions of work are seen"),
    "relationships": marked("How working with others is seen"),
    "growth": marked("How the way ahead is seen"),
    "context": marked("Answers to surveys"),
}
"""Shown instead of survey answers, which were given in confidence (`pipeline.language.confidence`)."""


@dataclass(frozen=True)
class Guidance:
    """What a manager can do about one driver in one conversation."""

    ask: str
    offer: str
    involve: str


GUIDE: Final[Mapping[Driver, Guidance]] = {
    "pay": Guidance(
        ask=marked("Does what you earn fit what you do now, and what you see around you?"),
        offer=marked("A pay review against the market. Ask for it before you promise anything."),
        involve=marked("HR, for the pay review"),
    ),
    "conditions": Guidance(
        ask=marked("How heavy have the last months been, and what would you drop first?"),
        offer=marked("A pause in overtime, clearer priorities, more say over hours or place of work."),
        involve=marked("HR, if hours or place change formally"),
    ),
    "relationships": Guidance(
        ask=marked("Whose work do you wait for, who waits for yours, and where is there friction?"),
        offer=marked("An agreement with the other department on who answers what, and by when. More of your own time."),
        involve=marked("the head of the other department"),
    ),
    "growth": Guidance(
        ask=marked("What would you like to be doing in a year that you are not doing now?"),
        offer=marked("A next step with a date: a task, a course, a mentor, or what the next level takes."),
        involve=marked("HR, for career steps and training"),
    ),
}
"""A guide for each driver that an employer can act on."""

OPEN_GUIDANCE: Final = Guidance(
    ask=marked("What keeps you here, and what could make you look elsewhere?"),
    offer=marked("Listen first. Agree on one thing that you will change, and by when."),
    involve=marked("HR, if something comes up that you cannot change"),
)
"""For a person without a single actionable cause that stands out."""

EVEN_CHANCE: Final = 0.5
HUGE: Final = 1e20
"""Numbers from here on are written with a power of ten."""

NUMBERS: Final = "no one two three four five six seven eight nine ten eleven twelve".split()
"""In other languages the word for a number depends on what it counts, so each use has a context: `USES`."""
USES: Final = ("counted", "of these", "leaving", "within")

COUNTED: Final[Mapping[str, tuple[str, str]]] = {
    "months": both("{number} month", "{number} months"),
    "hours": both("{number} hour", "{number} hours"),
    "people": both("{number} person", "{number} people"),
    "moves": both("{number} move", "{number} moves"),
    "changes": both("{number} change", "{number} changes"),
    "promotions": both("{number} promotion", "{number} promotions"),
    "departments": both("{number} department", "{number} departments"),
    "services a month": both("{number} service a month", "{number} services a month"),
    "days a month": both("{number} day a month", "{number} days a month"),
}
"""Units with a singular and a plural."""

UNITS: Final = (
    *(marked("points of the review"), marked("0 to 10"), marked("0 to 5"), marked("1 to 5"), marked("-1 to 1")),
    *(marked("level"), marked("as recorded"), marked("{number} {unit}"), marked("{number} on a scale of {unit}")),
)
"""Units without."""


def label_text(about: Mapping[str, Any], language: Language = ENGLISH) -> str:
    """The name of a feature, with a capital letter; a source's own item keeps the source's name."""
    return _label(
        about["label"], about.get("item") or "", about.get("label_form") or "", about.get("label_months"), language
    )


@lru_cache(maxsize=4_096)  # enough for a source's features in a few languages
def _label(label: str, item: str, form: str, months: int | None, language: Language) -> str:
    if form:
        return _capitalised(language.text(form, item=language.text(item), months=months))
    return _capitalised(language.text(label))


def factor_text(factor: Factor, about: Mapping[str, Any], language: Language = ENGLISH) -> str:
    """For HR: the figure, that of peers, and whether it raises or lowers the risk.

    Of answers given in confidence: what they are about, and whether they raise or lower it.
    """
    kind, unit = about.get("kind") or "", about.get("unit") or ""
    value = _with_unit(factor.value, kind, unit, language)
    alone, beside_peers, *pushes = _sentences(label_text(about, language), language)
    if about.get("is_sum_of_answers"):
        text = f"{label_text(about, language)}."
    elif factor.peer_value is None:
        text = alone.format(value=value)
    else:
        text = beside_peers.format(value=value, peers=_shown(factor.peer_value, kind, unit, language))
    return text + pushes[(factor.contribution > 0) - (factor.contribution < 0)]


def figure_text(factor: Factor, about: Mapping[str, Any], language: Language = ENGLISH) -> str:
    """For HR, beside a label and a chart of contributions: the figure, and that of peers."""
    if about.get("is_sum_of_answers"):
        return language.text("given in confidence")
    kind, unit = about.get("kind") or "", about.get("unit") or ""
    value = _with_unit(factor.value, kind, unit, language)
    if factor.peer_value is None:
        return value
    peers = _shown(factor.peer_value, kind, unit, language)
    return language.text("{value} (peers: {peers})", value=value, peers=peers)


def reason_text(factor: Factor, about: Mapping[str, Any], language: Language = ENGLISH) -> str:
    """For a manager: the factor without figures; of a survey answer only its driver is named."""
    if about["is_confidential"]:
        return language.text(IN_CONFIDENCE[factor.driver])
    label = label_text(about, language)
    value, peers = as_number(factor.value), as_number(factor.peer_value)
    if value is None or peers is None or value == peers or _is_yes_or_no(about):
        return label
    if value > peers:
        return language.text("{label}: higher than for peers", label=label)
    return language.text("{label}: lower than for peers", label=label)


def moved_text(factor: Factor, before: Factor, about: Mapping[str, Any], language: Language = ENGLISH) -> str:
    """For a manager: whether a figure rose or fell since last month, without the figure."""
    label = label_text(about, language)
    value, earlier = as_number(factor.value), as_number(before.value)
    if about.get("kind") == "category" or _is_yes_or_no(about):
        return language.text("{label}: changed since last month", label=label)
    if value is None or earlier is None or value == earlier:
        if factor.contribution > before.contribution:
            return language.text("{label}: weighs more than last month", label=label)
        return language.text("{label}: weighs less than last month", label=label)
    if value > earlier:
        return language.text("{label}: higher than last month", label=label)
    return language.text("{label}: lower than last month", label=label)


def _is_yes_or_no(about: Mapping[str, Any]) -> bool:
    return unit_named(about.get("unit") or "").display is Display.YES_OR_NO


def guidance_text(guide: Guidance, language: Language) -> Guidance:
    """The same guide in another language."""
    return Guidance(language.text(guide.ask), language.text(guide.offer), language.text(guide.involve))


def expected_words(risks: Sequence[float], horizon_months: int, language: Language = ENGLISH) -> str:
    """In words: how many of the listed people would leave within the horizon if nothing changes."""
    people, leavers = len(risks), sum(risks)
    if people == 0:
        return language.text("Nobody on the team stands out this month.")
    within = within_words(horizon_months, language)
    if people == 1 and leavers < EVEN_CHANCE:
        return language.plural(
            "Most people in this position are still here {months} month later; some are not.",
            "Most people in this position are still here {months} months later; some are not.",
            horizon_months,
            months=in_words(horizon_months, language, "counted"),
        )
    if people == 1:
        return language.text("Most people in this position leave {within} if nothing changes.", within=within)
    these, leaving = in_words(people, language, "of these"), round(leavers)
    if leavers < EVEN_CHANCE:
        return language.text(
            "Of these {these}, most likely nobody would leave {within} if nothing changes.", these=these, within=within
        )
    if leaving >= people:
        return language.text(
            "Most of these {these} would leave {within} if nothing changes.", these=these, within=within
        )
    leaving = max(leaving, 1)
    return language.plural(
        "Of these {these}, about {leaving} would leave {within} if nothing changes.",
        "Of these {these}, about {leaving} would leave {within} if nothing changes.",
        leaving,
        these=these,
        leaving=in_words(leaving, language, "leaving"),
        within=within,
    )


def within_words(months: int, language: Language = ENGLISH) -> str:
    """`within six months`."""
    number = in_words(months, language, "within")
    return language.plural("within {months} month", "within {months} months", months, months=number)


def in_words(number: int, language: Language = ENGLISH, use: str = "counted") -> str:
    """`4` is "four"; from 13 on in figures."""
    if number < len(NUMBERS):
        return language.text(NUMBERS[number], context=use)
    return language.number(number)


def as_number(value: str | None) -> float | None:
    """A published value as a number; None for a category or a null."""
    try:
        return None if value is None else float(value)
    except ValueError:
        return None


@lru_cache(maxsize=4_096)
def _sentences(label: str, language: Language) -> tuple[str, str, str, str, str]:
    """Sentences about a figure: alone, with peers, and for a zero, a positive and a negative contribution."""
    escaped = label.replace("{", "{{").replace("}", "}}")
    return (
        language.text("{label}: {value}.", label=escaped, value="{value}"),
        language.text("{label}: {value} (peers: {peers}).", label=escaped, value="{value}", peers="{peers}"),
        " " + language.text("It does not change the risk."),
        " " + language.text("It raises the risk."),
        " " + language.text("It lowers the risk."),
    )


@lru_cache(maxsize=65_536)  # many people share a figure, and nearly all share their peers' figure
def _shown(value: str | None, kind: str, unit: str, language: Language) -> str:
    """A figure in the notation of its unit, as in the feature catalogue."""
    number = None if kind == "category" else as_number(value)
    if value is None or number is None:
        return value or language.text(UNKNOWN)
    return _number_shown(number, unit_named(unit), language)


def _number_shown(number: float, unit: Unit, language: Language) -> str:
    is_log = unit.display in (Display.LOG_RATIO, Display.LOG_AMOUNT)
    if abs(number) >= HUGE or (is_log and number >= math.log(HUGE)):
        return f"{number:g}"
    match unit.display:
        case Display.YES_OR_NO:
            return language.text("yes") if number else language.text("no")
        case Display.PERCENT:
            return language.percent(number)
        case Display.LOG_RATIO:
            return language.percent(math.expm1(number), places=1, is_signed=True)
        case Display.LOG_AMOUNT:
            return language.number(math.exp(number))
        case Display.NUMBER:
            return language.number(number)


@lru_cache(maxsize=65_536)
def _with_unit(value: str | None, kind: str, unit: str, language: Language) -> str:
    """The value followed by its unit, unless it already shows it: `26 months`, `3.2 on a scale of 1 to 5`."""
    number = None if kind == "category" else as_number(value)
    if number is None:
        return value or language.text(UNKNOWN)
    measured = unit_named(unit)
    shown = _number_shown(number, measured, language)
    if unit in COUNTED:
        return language.plural(*COUNTED[unit], number, number=shown)
    match measured.beside:
        case Beside.NOTHING:
            return shown
        case Beside.SCALE:
            return language.text("{number} on a scale of {unit}", number=shown, unit=language.text(unit))
        case Beside.UNIT:
            return language.text("{number} {unit}", number=shown, unit=language.text(unit))


def _capitalised(label: str) -> str:
    return label[:1].upper() + label[1:]
