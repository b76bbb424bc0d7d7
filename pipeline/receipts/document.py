"""The receipt for the person as HTML: the article that the page shows, and the same article as one file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pipeline.html.rendering import rendered
from pipeline.language import numbers
from pipeline.language.direction import isolated
from pipeline.language.record_words import OUTCOMES, PURPOSES, ROLES
from pipeline.language.translator import Language, marked
from pipeline.language.wording import DRIVER_NAMES, within_words
from pipeline.receipts.own_receipt import OwnFactor, OwnReceipt, OwnScore

if TYPE_CHECKING:
    from pipeline.receipts.possible_changes import PossibleChange

MUCH: Final = 0.4
"""Log-odds from here on are shown as pushing much: they change the odds by half, or more."""
SOMEWHAT: Final = 0.1
"""From here on as pushing somewhat: they change the odds by a tenth, or more."""
LEAST_CHANGE: Final = 0.005
"""Half a percentage point: smaller changes are named together, without figures."""
MOST_FACTORS: Final = 6
"""Factors of a direction that are shown at once; the others are folded."""

RIGHTS: Final = (
    marked("See everything held: this receipt (GDPR article 15)."),
    marked("Have wrong data corrected: contest it here; it is corrected in the company's tables (article 16)."),
    marked("Have everything erased (article 17)."),
    marked("Object to being scored: be on no list, and shown to nobody by name (article 21)."),
    marked("Have no decision made by a machine alone: a person talks, and decides (article 22)."),
    marked("Complain to the data protection authority (article 77)."),
)
IS_NOT: Final = marked(
    "This is an estimate from the patterns of many people, not a statement about you: it knows nothing of your plans, "
    "and says nothing about your work or your worth."
)
USE: Final = (
    marked("It exists so that somebody talks with you in time about what would make you stay."),
    marked("Nobody decides anything about you automatically because of it: people talk, and people decide."),
    marked("It must not be used for a dismissal, a redundancy, a pay cut or an appraisal; such requests are refused."),
    marked("Your manager sees no number: at most that a talk with you is worthwhile, and the main reasons in words."),
)
OWN_GROUNDS: Final[Mapping[str, str]] = {
    "wrong": marked("The figure is wrong"),
    "outdated": marked("It is out of date"),
    "not_about_me": marked("It is about somebody else"),
    "unfair": marked("It should not count"),
    "objection": marked("I object to being scored"),
}
KINDS: Final[Mapping[str, str]] = {
    "directory": marked("Name and address"),
    "scores": marked("Estimates, each with your post and your figures of that month"),
    "mailed": marked("Lists with your name, mailed to your manager"),
    "answers": marked("Answers to such lists"),
    "first_offer": marked("An action, drawn at random, that your manager's list suggests first for you"),
    "held_out": marked("That you would have been on a list that your manager did not get, and for what driver"),
    "nominations": marked("That your manager, before reading a list, named you as somebody to talk to"),
    "contests": marked("What you contested"),
    "objection": marked("Your objection"),
    "looks": marked("Entries of the audit: who looked, and why"),
}
RESULTS: Final[Mapping[str, str]] = {
    "released": marked("your data was shown"),
    "mailed": marked("mailed to your manager"),
    "answered": marked("an answer to a list was saved"),
    "answered before": marked("an answer to a list was saved"),
    "contested": marked("your statement was saved"),
    "contested before": marked("your statement was saved"),
    "objection withdrawn": marked("your objection was withdrawn"),
    "objection withdrawn before": marked("your objection was withdrawn"),
}
NOTHING_SHOWN: Final = marked("refused: nothing was shown")
NAMED: Final = {"listed": marked("to talk to"), "resolved": marked("no longer on the list")}


@dataclass(frozen=True)
class Push:
    """The factors that push an estimate one way, largest first: those shown at once, and the folded ones."""

    name: str
    title: str
    shown: Sequence[OwnFactor]
    folded: Sequence[OwnFactor]


def receipt_article(receipt: OwnReceipt, language: Language, *, can_act: bool = False) -> str:
    """The article. `can_act`: the page below it has forms to contest and to object, to which it leads."""
    return rendered("own_receipt.html", language, can_act=can_act, **_values(receipt, language))


def receipt_file(receipt: OwnReceipt, language: Language) -> str:
    """The article as a page that stands alone, to hand out or to keep."""
    return rendered("own_receipt_file.html", language, can_act=False, **_values(receipt, language))


def _values(receipt: OwnReceipt, language: Language) -> dict[str, Any]:
    newest = receipt.scores[0] if receipt.scores else None
    changes = receipt.changes or ()
    return {
        "receipt": receipt,
        "newest": newest,
        "expected": _expected(newest, language) if newest else "",
        "large": [each for each in changes if _is_large(each)],
        "small": [each for each in changes if not _is_large(each)],
        "pushes": _pushes(newest.factors) if newest else [],
        "post_of": lambda score: _post(score, language),
        "weight_of": lambda factor: _weight(factor.contribution),
        "percent": lambda share: numbers.percent_or_dash(share, language.locale),
        "points": lambda difference: numbers.decimal_or_dash(100 * difference, 1, language.locale, is_signed=True),
        "range_of": lambda score: numbers.percent_range(score.low, score.high, language.locale),
        "minus": numbers.with_minus,
        "isolated": isolated,
        "drivers": DRIVER_NAMES,
        "kinds": KINDS,
        "outcomes": OUTCOMES,
        "grounds": OWN_GROUNDS,
        "purposes": PURPOSES,
        "roles": ROLES,
        "results": RESULTS,
        "nothing_shown": NOTHING_SHOWN,
        "named": NAMED,
        "is_not": IS_NOT,
        "use": USE,
        "rights": RIGHTS,
    }


def _expected(score: OwnScore, language: Language) -> str:
    """The estimate in whole people of a hundred: `between 18 and 68`."""
    within = within_words(score.horizon_months, language)
    ends = (score.low, score.high) if score.has_range else (None, None)
    low, high = (round(100 * (score.risk if end is None else end)) for end in ends)
    if high == 0:
        return language.text("Of 100 people with figures like yours, fewer than one leaves {within}.", within=within)
    if low == high:
        return language.text("Of 100 people with figures like yours, about {n} leave {within}.", n=high, within=within)
    return language.text(
        "Of 100 people with figures like yours, between {low} and {high} leave {within}.",
        low=low,
        high=high,
        within=within,
    )


def _pushes(factors: Sequence[OwnFactor]) -> list[Push]:
    ways = (
        ("raises", marked("Raises the estimate"), [each for each in factors if each.contribution > 0], MOST_FACTORS),
        ("lowers", marked("Lowers the estimate"), [each for each in factors if each.contribution < 0], MOST_FACTORS),
        ("neither", marked("Changes nothing"), [each for each in factors if each.contribution == 0], 0),
    )
    return [Push(name, title, those[:most], those[most:]) for name, title, those, most in ways if those]


def _is_large(change: "PossibleChange") -> bool:
    return abs(change.risk_after - change.risk_before) >= LEAST_CHANGE


def _weight(contribution: float) -> str:
    size = abs(contribution)
    if size == 0:
        return ""
    return marked("much") if size >= MUCH else marked("somewhat") if size >= SOMEWHAT else marked("a little")


def _post(score: OwnScore, language: Language) -> str:
    level = None if score.level is None else f"{language.text('level')} {score.level}"
    manager = f"{language.text('reports to')} {score.manager}" if score.manager else None
    weight = None if score.criticality is None else numbers.decimal_or_dash(score.criticality, 1, language.locale)
    hard = None if weight is None else language.text("how hard to replace: {weight} of 5", weight=weight)
    return " · ".join(filter(None, (score.job, level, score.department, score.location, manager, hard)))
