"""A manager's list on a phone, with answers of one tap; HR's view of all lists."""

from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from features.contract.vocabulary import Driver
from pipeline.identity.tokens import Role
from pipeline.language.translator import marked
from pipeline.lists.risk_list import list_sizes
from pipeline.store.answers import ListAnswer as Answer
from pipeline.store.answers import Outcome, last_answers, store_answer
from serving.access.audit import Audit
from serving.access.permissions import ForHr, ForHrAndManagers, ListPurpose
from serving.http.problems import Refusal
from serving.pages.errors import PageRoute
from serving.pages.rendering import language_of, render
from serving.pages.session import signed_in, sound_form
from serving.schemas.parameters import EmployeeId, Month, OptionalText
from serving.views.lists import chosen_lists, monthly_lists, named, require_listed
from serving.views.months import current, of_month

router = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(signed_in)])

OUTCOMES: Final[dict[Outcome, str]] = {
    "talked": marked("We talked"),
    "offered": marked("I made an offer"),
    "agreed": marked("We agreed on something"),
    "acted": marked("I changed something"),
    "not_needed": marked("No talk is needed"),
    "already_known": marked("I knew, and am at it"),
    "disagree": marked("I see no risk"),
    "left": marked("Leaves or has left"),
}
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
    """One manager's list: the own one, or any for HR."""
    manager = asker.person if asker.role == Role.MANAGER else manager_id
    if manager is None:
        raise Refusal(404, "no-team", "Choose whose list you want to see.")
    with audit.release() as release:
        published = of_month(release.scores, month) if month else current(release.scores)
        said_in = language_of(request)
        found = chosen_lists(release.scores, published, asker, manager, request.app.state.settings, said_in)
        answers = last_answers(release.scores.connection, published)
        before = release.scores.before(published)
        release.names([employee_id for each in found for employee_id in named(each)])
        told = monthly_lists(published, found, answers)
        return render(
            request,
            "my_list.html",
            told=told,
            mine=told.lists[0] if told.lists else None,
            before=before,
            outcomes=OUTCOMES,
            changes=CHANGES,
            kept=kept,
            manager=manager,
        )


@router.get("/lists")
def all_lists(request: Request, asker: ForHr, _purpose: ListPurpose, audit: Audit) -> Response:
    """How many people each manager should talk to, and how many answers came back; no employee is named."""
    with audit.release() as release:
        published = current(release.scores)
        settings = request.app.state.settings
        found = list_sizes(release.scores, published, settings.list_rules)
        answered = last_answers(release.scores.connection, published).keys()
        rows = [(each, len(answered & set(each.entries))) for each in found]
        release.names([each.manager_id for each, _ in rows])
        return render(request, "lists.html", published=published, rows=rows)


@router.post("/list/{month}/{employee_id:path}/answer", dependencies=[Depends(sound_form)])
def answer(
    request: Request,
    month: Month,
    employee_id: EmployeeId,
    asker: ForHrAndManagers,
    _purpose: ListPurpose,
    audit: Audit,
    outcome: Annotated[Outcome, Form()],
    drivers: Annotated[list[Driver] | None, Form()] = None,
    manager_id: Annotated[str, Form()] = "",
) -> Response:
    """Keep an answer, once: the same one sent again, by a second tap or the back button, changes nothing."""
    given = Answer(datetime.now(UTC), asker.subject, employee_id, outcome, drivers or [])
    with audit.change() as change:
        published = of_month(change.scores, month)
        require_listed(change.scores, published, asker, employee_id, request.app.state.settings)
        last = last_answers(change.connection, published).get(employee_id)
        is_again = last is not None and (last.who, last.outcome, list(last.drivers)) == (
            given.who,
            given.outcome,
            list(given.drivers),
        )
        if not is_again:
            store_answer(change.connection, published, given)
        change.did("answered before" if is_again else "answered", employee_id)
    whose = f"&manager_id={manager_id}" if asker.role == Role.HR else ""
    return RedirectResponse(f"/list?month={month}&kept=1{whose}", 303)
