"""The managers' lists of a month, as JSON, CSV, XLSX or a page, and the answers to them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from pipeline.identity.tokens import Identity, Role
from pipeline.lists.risk_list import RiskList
from pipeline.lists.written.list_table import COLUMNS, list_rows
from pipeline.lists.written.pages import index_page, list_page
from pipeline.store.answers import ListAnswer, last_answers, store_answer
from pipeline.store.reading import Published
from serving.access.audit import Audit
from serving.access.permissions import ForHrAndManagers, ForManagers, ListPurpose, not_in_your_line
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
    unless_unchanged,
)
from serving.http.json_body import JsonRoute
from serving.http.language import asked_language
from serving.http.problems import Refusal, responses
from serving.schemas.lists import AnsweredQuestion, AnswerToList, KeptAnswer, MonthlyLists, Nominations
from serving.schemas.parameters import EmployeeId, Month, OptionalText
from serving.views.asker import language_of_asker
from serving.views.lists import answer_fields, chosen_lists, is_own_list, monthly_lists, named, require_listed
from serving.views.months import for_manager_or_hr, informed
from serving.views.nominations import nominate

router = APIRouter(route_class=JsonRoute, prefix="/v1", tags=["lists"])

FORMS: Final = (*TABLES, HTML)


@router.get(
    "/lists/{month}",
    summary="The lists of a month: whom to talk to",
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
    """A manager gets their own list. HR gets any manager's, or without `manager_id` all that are not empty."""
    form = preferred(accept, FORMS)
    manager = _wanted_manager(asker, manager_id)
    with audit.release() as release:
        settings = request.app.state.settings
        published = informed(for_manager_or_hr(release.scores, asker, month), settings)
        language = asked_language(request, language_of_asker(release.scores, asker))
        audit.role = Role.MANAGER if is_own_list(asker, manager) else Role.HR
        chosen = chosen_lists(release.scores, published, asker, manager, settings, language)
        if manager is None:
            chosen = [each for each in chosen if each.is_worth_reading]
        elif not chosen:
            raise Refusal(404, "no-team", "Nobody who was scored in this month reports to this manager.")
        if manager is None and form == HTML:
            release.names([each.manager_id for each in chosen])
            page = index_page(published, chosen, _href, language).encode()
            return unless_unchanged(request, HTML, page, lambda: page)
        release.names([employee_id for each in chosen for employee_id in named(each)])
        answers = last_answers(release.scores.connection, published)
        left_out = release.scores.count_not_informed(published) if audit.role == Role.HR else None
        return _in_form(request, form, published, chosen, monthly_lists(published, chosen, answers, left_out))


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
    """For a person on that month's lists; a manager answers for their own line only. The last answer counts."""
    settings = request.app.state.settings
    list_answer = ListAnswer(datetime.now(UTC), asker.subject, employee_id, **vars(given))
    with audit.change() as change:
        published = informed(for_manager_or_hr(change.scores, asker, month), settings)
        require_listed(change.scores, published, asker, employee_id, settings)
        store_answer(change.connection, published, list_answer)
        change.record("answered", employee_id)
    body = KeptAnswer(employee_id=employee_id, month=month, **answer_fields(list_answer))
    return as_json(request, body, 201)


@router.post(
    "/lists/{month}/nominations",
    summary="Whom a manager would talk to, before the list is shown",
    response_model=AnsweredQuestion,
    status_code=201,
    responses=responses(400, 404, 413),
)
def nominations(
    request: Request, month: Month, given: Nominations, asker: ForManagers, _purpose: ListPurpose, audit: Audit
) -> Response:
    """Up to three direct reports, asked once a month where `RETENTION_NOMINATIONS` is on; `is_skipped` skips it.

    It changes neither the list nor a score. HR sees figures of many managers together, and no answer of one.
    """
    settings = request.app.state.settings
    with audit.change() as change:
        published = informed(for_manager_or_hr(change.scores, asker, month), settings)
        nominate(change, published, asker, given.employee_ids, given.is_skipped, settings)
    return as_json(request, AnsweredQuestion(month=month), 201)


def _href(manager_id: str) -> str:
    return f"?manager_id={quote(manager_id, safe='')}"


def _wanted_manager(asker: Identity, manager_id: str | None) -> str | None:
    """The manager whose list is requested; None for all. Raises 403 for a manager who requests another's."""
    if asker.has(Role.HR):
        return manager_id
    if manager_id not in (None, asker.person):
        raise not_in_your_line()
    return asker.person


def _in_form(
    request: Request,
    form: str,
    published: Published,
    lists: Sequence[RiskList],
    monthly: MonthlyLists,
) -> Response:
    if form == HTML:
        page = list_page(published, lists[0]).encode()
        return unless_unchanged(request, HTML, page, lambda: page)
    table = Table("list", COLUMNS, list_rows(published, lists))
    return as_table(request, form, monthly, lambda: table)
