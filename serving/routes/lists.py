"""The managers' lists of a month, as JSON, CSV, XLSX or a page, and what became of them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from pipeline.identity.tokens import Identity, Role
from pipeline.language.translator import Language, preferred_language
from pipeline.lists.pages import COLUMNS, index_page, list_page, list_rows
from pipeline.lists.risk_list import RiskList, is_on_list, risk_lists
from pipeline.lists.rollout import waiting_managers
from pipeline.settings import Settings
from pipeline.store.answers import ListAnswer, keep_answer, last_answers
from pipeline.store.reading import Published, PublishedScores
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
from serving.http.problems import Refusal, responses
from serving.schemas.lists import AnswerToList, GivenAnswer, KeptAnswer, ListedPerson, ManagerList, MonthlyLists
from serving.schemas.parameters import EmployeeId, Month, OptionalText
from serving.schemas.risks import GuidanceForManager, ReasonForManager

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
        said_in = preferred_language(request.headers.get("Accept-Language", ""), settings.language)
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
        keep_answer(change.connection, published, kept)
        change.did("answered", employee_id)
    told = KeptAnswer(employee_id=employee_id, month=month, **_told(kept))
    return as_json(request, told, 201)


def chosen_lists(
    scores: PublishedScores,
    published: Published,
    asker: Identity,
    manager_id: str | None,
    settings: Settings,
    said_in: Language,
) -> list[RiskList]:
    """One manager's list, or everyone's. Raises 404 to a manager whose lists begin later (see `lists.rollout`)."""
    if asker.role == Role.MANAGER and asker.person in waiting_managers(scores, published):
        raise Refusal(404, "no-list-yet", "Lists begin with a part of the managers. Yours begin later.")
    return risk_lists(scores, published, settings.list_rules, manager_id, said_in)


def require_listed(
    scores: PublishedScores, published: Published, asker: Identity, employee_id: str, settings: Settings
) -> None:
    """Raise 404 for somebody on no list of the month; to a manager 403 for anybody but the own line's.

    Whoever was taken off the list by an answer counts as listed: the answer may have been a slip.
    """
    is_listed = is_on_list(scores.with_everyone(), published, employee_id, settings.list_rules)
    if asker.role == Role.MANAGER and not (
        is_listed and scores.is_in_line_of(published, str(asker.person), employee_id)
    ):
        raise not_for_you()
    if not is_listed:
        raise Refusal(404, "not-listed", "No such person is on a list of this month.")


def _href(manager_id: str) -> str:
    return f"?manager_id={quote(manager_id, safe='')}"


def of_month(scores: PublishedScores, month: str) -> Published:
    """What was published for a month. Raises 404 for one without scores."""
    published = scores.of_month(month)
    if published is None:
        raise Refusal(404, "month-not-scored", "This month has no published scores.")
    return published


def _whose(asker: Identity, manager_id: str | None) -> str | None:
    """Whose list is wanted, None for everyone's. Raises 403 for a manager who asks for another's."""
    if asker.role == Role.HR:
        return manager_id
    if manager_id not in (None, asker.person):
        raise not_for_you()
    return asker.person


def named(risk_list: RiskList) -> list[str]:
    """Whom a list names."""
    return [*(entry.employee_id for entry in risk_list.entries), *risk_list.resolved]


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


def monthly_lists(published: Published, found: Sequence[RiskList], answers: Mapping[str, ListAnswer]) -> MonthlyLists:
    """The lists of a month with the last answer about each person."""
    return MonthlyLists(
        month=published.month,
        snapshot_date=published.snapshot_date,
        model_version=published.model_version,
        horizon_months=published.horizon_months,
        lists=[_one(each, answers) for each in found],
    )


def _one(risk_list: RiskList, answers: Mapping[str, ListAnswer]) -> ManagerList:
    return ManagerList(
        manager_id=risk_list.manager_id,
        team_size=risk_list.team_size,
        expected=risk_list.expected,
        entries=[
            ListedPerson(
                employee_id=entry.employee_id,
                band=entry.band,
                change=entry.change,
                department=entry.department,
                job=entry.job,
                level=entry.level,
                location=entry.location,
                reasons=[ReasonForManager(driver=reason.driver, text=reason.text) for reason in entry.reasons],
                guidance=[GuidanceForManager(**vars(guide)) for guide in entry.guidance],
                moved=list(entry.moved),
                answer=_given(answers.get(entry.employee_id)),
            )
            for entry in risk_list.entries
        ],
        resolved=list(risk_list.resolved),
    )


def _given(answer: ListAnswer | None) -> GivenAnswer | None:
    return GivenAnswer(**_told(answer)) if answer else None


def _told(answer: ListAnswer) -> dict[str, Any]:
    return {
        "at": answer.at,
        "who": answer.who,
        "outcome": answer.outcome,
        "drivers": list(answer.drivers),
        "because": answer.because,
    }
