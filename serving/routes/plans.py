"""Plans: what a change for whole groups would cost, and how many exits it would avoid. Nobody is named."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from serving.access.audit import Audit
from serving.access.halting import Shows
from serving.access.permissions import ForHr, PlanningPurpose
from serving.http.answers import CSV, TABLES, XLSX, AcceptHeader, as_table, forms, preferred
from serving.http.json_body import JsonRoute
from serving.http.problems import responses
from serving.schemas.plans import PlanAnswer, PlanList, PlanName, PlanRequest
from serving.views.plan_answer import plan_table
from serving.views.plans import Planning, remove, save

router = APIRouter(route_class=JsonRoute, prefix="/v1", tags=["plans"])

Name = Annotated[PlanName, Path(description="the name under which the plan is saved", examples=["Raise in Sales"])]


@router.post(
    "/plans",
    summary="What a change for whole groups would cost and avoid",
    response_model=PlanAnswer,
    responses={**forms(CSV, XLSX), **responses(400, 404, 406, 409, 413)},
)
def plan(
    request: Request,
    asked: PlanRequest,
    _asker: ForHr,
    _purpose: PlanningPurpose,
    audit: Audit,
    accept: AcceptHeader = "*/*",
) -> Response:
    """Groups of fewer than 5 people are suppressed, and groups in which the change reaches fewer than 5; of people in
    several groups at once (`within`), fewer than 20.

    There are no levers for dismissals, and a pay cut is refused. The figures are an association until a trial has
    measured the change. With a `name` the plan is saved too.
    """
    form = preferred(accept, TABLES)
    planning: Planning = request.app.state.planning
    with audit.release(Shows.GROUPS) as release:
        answer = planning.answer(release.scores, asked)
    if asked.name is not None:
        save(audit, asked)
    return as_table(request, form, answer, lambda: plan_table([answer]))


@router.get(
    "/plans",
    summary="The saved plans, beside each other",
    response_model=PlanList,
    responses={**forms(CSV, XLSX), **responses(404, 406)},
)
def plans(
    request: Request, _asker: ForHr, _purpose: PlanningPurpose, audit: Audit, accept: AcceptHeader = "*/*"
) -> Response:
    """Each is computed from the current scores."""
    form = preferred(accept, TABLES)
    planning: Planning = request.app.state.planning
    with audit.release(Shows.GROUPS) as release:
        answer = planning.saved(release.scores)
        return as_table(request, form, answer, lambda: plan_table(answer.plans))


@router.get(
    "/plans/{name}",
    summary="A saved plan",
    response_model=PlanAnswer,
    responses={**forms(CSV, XLSX), **responses(404, 406)},
)
def saved_plan(
    request: Request, name: Name, _asker: ForHr, _purpose: PlanningPurpose, audit: Audit, accept: AcceptHeader = "*/*"
) -> Response:
    """Computed from the current scores."""
    form = preferred(accept, TABLES)
    planning: Planning = request.app.state.planning
    with audit.release(Shows.GROUPS) as release:
        answer = planning.saved(release.scores, name).plans[0]
        return as_table(request, form, answer, lambda: plan_table([answer]))


@router.delete("/plans/{name}", summary="Delete a saved plan", status_code=204, responses=responses(404))
def delete_plan(name: Name, _asker: ForHr, _purpose: PlanningPurpose, audit: Audit) -> Response:
    """Its figures were never saved."""
    remove(audit, name)
    return Response(status_code=204)
