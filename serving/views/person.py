"""A person's risk, as HR and as managers see it."""

import math
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from pipeline.language.confidence import About, with_sums, without_answers
from pipeline.language.translator import ENGLISH, Language, marked
from pipeline.language.wording import as_number, factor_text, label_text
from pipeline.lists.risk_list import Band, band_of, guidance, reasons
from pipeline.model.related import together
from pipeline.score_record import ENOUGH, Factor, Score, driver_sums
from pipeline.store.reading import Published, PublishedScores
from serving.http.problems import Refusal
from serving.schemas.risks import (
    CurvePoint,
    FactorForHr,
    GuidanceForManager,
    Range,
    ReasonForManager,
    RiskForHr,
    RiskForManager,
)

NOT_INFORMED: Final = marked(
    "This person has not been informed of being scored, so there is no risk to show. "
    "Give the notice, record it in the settings, and the next run scores this person."
)


def scored(scores: PublishedScores, published: Published, employee_id: str) -> tuple[Score, list[Factor]]:
    """A person's score and factors, for HR. Raises 404 for a person without a score, 403 for one who objects, or who
    has not been informed."""
    scored_person = scores.score_and_factors_of(published, employee_id)
    if scores.not_informed(published, [employee_id]) or scores.unscored(published, [employee_id]):
        raise Refusal(403, "person-not-informed", NOT_INFORMED)
    if scored_person is None:
        raise Refusal(404, "not-scored", "No such person was scored on the latest snapshot date.")
    if scores.objections.since(published.source, employee_id):
        detail = marked("This person objects to being scored, so the risk is shown only in the person's receipt.")
        raise Refusal(403, "objected", detail)
    return scored_person


def risk_for_hr(
    published: Published,
    score: Score,
    factors: list[Factor],
    horizon_months: int | None,
    language: Language = ENGLISH,
    *,
    hides_answers: bool,
    name: str | None = None,
) -> RiskForHr:
    """A person's risk for HR; `hides_answers`: survey answers were given in confidence. Raises 422 for a horizon
    without a score.
    """
    asked = published.horizon_months if horizon_months is None else horizon_months
    known = curve_of(score, published.horizon_months)
    if asked not in known:
        choice = ", ".join(map(str, known))
        raise Refusal(422, "unknown-horizon", f"There is no score for this horizon. Choose one of: {choice} months.")
    is_own = asked == published.horizon_months
    shown, about = shown_to_hr(published.about, factors, hides_answers)
    return RiskForHr(
        employee_id=score.employee_id,
        name=name,
        snapshot_date=published.snapshot_date,
        model_version=published.model_version,
        horizon_months=asked,
        risk=known[asked],
        range=range_shown(published, score) if is_own else None,
        band=band_shown(published, score),
        curve=[CurvePoint(months=months, risk=risk) for months, risk in known.items()],
        evidence=score.evidence,
        factors_horizon_months=published.horizon_months,
        base_log_odds=score.base_log_odds,
        log_odds=score.log_odds,
        drivers=driver_sums(factors),
        factors=[factor_for_hr(about, factor, language) for factor in together(shown, about)],
    )


def shown_to_hr(described: About, factors: list[Factor], hides_answers: bool) -> tuple[list[Factor], About]:
    """A person's factors as HR may see them, and the descriptions of their features."""
    if not hides_answers:
        return factors, described
    return without_answers(factors, described), with_sums(described)


def risk_for_manager(
    published: Published, score: Score, factors: list[Factor], language: Language, name: str | None = None
) -> RiskForManager:
    """A person's risk for a manager: a band and reasons in words, no probability."""
    reasons_shown = reasons(factors, published.about, language)
    return RiskForManager(
        employee_id=score.employee_id,
        name=name,
        snapshot_date=published.snapshot_date,
        model_version=published.model_version,
        horizon_months=published.horizon_months,
        band=band_of(score.risk, published.mean_risk),
        evidence=score.evidence,
        reasons=[ReasonForManager(driver=reason.driver, text=reason.text) for reason in reasons_shown],
        guidance=[GuidanceForManager(**vars(guide)) for guide in guidance(reasons_shown, language)],
    )


def factor_for_hr(
    catalogue: Mapping[str, Mapping[str, Any]], factor: Factor, language: Language = ENGLISH
) -> FactorForHr:
    """A factor in figures and in words; `catalogue` has the description of each feature."""
    about = catalogue[factor.feature]
    is_category = about.get("kind") == "category"
    return FactorForHr(
        feature=factor.feature,
        driver=factor.driver,
        actionable=bool(about.get("actionable", False)),
        related=about.get("related"),
        label=label_text(about, language),
        value=factor.value if is_category else _number_or_text(factor.value),
        peer_value=factor.peer_value if is_category else _number_or_text(factor.peer_value),
        contribution=factor.contribution,
        text=factor_text(factor, about, language),
    )


def _number_or_text(value: str | None) -> float | str | None:
    number = as_number(value)
    return number if number is not None and math.isfinite(number) else value


def curve_of(score: Score, horizon_months: int) -> dict[int, float]:
    """The risk at each horizon that has one, in order of months; `horizon_months` is the model's own."""
    curve = {3: score.risk_3m, 6: score.risk_6m, 12: score.risk_12m} | {horizon_months: score.risk}
    return {months: risk for months, risk in sorted(curve.items()) if risk is not None}


def band_shown(published: Published, score: Score) -> Band | None:
    """The band of a score; None without enough evidence."""
    return band_of(score.risk, published.mean_risk) if score.evidence == ENOUGH else None


def range_shown(published: Published, score: Score) -> Range | None:
    """The range of a score; None if it has none that holds the risk (see `Published.has_range_of_calibration`)."""
    return None if published.has_range_of_calibration else range_of(score.risk_low, score.risk_high)


def course_shown(
    scores: PublishedScores, published: Published, employee_id: str
) -> list[tuple[date, float, float | None, float | None]]:
    """A person's risk on each snapshot date of the publication's source, oldest first, and both ends of its range."""
    heads = {head.snapshot_date: head for head in scores.history(published.source)}
    course = [(day, score, range_shown(heads[day], score)) for day, score in scores.course(published, employee_id)]
    return [(day, score.risk, *((ends.low, ends.high) if ends else (None, None))) for day, score, ends in course]


def range_of(low: float | None, high: float | None) -> Range | None:
    """The range between two ends; None where they are not known."""
    return None if low is None or high is None else Range(low=low, high=high)
