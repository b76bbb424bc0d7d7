"""Plans for HR: choose whole groups and a change, see what it would cost and avoid, save and compare."""

from typing import Annotated, Any, Final
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from pipeline.language.translator import marked
from pipeline.planning.ladders import LADDERS
from serving.access.audit import Audit
from serving.access.halting import Shows
from serving.access.permissions import ForHr, PlanningPurpose
from serving.http.answers import CSV, JSON, XLSX, spreadsheet
from serving.http.problems import Refusal
from serving.pages.errors import PageRoute
from serving.pages.rendering import render
from serving.pages.session import checked_form, signed_in
from serving.schemas.plans import PlanAnswer, PlanBy, PlanName, PlanRequest
from serving.views.groups import Dimension, group_rows, kinds_first
from serving.views.months import current
from serving.views.plan_answer import plan_table
from serving.views.plans import NO_LEVER, Planning, remove, save

router = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(signed_in)])

GROUPS: Final[dict[PlanBy, str]] = {
    "department": marked("Department"),
    "location": marked("Location"),
    "level": marked("Level"),
    "job": marked("Job"),
}
_PUBLISHED: Final[tuple[Dimension, ...]] = ("department", "location", "level")
"""Those that have published figures."""
WITHIN: Final[dict[str, PlanBy]] = {f"in_{name}": name for name in GROUPS}
"""Fields of the form: the group of each dimension in which people are too."""
LEVERS: Final = {
    "raise_percent": marked("Raise, in percent"),
    "pay_at_least_percent_of_market": marked("Pay at least, in percent of the market"),
    "promotion": marked("Promotion"),
    "overtime_hours_at_most": marked("Overtime at most, hours a month"),
    "remote_days_at_least": marked("Remote work at least, days a week"),
    "team_size_at_most": marked("Team of at most, people"),
    "service_rating_at_least": marked("Rating of services of at least, 1 to 5"),
    "provider_rating_at_least": marked("Rating of one department's services of at least, 1 to 5"),
}
PROVIDER: Final = marked("Services of the department")
FURTHER: Final = ("further_cost", "budget", "least_people", "provider")
WHY_NOT: Final = {
    "few_people": marked("too few people to show"),
    "few_reached": marked("the change reaches too few people to show"),
    "changed": marked("people were erased, or posts changed, since the scores were first published"),
}
_FORMS: Final = {"csv": CSV, "xlsx": XLSX, "json": JSON}
Text = Annotated[str, Query(max_length=200)]


@router.get("/plans")
def plans(
    request: Request,
    asker: ForHr,
    _purpose: PlanningPurpose,
    audit: Audit,
    by: Text = "",
    group: Text = "",
    form: Text = "",
) -> Response:
    """The plan of the form, if it has a lever, above the saved plans."""
    planning: Planning = request.app.state.planning
    by = by or kinds_first(asker.scope)[0]
    asked = _asked({**request.query_params, "by": by, "group": group})
    with audit.release(Shows.GROUPS) as release:
        plan = planning.answer(release.scores, asked) if asked else None
        saved = planning.saved(release.scores).plans
        if form in _FORMS:
            return _file(form, saved)
        published = current(release.scores)
        choices = {str(name): _names(group_rows(release.scores, published, name)) for name in _PUBLISHED}
        choices["job"] = planning.jobs(release.scores)
        given = {name: request.query_params.get(name, "") for name in (*LEVERS, *FURTHER, *WITHIN)}
        return render(
            request, "plans.html", plan=plan, saved=saved, published=published, given=given,
            by=by, group=group, choices=choices, dimensions=GROUPS, within=WITHIN, levers=LEVERS, ladders=LADDERS,
            why_not=WHY_NOT, provider=PROVIDER, pulled=_pulled,
        )  # fmt: skip


@router.post("/plans", dependencies=[Depends(checked_form)])
def save_plan(
    request: Request,
    _asker: ForHr,
    _purpose: PlanningPurpose,
    audit: Audit,
    name: Annotated[PlanName, Form()],
    query: Annotated[str, Form(max_length=2000)] = "",
    deletes: Annotated[bool, Form()] = False,
) -> Response:
    """Save the plan that is shown, or delete a saved one."""
    asked = None if deletes else _asked({**dict(parse_qsl(query)), "name": name})
    if asked is not None:
        save(audit, asked)
    elif deletes:
        remove(audit, name)
    else:
        raise Refusal(422, "no-lever", NO_LEVER)
    return RedirectResponse("/plans", 303)


def _asked(given: dict[str, str]) -> PlanRequest | None:
    """The plan of a form; None without a lever. Raises 422 for one that breaks a rule."""
    levers: dict[str, Any] = {name: given[name] for name in LEVERS if given.get(name, "").strip()}
    if not levers:
        return None
    further = {name: given[name] for name in (*FURTHER, "name") if given.get(name)}
    if "provider_rating_at_least" not in levers:
        further.pop("provider", None)
    by, _, group = given["group"].partition(":") if given.get("group") else (given.get("by", "department"), "", "")
    groups = {"groups": [group]} if group else {}
    within = {name: given[field] for field, name in WITHIN.items() if given.get(field) and name != by}
    try:
        return PlanRequest(by=by, levers=levers, within=within, **groups, **further)  # type: ignore[arg-type]
    except ValidationError:
        detail = marked(
            "A figure of the plan is not possible. A pay cut is none of the levers, and the rating of one department's "
            "services needs the department."
        )
        raise Refusal(422, "invalid-request", detail) from None


def _names(rows: list[dict[str, Any]]) -> list[str]:
    return [row["value"] for row in rows if row["value"] is not None]


def _pulled(plan: PlanAnswer) -> list[tuple[str, Any]]:
    """The levers of a plan with their values, after the groups in which people are too."""
    within: list[tuple[str, Any]] = [(GROUPS[name], group) for name, group in plan.asked.within.items()]
    given = plan.asked.levers.model_dump(exclude_defaults=True)
    if plan.asked.provider is not None:
        within.append((PROVIDER, plan.asked.provider))
    return within + [(LEVERS[name], value) for name, value in given.items()]


def _file(form: str, saved: list[PlanAnswer]) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="plans.{form}"'}
    if form == "json":
        text = "[" + ",".join(plan.model_dump_json() for plan in saved) + "]"
        return Response(text, headers=headers, media_type=JSON)
    return Response(spreadsheet(_FORMS[form], plan_table(saved)), headers=headers, media_type=_FORMS[form])
