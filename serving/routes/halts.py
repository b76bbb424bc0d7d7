"""The stop button."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from serving.access.audit import Audit
from serving.access.halting import Shows
from serving.access.permissions import ForHaltRoles, ReviewPurpose
from serving.http.answers import as_json, forms
from serving.http.json_body import JsonRoute
from serving.http.problems import responses
from serving.schemas.halts import HaltAnswer, HaltReason, Reason
from serving.views.halts import change_halt, halt_answer

router = APIRouter(route_class=JsonRoute, prefix="/v1", tags=["halt"])


@router.get(
    "/halt",
    summary="Whether the system is halted, since when and why",
    response_model=HaltAnswer,
    responses={**forms(), **responses()},
)
def state(request: Request, _asker: ForHaltRoles, _purpose: ReviewPurpose, audit: Audit) -> Response:
    """Of these roles, those that `RETENTION_HALT_ROLES` names; hr by default."""
    with audit.release(Shows.RECORDS) as release:
        return as_json(request, halt_answer(release.scores.connection))


@router.post("/halt", summary="Stop the system", response_model=HaltAnswer, responses=responses(400, 413))
def halt(request: Request, given: HaltReason, asker: ForHaltRoles, _purpose: ReviewPurpose, audit: Audit) -> Response:
    """Within a second, on all workers, nobody is scored, no person's score or list is shown and nothing is mailed.

    Other routes answer 503 with the type `urn:retention:problem:halted` and the reason. Figures of groups stay if
    `RETENTION_HALT_KEEPS_GROUPS` says so; the audit, the models, and a person's contest, objection and erasure stay.
    Halting again changes nothing. Of these roles, those that `RETENTION_HALT_ROLES` names.
    """
    return as_json(request, change_halt(audit, asker, "halted", given.reason))


@router.delete("/halt", summary="End the halt", response_model=HaltAnswer, responses=responses())
def resume(
    request: Request,
    asker: ForHaltRoles,
    _purpose: ReviewPurpose,
    audit: Audit,
    reason: Annotated[Reason | None, Query(description="stays on record; do not name people")] = None,
) -> Response:
    """Of these roles, those that `RETENTION_HALT_ROLES` names. Doing it again changes nothing."""
    return as_json(request, change_halt(audit, asker, "resumed", reason))
