"""What is coming: exits and head count by group over the next months. Nobody is named."""

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from features.calendar import month_end
from pipeline.identity.scopes import Scope
from pipeline.identity.tokens import Role
from pipeline.language.translator import marked
from pipeline.outlook.report import HORIZONS
from serving.access.audit import Audit
from serving.access.halting import Shows
from serving.access.permissions import ForReadersOfTurnover, PlanningPurpose
from serving.pages import charts
from serving.pages.errors import PageRoute
from serving.pages.rendering import render
from serving.pages.session import signed_in
from serving.schemas.outlook import OutlookAnswer, OutlookBy, OutlookGroup
from serving.views.outlook import EVERYONE, outlook_of

router = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(signed_in)])

WAYS: Final[dict[OutlookBy, str]] = {
    "department": marked("Department"),
    "location": marked("Location"),
    "job": marked("Job"),
    "level": marked("Level"),
}


@router.get("/outlook")
def outlook(
    request: Request,
    asker: ForReadersOfTurnover,
    _purpose: PlanningPurpose,
    audit: Audit,
    by: OutlookBy | None = None,
    months: Annotated[int, Query(ge=min(HORIZONS), le=max(HORIZONS))] = 6,
) -> Response:
    """The page, first by a kind of which a group is shown. Raises 404 before the first `retention outlook`."""
    is_own = asker.has(Role.MANAGER) and not asker.has(Role.HR)
    with audit.release(Shows.GROUPS) as release:
        found = outlook_of(release.scores, asker)
        by = by or first_way(found, release.scores.scope)
        horizons = sorted({row.horizon_months for row in found.rows})
        months = min(horizons, key=lambda each: abs(each - months), default=months)
        rows = [row for row in found.rows if row.by == by and row.horizon_months == months]
        whole = [row for row in found.rows if row.by == EVERYONE and row.people is not None]
        return render(
            request,
            "outlook.html",
            found=found,
            whole=whole,
            now=next((row for row in whole if row.horizon_months == months), None),
            course=head_count(found),
            is_own=is_own,
            by=by,
            ways=WAYS,
            months=months,
            horizons=horizons,
            groups=_ordered(by, rows),
            most=max((row.high for row in rows if row.high is not None), default=1),
            has_other=any(row.other is not None for row in found.rows),
        )


def first_way(found: OutlookAnswer, scope: Scope | None) -> OutlookBy:
    """The first kind of groups of which one is shown; within a scope those that it names come first."""
    shown = {row.by for row in found.rows if row.people is not None}
    ways: tuple[OutlookBy, ...] = ("department", "location", "level")
    return next((way for way in sorted(ways, key=lambda way: not getattr(scope, way, ())) if way in shown), ways[0])


def head_count(found: OutlookAnswer) -> list[charts.Point]:
    """Everyone's head count now and at each horizon; empty where everyone is not shown."""
    rows = [row for row in found.rows if row.by == EVERYONE and row.people is not None]
    if not rows:
        return []
    start = charts.month(found.snapshot_date, float(rows[0].people or 0), rows[0].people, rows[0].people)
    return [start] + [
        charts.month(
            month_end(found.snapshot_date, row.horizon_months), row.head_count, row.head_count_low, row.head_count_high
        )
        for row in rows
    ]


def _ordered(by: str, rows: Sequence[OutlookGroup]) -> list[OutlookGroup]:
    """Levels in their own order, other groups by expected exits; suppressed ones come last."""
    if by == "level":
        return sorted(rows, key=lambda row: (row.group is None, len(row.group or ""), row.group))
    return sorted(rows, key=lambda row: (row.people is None, -(row.expected or 0)))
