"""The stop button, for the roles that the settings name."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from pipeline.store.operations.halts import Event
from serving.access.audit import Audit
from serving.access.halting import Shows
from serving.access.permissions import ForHaltRoles, ReviewPurpose
from serving.http.problems import Refusal
from serving.pages.errors import PageRoute
from serving.pages.rendering import render
from serving.pages.session import checked_form, signed_in
from serving.views.halts import change_halt, halt_answer

router = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(signed_in)])


@router.get("/halt")
def stop_button(request: Request, _asker: ForHaltRoles, _purpose: ReviewPurpose, audit: Audit) -> Response:
    """The form that halts or resumes, and who did so before."""
    with audit.release(Shows.RECORDS) as release:
        return render(request, "halt.html", state=halt_answer(release.scores.connection))


@router.post("/halt", dependencies=[Depends(checked_form)])
def stop(
    asker: ForHaltRoles,
    _purpose: ReviewPurpose,
    audit: Audit,
    event: Annotated[Event, Form()],
    reason: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Halt, with a reason, or resume."""
    text = reason.replace("\x00", "").strip()
    if event == "halted" and not text:
        raise Refusal(422, "no-reason", "Write why the system is to stop; everyone who is stopped sees it.")
    change_halt(audit, asker, event, text or None)
    return RedirectResponse("/halt", 303)
