"""The briefing: read and confirmed before a manager's first list, and again after some months."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from serving.access.audit import Audit
from serving.access.halting import Shows
from serving.access.permissions import ForManagers, ListPurpose
from serving.http.problems import Refusal
from serving.pages.errors import PageRoute, safe_next
from serving.pages.rendering import language_of, render
from serving.pages.session import checked_form, signed_in
from serving.views.briefing import briefing_of, confirm_briefing

router = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(signed_in)])


@router.get("/briefing")
def briefing(
    request: Request,
    asker: ForManagers,
    _purpose: ListPurpose,
    audit: Audit,
    then: Annotated[str, Query(alias="next")] = "/list",
) -> Response:
    """What the list is, how to use it and what is forbidden, with the form that confirms it."""
    with audit.release(Shows.RECORDS) as release:
        settings = request.app.state.settings
        shown = briefing_of(release.scores.connection, asker, settings, language_of(request))
        return render(request, "briefing.html", briefing=shown, then=safe_next(then))


@router.post("/briefing", dependencies=[Depends(checked_form)])
def confirmed(
    asker: ForManagers,
    _purpose: ListPurpose,
    audit: Audit,
    has_read: Annotated[bool, Form()] = False,
    then: Annotated[str, Form(alias="next")] = "/list",
) -> Response:
    """Confirm, and go on to the page that was asked for."""
    if not has_read:
        raise Refusal(422, "not-read", "Tick the box to confirm that you have read the briefing and will follow it.")
    confirm_briefing(audit, asker)
    return RedirectResponse(safe_next(then), 303)
