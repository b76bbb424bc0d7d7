"""What is held about a person."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

from pipeline.language.translator import ENGLISH, Language
from pipeline.language.wording import factor_text
from pipeline.lists.delivery.delivered import allocations_of, delivered_lists
from pipeline.receipts.document import RIGHTS
from pipeline.score_record import Factor
from pipeline.settings import Settings
from pipeline.store.held import Held, held_of, sources_of
from pipeline.store.held import HeldScore as StoredScore
from pipeline.store.objections import GROUND
from pipeline.store.reading import PublishedScores
from pipeline.store.subject_rights import Contest
from serving.http.problems import Refusal
from serving.schemas.audit import Look
from serving.schemas.risks import CurvePoint
from serving.schemas.subject_rights import (
    ContestedPoint,
    DeliveredList,
    DirectoryEntry,
    Employment,
    FactorInWords,
    GivenAnswerOfMonth,
    HeldFirstOffer,
    HeldHeldOut,
    HeldScore,
    Periods,
    Receipt,
    RolloutLot,
)
from serving.views.person import curve_of, range_of, shown_to_hr


def receipt_of(
    scores: PublishedScores, source: str, employee_id: str, settings: Settings, language: Language = ENGLISH
) -> Receipt:
    """Everything that a source holds about a person. Raises 404 where there is nothing.

    HR hands the receipt out and reads it, so answers given in confidence are not in it either: the person gets these
    from those who run the survey.
    """
    held = held_of(scores, source, employee_id)
    if not held.is_anything:
        raise nothing_held()
    stored = [_score(scores, each, language, settings.surveys_confidential) for each in held.scores]
    managers = {each.manager_id for each in stored if each.manager_id}
    deliveries = delivered_lists(scores, source, employee_id, settings.list_rules)
    lots = allocations_of(scores, source, managers)
    return Receipt(
        employee_id=employee_id,
        **_as_stored(held),
        scores=stored,
        factors=stored[0].factors if stored else [],
        deliveries=[DeliveredList(**asdict(each)) for each in deliveries],
        rollout=[RolloutLot(**_only(asdict(lot), RolloutLot.model_fields)) for lot in lots],
        periods=Periods(
            scores_months=settings.keep_scores_months,
            answers_months=settings.keep_answers_months,
            audit_months=settings.keep_audit_months,
        ),
        rights=[language.text(right) for right in RIGHTS],
    )


def mentioned(receipt: Receipt) -> set[str]:
    """The ids of others in a receipt: the person's managers, and those who looked and answered."""
    managers = {each.manager_id for each in receipt.scores if each.manager_id}
    managers |= {each.manager_id for each in receipt.deliveries} | {each.manager_id for each in receipt.rollout}
    managers |= {each.manager_id for each in (receipt.first_offer, receipt.held_out) if each and each.manager_id}
    return managers | {each.who for each in receipt.looked} | {each.who for each in receipt.answers}


def source_asked(scores: PublishedScores, source: str | None, employee_id: str) -> str:
    """The source that a request about a person means: the one named, else the current one, or if that holds nothing,
    one that does. Raises 422 if nothing is published or held, so that the source must be named, and 404 for a person
    outside the scope.
    """
    asked = _source_asked(scores, source, employee_id)
    if not scores.includes(asked, employee_id):
        raise nothing_held()
    return asked


def _source_asked(scores: PublishedScores, source: str | None, employee_id: str) -> str:
    if source is not None:
        return source
    holding = sources_of(scores.connection, employee_id)
    served = scores.current()
    if served is not None and (served.source in holding or not holding):
        return served.source
    if not holding:
        raise Refusal(422, "source-missing", "Nothing is published yet. Name the source.")
    return holding[0]


def require_held(scores: PublishedScores, source: str, employee_id: str) -> None:
    """Raise 404 where the source has nothing about a person."""
    if source not in sources_of(scores.connection, employee_id):
        raise nothing_held()


def stated(scores: PublishedScores, source: str, employee_id: str, who: str, point: ContestedPoint) -> Contest:
    """What a person states, to be stored. An objection is recorded; any other ground is 404 where nothing is held."""
    given = Contest(at=datetime.now(UTC), who=who, employee_id=employee_id, source=source, **point.model_dump())
    if point.ground == GROUND:
        scores.objections.record(source, employee_id, given.at)
    else:
        require_held(scores, source, employee_id)
    return given


def nothing_held() -> Refusal:
    """The refusal where the store has nothing about a person."""
    return Refusal(404, "nothing-held", "No data is held about such a person.")


def _as_stored(held: Held) -> dict[str, Any]:
    answers = [_only(answer, GivenAnswerOfMonth.model_fields) for answer in held.answers]
    return {
        "source": held.source,
        "also_in": list(held.also_in),
        "directory": DirectoryEntry(**asdict(held.entry)) if held.entry else None,
        "employment": Employment(**vars(held.employment)) if held.employment else None,
        "answers": [GivenAnswerOfMonth(**answer) for answer in answers],
        "contests": [ContestedPoint(**_only(asdict(each), ContestedPoint.model_fields)) for each in held.contests],
        "objected_at": held.objected_at,
        "briefed_at": list(held.briefed_at),
        "nominations": len(held.nominated),
        "first_offer": _first_offer(held),
        "held_out": HeldHeldOut(**_only(asdict(held.held_out), HeldHeldOut.model_fields)) if held.held_out else None,
        "looks": held.looks,
        "looked": [Look(**_only(asdict(entry), Look.model_fields)) for entry in held.looked],
        "purposes": dict(held.purposes),
        "recipients": dict(held.recipients),
    }


def _first_offer(held: Held) -> HeldFirstOffer | None:
    drawn = held.first_offer
    return HeldFirstOffer(**_only(asdict(drawn), HeldFirstOffer.model_fields)) if drawn else None


_MADE_HERE: Final = {"rank", "range", "is_range_of_calibration", "curve", "factors"}


def _score(scores: PublishedScores, held: StoredScore, language: Language, hides_answers: bool) -> HeldScore:
    published = scores.by_id(held.publication_id)
    factors, about = shown_to_hr(published.about if published else {}, [*held.factors], hides_answers)
    curve = curve_of(held.score, held.horizon_months)
    return HeldScore(
        **_only(vars(held) | vars(held.score), set(HeldScore.model_fields) - _MADE_HERE),
        rank=None if scores.scope else held.score.rank,  # among everyone, it would tell of people outside the scope
        is_range_of_calibration=published is not None and published.has_range_of_calibration,
        range=range_of(held.score.risk_low, held.score.risk_high),
        curve=[CurvePoint(months=months, risk=risk) for months, risk in curve.items()],
        factors=_in_words(factors, about, language),
    )


def _in_words(
    factors: Iterable[Factor], about: Mapping[str, Mapping[str, Any]], language: Language
) -> list[FactorInWords]:
    largest_first = sorted(factors, key=lambda factor: (-abs(factor.contribution), factor.feature))
    return [
        FactorInWords(
            driver=factor.driver,
            contribution=factor.contribution,
            text=factor_text(factor, about[factor.feature], language),
        )
        for factor in largest_first
    ]


def _only(row: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: row[name] for name in names}
