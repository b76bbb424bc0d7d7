"""A person's risk, and everyone's risks, page by page."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from features.contract.ids import MOST_CHARACTERS
from pipeline.identity.tokens import Identity, Role
from pipeline.lists.reach import can_see
from pipeline.lists.risk_list import Band
from pipeline.store.reading import Published, PublishedScores, Sort
from serving.access.audit import Audit
from serving.access.permissions import ForHr, ForHrAndManagers, StatedPurpose, not_in_your_line
from serving.http.answers import CSV, TABLES, XLSX, AcceptHeader, as_json, as_table, forms, preferred
from serving.http.language import asked_language
from serving.http.problems import responses
from serving.schemas.parameters import EmployeeId, OptionalText
from serving.schemas.people import PeopleFound
from serving.schemas.risks import (
    RiskForHr,
    RiskForManager,
    RiskPage,
)
from serving.settings import ServerSettings
from serving.views.briefing import require_briefed
from serving.views.finding import FOUND, MOST_FOUND, people_found
from serving.views.months import current, for_manager_or_hr, informed
from serving.views.nominations import require_answered
from serving.views.people import CURSOR, risk_page, risk_table
from serving.views.person import risk_for_hr, risk_for_manager, scored

router = APIRouter(prefix="/v1", tags=["people"])

Horizon = Annotated[
    int | None,
    Query(ge=1, le=36, description="3, 6, 12 or the model's own; by default the model's own", examples=[6]),
]


@router.get(
    "/employees/{employee_id:path}/risk",
    summary="A person's risk and the factors behind it",
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

    A manager gets a band and reasons in words, and only for direct reports who are on this month's list.
    For anyone else the answer is the same, whether or not the person exists.
    """
    settings: ServerSettings = request.app.state.settings
    language = asked_language(request)
    with audit.release() as release:
        published = informed(for_manager_or_hr(release.scores, asker), settings)
        hides_answers = settings.surveys_confidential
        audit.role = _role_for(release.scores, published, asker, employee_id, settings)
        seen = release.scores if audit.role == Role.HR else release.scores.whole()
        score, factors = scored(seen, published, employee_id)
        name = seen.directory(published.source).name(employee_id)
        answer = (
            risk_for_hr(published, score, factors, horizon_months, language, hides_answers=hides_answers, name=name)
            if audit.role == Role.HR
            else risk_for_manager(published, score, factors, language, name)
        )
        release.names([employee_id])
        release.may_repeat = not asker.has(Role.MANAGER)  # a manager's list depends on the hour, too
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
    band: Annotated[
        Band | None, Query(description="leaves out people without enough evidence, who have no band")
    ] = None,
    sort: Annotated[Sort, Query(description="a minus sorts in descending order; unknown values come last")] = "-risk",
    cursor: Annotated[str | None, Query(pattern=f"^{CURSOR.pattern}$")] = None,
    limit: Annotated[int, Query(ge=1)] = 100,
    accept: AcceptHeader = "*/*",
) -> Response:
    """All pages reached by `next_cursor` come from the publication of the first, even if a newer one appears.

    CSV and XLSX have one page too; the header `Link` has the address of the next one.
    """
    form = preferred(accept, TABLES)
    with audit.release() as release:
        settings: ServerSettings = request.app.state.settings
        size = min(limit, settings.page_limit)
        equal = {"department": department, "level": level, "location": location, "manager_id": manager_id}
        answer = risk_page(release.scores, settings, equal, band, sort, cursor, size)
        release.names([person.employee_id for person in answer.people])
        release.may_repeat = True
        response = as_table(request, form, answer, lambda: risk_table(answer))
        if answer.next_cursor:
            following = request.url.include_query_params(cursor=answer.next_cursor)
            response.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
        return response


@router.get(
    "/people",
    summary="People by part of a name or id",
    response_model=PeopleFound,
    responses={**forms(), **responses(404)},
)
def people(
    request: Request,
    _asker: ForHr,
    purpose: StatedPurpose,
    audit: Audit,
    query: Annotated[
        str,
        Query(min_length=1, max_length=MOST_CHARACTERS, examples=["anna"], description="parts of a name or id"),
    ],
    limit: Annotated[int, Query(ge=1, le=MOST_FOUND)] = FOUND,
) -> Response:
    """Each word must be in the name or in the id; case, accents and apostrophes do not matter, in any script.

    People who object to being scored are found only for the purpose `data_subject_request`. Everyone who is found is in
    the audit; what was searched for is not.
    """
    with audit.release() as release:
        found = people_found(release.scores, current(release.scores), query, purpose, limit)
        release.names([person.employee_id for person in found.people])
        return as_json(request, found)


def _role_for(
    scores: PublishedScores, published: Published, asker: Identity, employee_id: str, settings: ServerSettings
) -> Role:
    """The role under which the asker sees a person: HR within the scope, a manager for people on the own list.

    Raises 403 for a manager who has not confirmed the briefing or answered the question of the month, and for one who
    is not HR too, and for whom the person is out of reach.
    """
    is_hr = asker.has(Role.HR)
    if not asker.has(Role.MANAGER) or (is_hr and scores.score_of(published, employee_id)):
        return Role.HR
    require_briefed(scores.connection, asker, settings)  # first: a later refusal would tell who is on the list
    require_answered(scores.whole(), published, asker, settings)
    if can_see(scores.whole(), published, str(asker.person), employee_id, settings.list_rules):
        return Role.MANAGER
    if is_hr:
        return Role.HR
    raise not_in_your_line()
