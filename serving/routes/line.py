"""A manager's own organisation as groups."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from serving.access.audit import Audit
from serving.access.permissions import ForManagers, PlanningPurpose
from serving.http.answers import as_json, forms
from serving.http.problems import responses
from serving.schemas.line import LineAnswer
from serving.views.line import line_of
from serving.views.months import informed, newest

router = APIRouter(prefix="/v1", tags=["groups"])


@router.get(
    "/groups/line",
    summary="Your organisation: expected exits, drivers, services, and who has answered",
    response_model=LineAnswer,
    responses={**forms(), **responses(404)},
)
def line(request: Request, asker: ForManagers, _purpose: PlanningPurpose, audit: Audit) -> Response:
    """The manager, and everyone who reports to them directly or through others, as groups of five people or more.

    Nobody below the direct reports is shown alone; the lists of managers below are counts.
    """
    settings = request.app.state.settings
    with audit.release() as release:
        published = informed(newest(release.scores), settings)
        answer = line_of(release.scores, published, asker, settings)
        release.names([team.group for team in answer.teams if team.group])
        return as_json(request, answer)
