"""The question before a list is opened: whom would you talk to?"""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from pipeline.store.trials.nominations import MOST_NOMINATED
from serving.access.audit import Audit
from serving.access.permissions import ForManagers, ListPurpose
from serving.pages.errors import PageRoute, safe_next
from serving.pages.rendering import render
from serving.pages.session import checked_form, signed_in
from serving.schemas.parameters import Month
from serving.views.briefing import require_briefed
from serving.views.months import for_manager_or_hr, informed
from serving.views.nominations import is_asked, nominate, team_of

router = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(signed_in)])


@router.get("/nominations")
def nominations(
    request: Request,
    asker: ForManagers,
    _purpose: ListPurpose,
    audit: Audit,
    then: Annotated[str, Query(alias="next")] = "/list",
) -> Response:
    """The asker's direct reports by name, without anything about them; once answered, on to the list."""
    with audit.release() as release:
        settings, scores = request.app.state.settings, release.scores.whole()
        require_briefed(scores.connection, asker, settings)
        published = informed(for_manager_or_hr(scores, asker, None), settings)
        if not is_asked(scores, published, asker, settings):
            return RedirectResponse(safe_next(then), 303)
        team = team_of(scores, published, str(asker.person))
        release.names([each.employee_id for each in team])
        return render(
            request, "nominations.html", published=published, team=team, most=MOST_NOMINATED, then=safe_next(then)
        )


@router.post("/nominations/{month}", dependencies=[Depends(checked_form)])
def answered(
    request: Request,
    month: Month,
    asker: ForManagers,
    _purpose: ListPurpose,
    audit: Audit,
    person: Annotated[list[str] | None, Form(max_length=100)] = None,
    skip: Annotated[bool, Form()] = False,
    then: Annotated[str, Form(alias="next")] = "/list",
) -> Response:
    """Store the answer, and go on to the list."""
    settings = request.app.state.settings
    with audit.change() as change:
        published = informed(for_manager_or_hr(change.scores, asker, month), settings)
        nominate(change, published, asker, person or [], skip, settings)
    return RedirectResponse(safe_next(then), 303)
