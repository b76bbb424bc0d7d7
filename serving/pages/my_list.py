"""A manager's list on a phone, answered with one tap, and HR's overview of all lists."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from features.contract.vocabulary import Driver
from pipeline.identity.tokens import Role
from pipeline.language.actions import action_of
from pipeline.language.record_words import OUTCOMES
from pipeline.language.translator import marked
from pipeline.lists.risk_list import list_sizes
from pipeline.store.answers import DONE, Outcome, last_answers, store_answer
from pipeline.store.answers import ListAnswer as Answer
from serving.access.audit import Audit
from serving.access.permissions import ForHr, ForHrAndManagers, ListPurpose
from serving.http.problems import Refusal
from serving.pages.errors import PageRoute
from serving.pages.rendering import language_of, render
from serving.pages.session import checked_form, signed_in
from serving.schemas.parameters import EmployeeId, Month, OptionalText
from serving.views.lists import chosen_lists, is_own_list, monthly_lists, named, require_listed
from serving.views.months import current, for_manager_or_hr, informed

router = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(signed_in)])

CHANGES: Final = {
    "new": marked("New this month"),
    "rising": marked("Rising since last month"),
    "continuing": marked("Also last month"),
}
PastMonth = Annotated[str | None, Query(pattern=r"^(19|20)\d\d-(0[1-9]|1[0-2])$")]


@router.get("/list")
def my_list(
    request: Request,
    asker: ForHrAndManagers,
    _purpose: ListPurpose,
    audit: Audit,
    month: PastMonth = None,
    manager_id: OptionalText = None,
    kept: bool = False,
) -> Response:
    """One manager's list: their own, or for HR any manager's."""
    own = asker.person if asker.has(Role.MANAGER) else None
    manager = (manager_id or own) if asker.has(Role.HR) else own
    if manager is None:
        raise Refusal(404, "no-team", "Choose whose list you want to see.")
    with audit.release() as release:
        settings = request.app.state.settings
        published = informed(for_manager_or_hr(release.scores, asker, month), settings)
        language = language_of(request)
        audit.role = Role.MANAGER if is_own_list(asker, manager) else Role.HR
        lists = chosen_lists(release.scores, published, asker, manager, settings, language)
        answers = last_answers(release.scores.connection, published)
        before = release.scores.before(published)
        release.names([employee_id for each in lists for employee_id in named(each)])
        monthly = monthly_lists(published, lists, answers)
        return render(
            request,
            "my_list.html",
            monthly=monthly,
            mine=monthly.lists[0] if monthly.lists else None,
            before=before,
            outcomes=OUTCOMES,
            changes=CHANGES,
            kept=kept,
            manager=manager,
            is_own=audit.role == Role.MANAGER,
        )


@router.get("/lists")
def all_lists(request: Request, asker: ForHr, _purpose: ListPurpose, audit: Audit) -> Response:
    """The number of people on each manager's list, and of answers to it, most open ones first; no employee is named."""
    with audit.release() as release:
        settings = request.app.state.settings
        published = informed(current(release.scores), settings)
        sizes = list_sizes(release.scores, published, settings.list_rules)
        answered = last_answers(release.scores.connection, published).keys()
        names = release.scores.directory(published.source).names(each.manager_id for each in sizes)
        rows = [(each, names.get(each.manager_id), len(answered & set(each.entries))) for each in sizes]
        rows.sort(key=lambda row: (row[2] - len(row[0].entries), -len(row[0].entries), row[1] or row[0].manager_id))
        release.names([each.manager_id for each in sizes])
        left_out = release.scores.count_not_informed(published)
        return render(request, "lists.html", published=published, rows=rows, not_informed=left_out)


@router.post("/list/{month}/{employee_id:path}/answer", dependencies=[Depends(checked_form)])
def answer(
    request: Request,
    month: Month,
    employee_id: EmployeeId,
    asker: ForHrAndManagers,
    _purpose: ListPurpose,
    audit: Audit,
    outcome: Annotated[Outcome, Form()],
    drivers: Annotated[list[Driver] | None, Form()] = None,
    action: Annotated[str, Form(max_length=64)] = "",
    manager_id: Annotated[str, Form()] = "",
    position: Annotated[str, Form(pattern=r"^(a\d{1,4})?$")] = "",
) -> Response:
    """Store an answer once: sending the same one again, by a second tap or the back button, changes nothing. Leads back
    to the `position` of the person on the page of the list."""
    done = action if outcome in DONE and action_of(action) else None
    given = Answer(datetime.now(UTC), asker.subject, employee_id, outcome, drivers or [], action=done)
    with audit.change() as change:
        settings = request.app.state.settings
        published = informed(for_manager_or_hr(change.scores, asker, month), settings)
        require_listed(change.scores, published, asker, employee_id, settings)
        last = last_answers(change.connection, published).get(employee_id)
        is_repeated = last is not None and replace(last, drivers=list(last.drivers), at=given.at) == given
        if not is_repeated:
            store_answer(change.connection, published, given)
        change.record("answered before" if is_repeated else "answered", employee_id)
    whose = f"&manager_id={quote(manager_id, safe='')}" if asker.has(Role.HR) and manager_id else ""
    return RedirectResponse(f"/list?month={month}&kept=1{whose}{'#' if position else ''}{position}", 303)
