"""What happened: who left, in which groups, when after the hire, and why. Nobody is named but managers, to HR."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from features.contract.vocabulary import CONTEXT, DRIVERS
from pipeline.identity.tokens import Role
from pipeline.language.translator import marked
from serving.access.audit import Audit
from serving.access.halting import Shows
from serving.access.permissions import ForReadersOfTurnover, PlanningPurpose
from serving.pages import charts
from serving.pages.errors import PageRoute
from serving.pages.rendering import render
from serving.pages.session import signed_in
from serving.schemas.turnover import HireCohort, TurnoverAnswer, TurnoverBy, TurnoverGroup
from serving.views.turnover import EVERYONE, MANAGER, named_groups, turnover_of

router = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(signed_in)])

WAYS: Final[dict[TurnoverBy, str]] = {
    "department": marked("Department"),
    "level": marked("Level"),
    "location": marked("Location"),
    "job": marked("Job"),
    "tenure": marked("Time in the company"),
    "cohort": marked("Year of hire"),
    "contract": marked("Contract"),
}
TENURES: Final = {
    "under 3 months": marked("under 3 months"),
    "3 to 12 months": marked("3 to 12 months"),
    "1 to 2 years": marked("1 to 2 years"),
    "2 to 5 years": marked("2 to 5 years"),
    "5 to 10 years": marked("5 to 10 years"),
    "10 years and more": marked("10 years and more"),
}
"""The bands of tenure (`pipeline.turnover.staff.episodes`); other groups have the names of the source."""
NOTES: Final = {
    "No published scores expected anything of these months; groups are compared with the year before.": marked(
        "No published scores expected anything of these months; groups are compared with the year before."
    ),
    "Neither exits.regrettable nor reviews: it is not known which exits the company regrets.": marked(
        "Neither exits.regrettable nor reviews: it is not known which exits the company regrets."
    ),
    "The source states no reasons of exits.": marked("The source states no reasons of exits."),
}
_ORDERED: Final = ("level", "tenure", "cohort")


@router.get("/turnover")
def turnover(
    request: Request,
    asker: ForReadersOfTurnover,
    _purpose: PlanningPurpose,
    audit: Audit,
    by: TurnoverBy | None = None,
) -> Response:
    """The page, by department unless a scope names another kind. Raises 404 before the first `retention turnover`."""
    is_own = asker.has(Role.MANAGER) and not asker.has(Role.HR)
    way: TurnoverBy = "manager" if is_own else by or named_groups(asker.scope)[0] or "department"
    names_managers = way == MANAGER and not is_own
    with audit.release(Shows.PEOPLE if names_managers else Shows.GROUPS) as release:
        found = turnover_of(release.scores, asker, (EVERYONE, way))
        release.names([row.group for row in found.groups if row.by == MANAGER and row.group])
        whole = _whole(found, is_own)
        groups = [] if is_own else _ordered(way, [row for row in found.groups if row.by == way])
        everyone = next((row for row in found.cohorts if row.cohort is None), None)
        return render(
            request,
            "turnover.html",
            found=found,
            whole=whole,
            is_own=is_own,
            course=_course(found, MANAGER if is_own else EVERYONE),
            by=way,
            ways=WAYS,
            tenures=TENURES,
            notes=NOTES,
            groups=groups,
            most=max((row.voluntary_rate.high for row in groups if row.voluntary_rate), default=1.0),
            losing=[row for row in groups if row.is_more_than_expected],
            everyone=everyone,
            expected_segments=found.scored_segments.expected if found.scored_segments else [],
            retained=_retained(everyone),
            cohorts=[row for row in found.cohorts if row.cohort is not None],
            most_reason=max((row.share for row in found.reasons), default=1.0),
            drivers=(*DRIVERS, CONTEXT),
            farthest=max((abs(row.leavers - row.everyone) for row in found.drivers), default=1.0) or 1.0,
        )


def _whole(found: TurnoverAnswer, is_own: bool) -> TurnoverGroup | None:
    """The company, or the manager's own line; None within a scope."""
    return next((row for row in found.groups if row.by == (MANAGER if is_own else EVERYONE)), None)


def _course(found: TurnoverAnswer, by: str) -> list[charts.Point]:
    """The voluntary rate of the twelve months up to each month, where it is shown."""
    rows = [row for row in found.months if row.by == by and row.voluntary_rate_12m]
    return [
        charts.month(date.fromisoformat(f"{row.month}-01"), rate.value, rate.low, rate.high)
        for row in rows
        if (rate := row.voluntary_rate_12m)
    ]


def _ordered(by: str, rows: Sequence[TurnoverGroup]) -> list[TurnoverGroup]:
    """Levels, tenure and cohorts in their own order, other groups by their rate; suppressed ones come last."""
    if by == "level":
        return sorted(rows, key=lambda row: (row.group is None, len(row.group or ""), row.group))
    if by == "tenure":
        return sorted(rows, key=lambda row: [*TENURES].index(row.group) if row.group in TENURES else len(TENURES))
    if by in _ORDERED:
        return sorted(rows, key=lambda row: row.group or "", reverse=True)
    return sorted(
        rows, key=lambda row: (row.people_end is None, -(row.voluntary_rate.value if row.voluntary_rate else -1))
    )


def _retained(everyone: HireCohort | None) -> list[charts.Point]:
    """The share still employed by months since the hire."""
    if everyone is None or not everyone.curve:
        return []
    points = [(0, 1.0), *((each.months, each.still_here) for each in everyone.curve)]
    return [charts.Point(str(months), share, at=float(months)) for months, share in points]
