"""A manager's own organisation as groups; nobody below the direct reports is shown alone."""

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from features.contract.vocabulary import CONTEXT, DRIVERS
from serving.access.audit import Audit
from serving.access.permissions import ForManagers, PlanningPurpose
from serving.pages.errors import PageRoute
from serving.pages.rendering import render
from serving.pages.session import signed_in
from serving.schemas.groups import Group
from serving.views.line import line_of
from serving.views.months import informed, newest

router = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(signed_in)])

MOST_PAIRS = 8


@router.get("/organisation")
def organisation(request: Request, asker: ForManagers, _purpose: PlanningPurpose, audit: Audit) -> Response:
    """Expected exits, drivers, services, and which of the managers below have answered."""
    settings = request.app.state.settings
    with audit.release() as release:
        published = informed(newest(release.scores), settings)
        line = line_of(release.scores, published, asker, settings)
        release.names([team.group for team in line.teams if team.group])
        shown = [group for group in (*line.departments, *line.teams) if group.range]
        return render(
            request,
            "organisation.html",
            line=line,
            has_range_of_chance=published.has_range_of_calibration,
            teams=sorted(line.teams, key=lambda team: (not team.is_own, team.manager_name or team.group or "")),
            most=max((group.range.high for group in shown if group.range), default=1.0),
            drivers=(*DRIVERS, CONTEXT),
            farthest=_farthest(line.total),
            pairs=sorted((pair for pair in line.services if pair.services), key=lambda pair: -(pair.services or 0))[
                :MOST_PAIRS
            ],
        )


def _farthest(group: Group) -> float:
    return max((abs(value) for value in (group.drivers or {}).values()), default=0.0) or 1.0
