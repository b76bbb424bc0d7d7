"""The managers' lists of a month, as JSON, CSV, XLSX or a page, and what became of them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from pipeline.identity.tokens import Identity, Role
from pipeline.language.translator import Language
from pipeline.lists.list_table import COLUMNS, list_rows
from pipeline.lists.pages import index_page, list_page
from pipeline.lists.risk_list import RiskList
from pipeline.store.answers import ListAnswer, last_answers, store_answer
from pipeline.store.reading import Published
from serving.access.audit import Audit
from serving.access.permissions import ForHrAndManagers, ListPurpose, not_for_you
from serving.http.answers import (
    CSV,
    HTML,
    TABLES,
    XLSX,
    AcceptHeader,
    Table,
    as_json,
    as_table,
    forms,
    preferred,
    unless_known,
)
from serving.http.language import asked_language
from serving.http.problems import Refusal, responses
from serving.schemas.lists import AnswerToList, KeptAnswer, MonthlyLists
from serving.schemas.parameters import EmployeeId, Month, OptionalText
from serving.views.lists import answer_fields, chosen_lists, monthly_lists, named, require_listed
from serving.views.months import of_month

router = APIRouter(prefix="/v1", tags=["lists"])

FORMS: Final = (*TABLES, HTML)


@router.get(
    "/lists/{month}",
    summary="Whom to talk to this month",
    response_model=MonthlyLists,
    responses={**forms(CSV, XLSX, HTML), **responses(404, 406)},
)
def lists(
    request: Request,
    month: Month,
    asker: ForHrAndManagers,
    _purpose: ListPurpose,
    audit: Audit,
    manager_id: OptionalText = None,
    accept: AcceptHeader = "*/*",
) -> Response:
    """A manager gets the own list; HR any manager's, or without `manager_id` all that hold something to read."""
    form = preferred(accept, FORMS)
    wanted = _whose(asker, manager_id)
    with audit.release() as release:
        published = of_month(release.scores, month)
        settings = request.app.state.settings
        said_in = asked_language(request)
        found = chosen_lists(release.scores, published, asker, wanted, settings, said_in)
        if wanted is None:
            found = [each for each in found if each.is_worth_reading]
        elif not found:
            raise Refusal(404, "no-team", "Nobody who was scored in this month reports to this manager.")
        if wanted is None and form == HTML:
            page = index_page(published, found, _href, said_in).encode()
            return unless_known(request, HTML, page, lambda: page)
        release.names([employee_id for each in found for employee_id in named(each)])
        answers = last_answers(release.scores.connection, published)
        return _written(request, form, published, found, answers, said_in)


@router.post(
    "/lists/{month}/{employee_id:path}/answer",
    summary="What was done about a person, or why nothing was",
    response_model=KeptAnswer,
    status_code=201,
    responses=responses(400, 404, 413),
)
def answer(
    request: Request,
    month: Month,
    employee_id: EmployeeId,
    given: AnswerToList,
    asker: ForHrAndManagers,
    _purpose: ListPurpose,
    audit: Audit,
) -> Response:
    """About somebody on that month's lists; a manager answers for the own line only. The last answer counts."""
    settings = request.app.state.settings
    kept = ListAnswer(datetime.now(UTC), asker.subject, employee_id, given.outcome, given.drivers, given.because)
    with audit.change() as change:
        published = of_month(change.scores, month)
        require_listed(change.scores, published, asker, employee_id, settings)
        store_answer(change.connection, published, kept)
        change.did("answered", employee_id)
    told = KeptAnswer(employee_id=employee_id, month=month, **answer_fields(kept))
    return as_json(request, told, 201)


def _href(manager_id: str) -> str:
    return f"?manager_id={quote(manager_id, safe='')}"


def _whose(asker: Identity, manager_id: str | None) -> str | None:
    """Whose list is wanted, None for everyone's. Raises 403 for a manager who asks for another's."""
    if asker.role == Role.HR:
        return manager_id
    if manager_id not in (None, asker.person):
        raise not_for_you()
    return asker.person


def _written(
    request: Request,
    form: str,
    published: Published,
    found: Sequence[RiskList],
    answers: Mapping[str, ListAnswer],
    said_in: Language,
) -> Response:
    if form == HTML:
        page = list_page(published, found[0], said_in).encode()
        return unless_known(request, HTML, page, lambda: page)
    table = Table("list", COLUMNS, list_rows(published, found))
    return as_table(request, form, monthly_lists(published, found, answers), lambda: table)
