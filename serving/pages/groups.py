"""Where and why: expected exits by group, and their drivers. Nobody is named."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from features.contract.vocabulary import CONTEXT, DRIVERS
from pipeline.disclosure import LEAST_PEOPLE
from pipeline.store.reading import Published, PublishedScores, Total
from serving.access.audit import Audit
from serving.access.halting import Shows
from serving.access.permissions import ForHrAndScientists, PlanningPurpose
from serving.http.problems import Refusal
from serving.pages import charts
from serving.pages.errors import PageRoute
from serving.pages.rendering import render
from serving.pages.session import signed_in
from serving.schemas.groups import GroupPage
from serving.views.groups import Dimension, first_shown, group_page
from serving.views.months import current

router = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(signed_in)])

MONTHS: Final = 13
SHOWN: Final[tuple[Dimension, ...]] = ("department", "level", "location")


@dataclass(frozen=True)
class ChangedExits:
    """A group's expected exits in the previous month and now."""

    group: str | None
    before: float
    after: float


@router.get("/groups")
def groups(request: Request, _asker: ForHrAndScientists, _purpose: PlanningPurpose, audit: Audit) -> Response:
    """Expected exits and drivers by group. Raises 404 for fewer than five people."""
    with audit.release(Shows.GROUPS) as release:
        published = current(release.scores)
        if published.people < LEAST_PEOPLE:
            raise Refusal(404, "too-few", "Fewer than five people were scored, so no totals are shown.")
        before = release.scores.before(published)
        totals = release.scores.totals(published.source)[-MONTHS:]
        happened = request.app.state.outcomes.of(published.source).happened
        left_out = release.scores.count_not_informed(published)
        by_dimension = {dimension: _ordered(group_page(release.scores, published, dimension)) for dimension in SHOWN}
        first = first_shown(release.scores, published)
        return render(
            request,
            "groups.html",
            published=published,
            not_informed=left_out if left_out >= LEAST_PEOPLE else 0,
            is_scoped=release.scores.scope is not None,
            now=next((each for each in totals if each.snapshot_date == published.snapshot_date), None),
            course=[_point(each, happened) for each in totals],
            happened=happened,
            hindsight=sorted(release.scores.hindsight(published.source) & {each.snapshot_date for each in totals}),
            groups=by_dimension,
            most={name: _most(page) for name, page in by_dimension.items()},
            drivers=(*DRIVERS, CONTEXT),
            first=first.dimension,
            farthest=_farthest(first),
            changes=changed_exits(release.scores, before, first) if before else [],
            before=before,
        )


def _point(month: Total, happened: Mapping[str, float]) -> charts.Point:
    """The month's expected exits with their range, and the actual exits once they are known."""
    point = charts.month(month.snapshot_date, month.expected_exits, month.low, month.high)
    share = happened.get(point.label)
    return point if share is None else replace(point, beside=share * month.people)


def _ordered(page: GroupPage) -> GroupPage:
    """Levels in their own order, other groups by expected exits; suppressed groups come last."""
    if page.dimension == "level":
        return page
    return page.model_copy(update={"groups": sorted(page.groups, key=lambda group: -(group.expected_exits or 0))})


def _most(page: GroupPage) -> float:
    return max((group.range.high for group in page.groups if group.range), default=1.0)


def _farthest(page: GroupPage) -> float:
    """The largest mean contribution of a driver in either direction, the scale of all bars."""
    sizes = [abs(value) for group in page.groups if group.drivers for value in group.drivers.values()]
    return max(sizes, default=1.0)


def changed_exits(scores: PublishedScores, before: Published, now: GroupPage) -> list[ChangedExits]:
    """Up to six groups that are shown in both months, largest change in expected exits first."""
    try:
        then = {group.group: group.expected_exits for group in group_page(scores, before, now.dimension).groups}
    except Refusal:
        return []
    rows = [
        ChangedExits(group.group, earlier, group.expected_exits)
        for group in now.groups
        if group.expected_exits is not None and (earlier := then.get(group.group)) is not None
    ]
    return sorted(rows, key=lambda row: -abs(row.after - row.before))[:6]
