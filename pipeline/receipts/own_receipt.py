"""What is held about a person, for the person: of the current month and before, without what shows somebody else.

Left out, other than in the receipt for HR: who looked and who answered (the role and the day are there), so that nobody
learns what a colleague said; the lot of the person's manager in a roll-out, which is about the manager; people of other
sources with an equal id; and figures that show another person (`Feature.shows_another`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from features.contract.vocabulary import Driver
from features.errors import Refused
from pipeline.language.actions import action_of
from pipeline.language.confidence import About, with_sums, without_answers
from pipeline.language.translator import Language
from pipeline.language.wording import figure_text, label_text
from pipeline.lists.delivery.delivered import delivered_lists
from pipeline.notice import require_notice
from pipeline.receipts.own_looks import LooksOfDay, looks_by_day
from pipeline.score_record import ENOUGH, Factor
from pipeline.settings import Settings
from pipeline.store.held import MOST_LOOKS, Held, HeldScore, held_of
from pipeline.store.reading import PublishedScores
from pipeline.store.reading.directory import Entry

if TYPE_CHECKING:
    from pipeline.model.stored_model import StoredModel
    from pipeline.receipts.possible_changes import PossibleChange

Withheld = Literal["not informed", "halted"]
"""Why no score is in a receipt: the people of the source have not been informed, or the system is halted."""
Kind = Literal[
    "directory",
    "scores",
    "mailed",
    "answers",
    "first_offer",
    "held_out",
    "nominations",
    "contests",
    "objection",
    "looks",
]


@dataclass(frozen=True)
class OwnFactor:
    """A figure and what it adds in log-odds. `figure` is None where it would show another person."""

    feature: str
    driver: Driver
    label: str
    figure: str | None
    contribution: float


@dataclass(frozen=True)
class OwnScore:
    """A month's estimate: shares within `horizon_months`, their range, each horizon's share, the post, how hard the
    person is to replace (1 to 5), the factors. Version 0.1 published ranges that describe the calibration only."""

    snapshot_date: date
    published_at: datetime
    model_version: str
    horizon_months: int
    risk: float
    low: float | None
    high: float | None
    curve: Mapping[int, float]
    evidence: str
    rank: int | None
    people: int
    department: str | None
    job: str | None
    level: int | None
    location: str | None
    manager: str | None
    criticality: float | None
    factors: Sequence[OwnFactor]
    is_range_of_calibration: bool = False

    @property
    def has_range(self) -> bool:
        """Whether it has a range that holds the risk for nine people in ten."""
        return self.low is not None and not self.is_range_of_calibration

    @property
    def is_reliable(self) -> bool:
        """Whether enough is known for the estimate."""
        return self.evidence == ENOUGH


@dataclass(frozen=True)
class HeldKind:
    """A kind of data: the number of entries, their first and last day, and for how many months they are kept."""

    kind: Kind
    count: int
    first: date | None = None
    last: date | None = None
    kept_months: int | None = None


@dataclass(frozen=True)
class OwnAnswer:
    """An answer to a list that named the person; not who gave it."""

    month: str
    day: date
    outcome: str


@dataclass(frozen=True)
class OwnOffer:
    """The action that lists suggest first to the manager, drawn at random."""

    month: str
    day: date
    action: str


@dataclass(frozen=True)
class OwnNomination:
    """That the manager of a month named the person before reading the list."""

    month: str
    day: date


@dataclass(frozen=True)
class OwnStatement:
    """A contest or an objection in the person's own words."""

    day: date
    ground: str
    feature: str | None
    label: str | None
    statement: str


@dataclass(frozen=True)
class MailedList:
    """A list with the person's name that was mailed to the manager of that month."""

    month: str
    day: date
    named: Literal["listed", "resolved"]


@dataclass(frozen=True)
class OwnReceipt:
    """The receipt. `scores`, newest first, are empty where they are withheld.

    `changes` is None where nothing could be worked out: the person objects, or the model is not available.
    """

    employee_id: str
    source: str
    made_on: date
    name: str | None
    email: str | None
    language: str | None
    withheld: Withheld | None
    scores: Sequence[OwnScore]
    changes: "Sequence[PossibleChange] | None"
    held: Sequence[HeldKind]
    mailed: Sequence[MailedList]
    answers: Sequence[OwnAnswer]
    first_offer: OwnOffer | None
    nominations: Sequence[OwnNomination]
    statements: Sequence[OwnStatement]
    objected_at: datetime | None
    looks: int
    looked: Sequence[LooksOfDay]

    @property
    def is_anything(self) -> bool:
        """Whether anything but looks is held."""
        return any(each.count for each in self.held if each.kind != "looks")


_OF_SCORE: Final = ("snapshot_date", "published_at", "model_version", "horizon_months", "people")
_OF_POST: Final = ("risk", "evidence", "department", "job", "level", "location", "criticality")


def own_receipt(
    scores: PublishedScores,
    source: str,
    employee_id: str,
    settings: Settings,
    language: Language,
    today: date,
    *,
    is_halted: bool = False,
    model_of: "Callable[[str], StoredModel | None]",
) -> OwnReceipt:
    """Everything that a source holds about a person, as the person may see it.

    `model_of` gives a model by its version, or None where it is not available.
    """
    held = held_of(scores, source, employee_id)
    withheld = _withheld(held, settings, today, is_halted)
    own = [] if withheld else [_score(scores, each, language, settings.surveys_confidential) for each in held.scores]
    mailed = [
        MailedList(each.month, each.at.date(), each.named)
        for each in delivered_lists(scores, source, employee_id, settings.list_rules)
    ]
    entry = held.entry or Entry("", None, None)
    return OwnReceipt(
        employee_id=employee_id,
        source=source,
        made_on=today,
        name=entry.name or None,
        email=entry.email,
        language=entry.language,
        withheld=withheld,
        scores=own,
        changes=_changes(held, model_of, language) if own else None,
        held=_kinds(held, mailed, settings),
        mailed=mailed,
        answers=[OwnAnswer(each["month"], each["at"].date(), each["outcome"]) for each in held.answers],
        first_offer=_first_offer(held, language),
        nominations=[OwnNomination(each.month, each.at.date()) for each in held.nominated],
        statements=_statements(scores, held, language),
        objected_at=held.objected_at,
        looks=held.looks,
        looked=looks_by_day(held.looked),
    )


def _withheld(held: Held, settings: Settings, today: date, is_halted: bool) -> Withheld | None:
    if held.employment and held.employment.is_informed is False:
        return "not informed"
    try:
        require_notice(settings, held.source, today)  # for somebody who has left
    except Refused:
        return "not informed"
    return "halted" if is_halted else None


def _score(scores: PublishedScores, held: HeldScore, language: Language, hides_answers: bool) -> OwnScore:
    published, score = scores.by_id(held.publication_id), held.score
    about: About = published.about if published else {}
    factors = list(held.factors)
    if hides_answers:
        factors, about = without_answers(factors, about), with_sums(about)
    known = {3: score.risk_3m, 6: score.risk_6m, 12: score.risk_12m} | {held.horizon_months: score.risk}
    manager = score.manager_id and (scores.directory(published.source).name(score.manager_id) if published else None)
    has_range = score.risk_low is not None and score.risk_high is not None
    return OwnScore(
        **{name: getattr(held, name) for name in _OF_SCORE},
        **{name: getattr(score, name) for name in _OF_POST},
        low=score.risk_low if has_range else None,
        high=score.risk_high if has_range else None,
        is_range_of_calibration=published is not None and published.has_range_of_calibration,
        curve={months: risk for months, risk in sorted(known.items()) if risk is not None},
        rank=None if scores.scope else score.rank,  # for HR with a scope it would tell of people outside of it
        manager=manager or score.manager_id,
        factors=[_factor(each, about, language) for each in sorted(factors, key=_size, reverse=True)],
    )


def _size(factor: Factor) -> tuple[float, str]:
    return abs(factor.contribution), factor.feature


def _factor(factor: Factor, described: About, language: Language) -> OwnFactor:
    about = described[factor.feature]
    if about.get("is_sum_of_answers"):
        figure: str | None = language.text("your survey answers, given in confidence, so not shown here")
    else:
        figure = None if _shows_another(factor, about) else figure_text(factor, about, language)
    return OwnFactor(factor.feature, factor.driver, label_text(about, language), figure, factor.contribution)


def _shows_another(factor: Factor, about: Mapping[str, Any]) -> bool:
    from features.catalogue.catalogue import stored_shows_another  # loads what computes features

    return stored_shows_another(factor.feature, about)


def _changes(
    held: Held, model_of: "Callable[[str], StoredModel | None]", language: Language
) -> "Sequence[PossibleChange] | None":
    if held.objected_at:
        return None
    newest = held.scores[0]
    model = model_of(newest.model_version)
    if model is None:
        return None
    from pipeline.receipts.possible_changes import possible_changes  # loads the libraries of models

    return possible_changes(model, newest.factors, language)


def _first_offer(held: Held, language: Language) -> OwnOffer | None:
    drawn = held.first_offer
    if drawn is None:
        return None
    action = action_of(drawn.action)
    return OwnOffer(drawn.month, drawn.at.date(), language.text(action.text) if action else drawn.action)


def _statements(scores: PublishedScores, held: Held, language: Language) -> list[OwnStatement]:
    published = scores.newest(held.source)
    about: About = published.about if published else {}
    return [
        OwnStatement(
            each.at.date(),
            each.ground,
            each.feature,
            label_text(about[each.feature], language) if each.feature and each.feature in about else each.feature,
            each.statement,
        )
        for each in held.contests
    ]


def _kinds(held: Held, mailed: Sequence[MailedList], settings: Settings) -> list[HeldKind]:
    objected = [held.objected_at.date()] if held.objected_at else []
    looked = [each.at.date() for each in held.looked]
    kinds = [
        HeldKind("directory", int(held.entry is not None)),
        _kind("scores", [each.snapshot_date for each in held.scores], settings.keep_scores_months),
        _kind("mailed", [each.day for each in mailed], settings.keep_scores_months),
        _kind("answers", [each["at"].date() for each in held.answers], settings.keep_answers_months),
        _kind("first_offer", [held.first_offer.at.date()] if held.first_offer else [], settings.keep_answers_months),
        _kind("held_out", [held.held_out.at.date()] if held.held_out else [], settings.keep_answers_months),
        _kind("nominations", [each.at.date() for each in held.nominated], settings.keep_answers_months),
        _kind("contests", [each.at.date() for each in held.contests], settings.keep_answers_months),
        _kind("objection", objected, None),
        HeldKind(
            "looks",
            held.looks,
            min(looked) if looked and held.looks <= MOST_LOOKS else None,
            max(looked) if looked else None,
            settings.keep_audit_months,
        ),
    ]
    return [each for each in kinds if each.count]


def _kind(kind: Kind, days: Sequence[date], kept_months: int | None) -> HeldKind:
    return HeldKind(kind, len(days), min(days, default=None), max(days, default=None), kept_months)
