"""A person's risk, and pages of everyone's."""

import math
import re
from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from sqlalchemy import ColumnElement
from starlette.responses import Response

from pipeline.identity.tokens import Identity, Role
from pipeline.language.translator import ENGLISH, Language, preferred_language
from pipeline.language.wording import as_number, factor_text, label_text
from pipeline.lists.risk_list import BANDS, Band, band_of, guidance, is_on_list, reasons
from pipeline.model.related import together
from pipeline.store.published_scores import ENOUGH, Factor, Published, PublishedScores, Score, Sort, driver_sums
from pipeline.store.schema import SCORE
from serving.access.audit import Audit
from serving.access.permissions import ForHr, ForHrAndManagers, StatedPurpose, not_for_you
from serving.http.answers import CSV, TABLES, XLSX, AcceptHeader, Table, as_json, as_table, forms, preferred
from serving.http.problems import Refusal, responses
from serving.schemas.parameters import EmployeeId, OptionalText
from serving.schemas.risks import (
    CurvePoint,
    FactorForHr,
    GuidanceForManager,
    Range,
    ReasonForManager,
    RiskForHr,
    RiskForManager,
    RiskPage,
    ScoredPerson,
)
from serving.settings import ServerSettings

router = APIRouter(prefix="/v1", tags=["people"])

CURSOR: Final = re.compile(r"[0-9]{1,9}-[0-9]{1,9}")
Horizon = Annotated[
    int | None,
    Query(ge=1, le=36, description="3, 6, 12 or the model's own; default the model's own", examples=[6]),
]


@router.get(
    "/employees/{employee_id:path}/risk",
    summary="A person's risk and what is behind it",
    response_model=RiskForHr | RiskForManager,
    responses={**forms(), **responses(404)},
)
def risk(
    request: Request,
    employee_id: EmployeeId,
    asker: ForHrAndManagers,
    _purpose: StatedPurpose,
    audit: Audit,
    horizon_months: Horizon = None,
) -> Response:
    """In the language of `Accept-Language`. HR gets the probability with its curve, range and factors.

    A manager gets a band and reasons in words, and only for people of the own line who are on this month's list;
    the answer to anybody else is the same whether or not the person exists.
    """
    settings: ServerSettings = request.app.state.settings
    said_in = preferred_language(request.headers.get("Accept-Language", ""), settings.language)
    with audit.release() as release:
        published = current(release.scores)
        if asker.role == Role.MANAGER:
            _require_own_line(release.scores, published, asker, employee_id, settings)
        score, factors = scored(release.scores, published, employee_id)
        answer = (
            _for_manager(published, score, factors, said_in)
            if asker.role == Role.MANAGER
            else risk_for_hr(published, score, factors, horizon_months, said_in)
        )
        release.names([employee_id])
        return as_json(request, answer)


@router.get(
    "/risks",
    summary="Everyone's latest score, page by page",
    response_model=RiskPage,
    responses={**forms(CSV, XLSX), **responses(404, 406)},
)
def risks(
    request: Request,
    _asker: ForHr,
    _purpose: StatedPurpose,
    audit: Audit,
    department: OptionalText = None,
    level: Annotated[int | None, Query(ge=-(2**31), lt=2**31)] = None,
    location: OptionalText = None,
    manager_id: OptionalText = None,
    band: Annotated[Band | None, Query(description="only people with enough evidence have a band")] = None,
    sort: Annotated[
        Sort, Query(description="a minus: from the highest, or the last, on; unknown comes last")
    ] = "-risk",
    cursor: Annotated[str | None, Query(pattern=f"^{CURSOR.pattern}$")] = None,
    limit: Annotated[int, Query(ge=1)] = 100,
    accept: AcceptHeader = "*/*",
) -> Response:
    """A walk that follows `next_cursor` stays in the publication it began with, whatever is published meanwhile.

    CSV and XLSX hold one page too; the cursor of the next one is in the header `Link`.
    """
    form = preferred(accept, TABLES)
    with audit.release() as release:
        size = min(limit, request.app.state.settings.page_limit)
        equal = {"department": department, "level": level, "location": location, "manager_id": manager_id}
        answer = risk_page(release.scores, equal, band, sort, cursor, size)
        release.names([person.employee_id for person in answer.people])
        told = as_table(request, form, answer, lambda: risk_table(answer))
        if answer.next_cursor:
            following = request.url.include_query_params(cursor=answer.next_cursor)
            told.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
        return told


def risk_page(
    scores: PublishedScores,
    equal: Mapping[str, str | int | None],
    band: Band | None,
    sort: Sort,
    cursor: str | None,
    size: int,
) -> RiskPage:
    """Up to `size` people whose columns are `equal`, after those of `cursor`. Raises 404, and 422 for the cursor."""
    published, after = _start_of_page(scores, cursor)
    found = scores.page(published, _conditions(published, equal, band), sort, after, size + 1)
    page = found[:size]
    return RiskPage(
        snapshot_date=published.snapshot_date,
        model_version=published.model_version,
        horizon_months=published.horizon_months,
        people=[_line(published, score) for score in page],
        next_cursor=f"{published.id}-{page[-1].rank}" if len(found) > size else None,
    )


def scored(scores: PublishedScores, published: Published, employee_id: str) -> tuple[Score, list[Factor]]:
    """A person's score and factors. Raises 404 for somebody who was not scored."""
    found = scores.score_and_factors_of(published, employee_id)
    if found is None:
        raise Refusal(404, "not-scored", "No such person was scored on the latest snapshot date.")
    return found


def current(scores: PublishedScores) -> Published:
    """What is served now. Raises 404 before the first publication."""
    published = scores.current()
    if published is None:
        raise Refusal(404, "nothing-published", "Nothing is published yet. Run `retention score` first.")
    return published


def _require_own_line(
    scores: PublishedScores, published: Published, asker: Identity, employee_id: str, settings: ServerSettings
) -> None:
    is_reached = scores.is_in_line_of(published, str(asker.person), employee_id)
    if not is_reached or not is_on_list(scores, published, employee_id, settings.list_rules):
        raise not_for_you()


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
        range=_range(score) if is_own else None,
        band=_band(published, score),
        curve=[CurvePoint(months=months, risk=risk) for months, risk in known.items()],
        evidence=score.evidence,
        factors_horizon_months=published.horizon_months,
        base_log_odds=score.base_log_odds,
        log_odds=score.log_odds,
        drivers=driver_sums(factors),
        factors=[factor_for_hr(published.about, factor, said_in) for factor in together(factors, published.about)],
    )


def _for_manager(published: Published, score: Score, factors: list[Factor], said_in: Language) -> RiskForManager:
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


def _line(published: Published, score: Score) -> ScoredPerson:
    return ScoredPerson(
        employee_id=score.employee_id,
        risk=score.risk,
        range=_range(score),
        band=_band(published, score),
        evidence=score.evidence,
        department=score.department,
        job=score.job,
        level=score.level,
        location=score.location,
        manager_id=score.manager_id,
    )


def _band(published: Published, score: Score) -> Band | None:
    return band_of(score.risk, published.mean_risk) if score.evidence == ENOUGH else None


def _range(score: Score) -> Range | None:
    if score.risk_low is None or score.risk_high is None:
        return None
    return Range(low=score.risk_low, high=score.risk_high)


def risk_table(page: RiskPage) -> Table:
    """A page of scores as rows."""
    columns = [name for name in ScoredPerson.model_fields if name != "range"]
    rows = (
        [str(page.snapshot_date), page.model_version, *(getattr(person, name) for name in columns), *_bounds(person)]
        for person in page.people
    )
    return Table("risks", ["snapshot_date", "model_version", *columns, "risk_low", "risk_high"], rows)


def _bounds(person: ScoredPerson) -> tuple[float | None, float | None]:
    return (person.range.low, person.range.high) if person.range else (None, None)


def _start_of_page(scores: PublishedScores, cursor: str | None) -> tuple[Published, Score | None]:
    """The publication, and the last person of the page before. The cursor holds a rank: a URL must not hold an id."""
    if cursor is None:
        return current(scores), None
    publication_id, rank = (int(number) for number in cursor.split("-"))
    published = scores.by_id(publication_id)
    last = scores.of_rank(published, rank) if published else None
    if published is None or last is None:
        raise Refusal(422, "unknown-cursor", "This cursor leads nowhere. Begin again without one.")
    return published, last


def _conditions(
    published: Published, equal: Mapping[str, str | int | None], band: Band | None
) -> list[ColumnElement[bool]]:
    conditions = [SCORE.c[name] == value for name, value in equal.items() if value is not None]
    if band is not None:
        higher = [lift for lift in BANDS.values() if lift > BANDS[band]]
        conditions += [SCORE.c.evidence == ENOUGH, SCORE.c.risk >= BANDS[band] * published.mean_risk]
        if higher:
            conditions.append(SCORE.c.risk < min(higher) * published.mean_risk)
    return conditions
