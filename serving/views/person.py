"""A person's risk, as HR and as the manager see it."""

import math
from collections.abc import Mapping
from typing import Any

from pipeline.language.translator import ENGLISH, Language
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


def scored(scores: PublishedScores, published: Published, employee_id: str) -> tuple[Score, list[Factor]]:
    """A person's score and factors. Raises 404 for somebody who was not scored."""
    found = scores.score_and_factors_of(published, employee_id)
    if found is None:
        raise Refusal(404, "not-scored", "No such person was scored on the latest snapshot date.")
    return found


def risk_for_hr(
    published: Published,
    score: Score,
    factors: list[Factor],
    horizon_months: int | None,
    said_in: Language = ENGLISH,
) -> RiskForHr:
    """What HR learns of a person. Raises 422 for a horizon without a score."""
    asked = published.horizon_months if horizon_months is None else horizon_months
    curve = {3: score.risk_3m, 6: score.risk_6m, 12: score.risk_12m} | {published.horizon_months: score.risk}
    known = {months: risk for months, risk in sorted(curve.items()) if risk is not None}
    if asked not in known:
        choice = ", ".join(map(str, known))
        raise Refusal(422, "unknown-horizon", f"There is no score for this horizon. Choose one of: {choice} months.")
    is_own = asked == published.horizon_months
    return RiskForHr(
        employee_id=score.employee_id,
        snapshot_date=published.snapshot_date,
        model_version=published.model_version,
        horizon_months=asked,
        risk=known[asked],
        range=range_shown(score) if is_own else None,
        band=band_shown(published, score),
        curve=[CurvePoint(months=months, risk=risk) for months, risk in known.items()],
        evidence=score.evidence,
        factors_horizon_months=published.horizon_months,
        base_log_odds=score.base_log_odds,
        log_odds=score.log_odds,
        drivers=driver_sums(factors),
        factors=[factor_for_hr(published.about, factor, said_in) for factor in together(factors, published.about)],
    )


def risk_for_manager(published: Published, score: Score, factors: list[Factor], said_in: Language) -> RiskForManager:
    """What a manager learns of a person: a band and reasons in words, no probability."""
    behind = reasons(factors, published.about, said_in)
    return RiskForManager(
        employee_id=score.employee_id,
        snapshot_date=published.snapshot_date,
        model_version=published.model_version,
        horizon_months=published.horizon_months,
        band=band_of(score.risk, published.mean_risk),
        evidence=score.evidence,
        reasons=[ReasonForManager(driver=reason.driver, text=reason.text) for reason in behind],
        guidance=[GuidanceForManager(**vars(guide)) for guide in guidance(behind, said_in)],
    )


def factor_for_hr(told: Mapping[str, Mapping[str, Any]], factor: Factor, said_in: Language = ENGLISH) -> FactorForHr:
    """A factor with its figures and its words; `told` says of each feature what the catalogue does."""
    about = told[factor.feature]
    is_category = about.get("kind") == "category"
    return FactorForHr(
        feature=factor.feature,
        driver=factor.driver,
        actionable=bool(about.get("actionable", False)),
        related=about.get("related"),
        label=label_text(about, said_in),
        value=factor.value if is_category else _number_or_text(factor.value),
        peer_value=factor.peer_value if is_category else _number_or_text(factor.peer_value),
        contribution=factor.contribution,
        text=factor_text(factor, about, said_in),
    )


def _number_or_text(value: str | None) -> float | str | None:
    number = as_number(value)
    return number if number is not None and math.isfinite(number) else value


def band_shown(published: Published, score: Score) -> Band | None:
    """The band of a score with enough evidence."""
    return band_of(score.risk, published.mean_risk) if score.evidence == ENOUGH else None


def range_shown(score: Score) -> Range | None:
    """The range of a score that has one."""
    if score.risk_low is None or score.risk_high is None:
        return None
    return Range(low=score.risk_low, high=score.risk_high)
