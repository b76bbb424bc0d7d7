"""How a person's score would differ after a change: an association, presented as one."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from serving.access.audit import Audit
from serving.access.permissions import ForHr, StatedPurpose
from serving.http.answers import as_json
from serving.http.json_body import JsonRoute
from serving.http.problems import responses
from serving.schemas.parameters import EmployeeId
from serving.schemas.what_if import LeversToPull, WhatIfForHr
from serving.views.months import current, informed
from serving.views.person import scored
from serving.views.what_if import what_if_for_hr

router = APIRouter(route_class=JsonRoute, prefix="/v1", tags=["people"])


@router.post(
    "/employees/{employee_id:path}/what-if",
    summary="How a person's score would differ after a change",
    response_model=WhatIfForHr,
    responses=responses(400, 404, 413),
)
def what_if(
    request: Request,
    employee_id: EmployeeId,
    levers: LeversToPull,
    _asker: ForHr,
    _purpose: StatedPurpose,
    audit: Audit,
) -> Response:
    """The risk before and after, factor by factor, from the model that made the published score.

    A lever changes every feature that the real change would affect; what is unknown about the person stays unknown.
    """
    with audit.release() as release:
        published = informed(current(release.scores), request.app.state.settings)
        _, factors = scored(release.scores, published, employee_id)
        state = request.app.state
        hides_answers = state.settings.surveys_confidential
        name = release.scores.directory(published.source).name(employee_id)
        answer = what_if_for_hr(
            state.champion, published, factors, levers, employee_id, hides_answers=hides_answers, name=name
        )
        release.names([employee_id])
        return as_json(request, answer)
