"""The month at a glance: what happened, what is coming, where, why, what changed, and what was done."""

from datetime import date
from typing import Any, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from pipeline.disclosure import LEAST_PEOPLE
from pipeline.identity.scopes import Scope
from pipeline.identity.tokens import Identity, Role
from pipeline.language.wording import label_text
from pipeline.monitoring.alert_words import rule_text
from pipeline.monitoring.results import Alert
from pipeline.store.reading import Published, PublishedScores
from serving.access.audit import Audit
from serving.access.halting import Shows
from serving.access.permissions import ForHrAndScientists, PlanningPurpose
from serving.http.problems import Refusal
from serving.pages import charts
from serving.pages.errors import PageRoute
from serving.pages.groups import changed_exits
from serving.pages.outlook import first_way, head_count
from serving.pages.rendering import language_of, render
from serving.pages.representation import FINDINGS
from serving.pages.session import signed_in
from serving.schemas.groups import GroupPage
from serving.schemas.outlook import OutlookAnswer, OutlookGroup
from serving.schemas.turnover import TurnoverAnswer
from serving.views.groups import first_shown
from serving.views.months import current
from serving.views.outlook import outlook_of
from serving.views.overview import above_usual, driver_shares
from serving.views.representation import effect_of
from serving.views.turnover import EVERYONE, MANAGER, named_groups, turnover_of

router = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(signed_in)])

MONTHS_AHEAD: Final = 6
MOST_GROUPS: Final = 4
MOST_ALERTS: Final = 2
MONTHS_BACK: Final = 24


@router.get("/overview")
def overview(request: Request, asker: ForHrAndScientists, _purpose: PlanningPurpose, audit: Audit) -> Response:
    """Six parts, each with a link to its page. Raises 404 for fewer than five people."""
    with audit.release(Shows.GROUPS) as release:
        scores = release.scores
        published = current(scores)
        if published.people < LEAST_PEOPLE:
            raise Refusal(404, "too-few", "Fewer than five people were scored, so no totals are shown.")
        groups = first_shown(scores, published)
        measured = request.app.state.outcomes.of(published.source)
        return render(
            request,
            "overview.html",
            published=published,
            is_scoped=scores.scope is not None,
            names_lines=named_groups(scores.scope)[0] == MANAGER,
            by_department=groups.dimension == "department",
            **_happened(_turnover(scores, asker)),
            **_coming(_outlook(scores, asker), scores.scope),
            **_where(scores, published, groups),
            shares=driver_shares(groups),
            **_changed(scores, published, groups),
            alerts=_alerts(request, published, measured.alerts),
            done=request.app.state.recent_lists.of(scores, published) if asker.has(Role.HR) else None,
            sees_lists=asker.has(Role.HR),
            effect=effect_of(measured.effect),
            findings=FINDINGS,
        )


def _turnover(scores: PublishedScores, asker: Identity) -> TurnoverAnswer | None:
    """That of the company, or of the groups that a scope names: not of lines, which bear the ids of managers."""
    named, _ = named_groups(scores.scope)
    try:
        return turnover_of(scores, asker, (EVERYONE if named is None or named == MANAGER else named,))
    except Refusal:
        return None


def _outlook(scores: PublishedScores, asker: Identity) -> OutlookAnswer | None:
    try:
        return outlook_of(scores, asker)
    except Refusal:
        return None


def _happened(found: TurnoverAnswer | None) -> dict[str, Any]:
    """The company's voluntary turnover of twelve months, and its course; in a scope the highest of its named groups."""
    rows = [row for row in found.months if row.by == EVERYONE] if found else []
    course = [
        charts.month(date.fromisoformat(f"{row.month}-01"), rate.value, rate.low, rate.high)
        for row in rows
        if (rate := row.voluntary_rate_12m)
    ]
    whole = next((row for row in found.groups if row.by == EVERYONE), None) if found else None
    own = [row for row in found.groups if row.by != EVERYONE and row.voluntary_rate] if found else []
    own.sort(key=lambda row: -(row.voluntary_rate.value if row.voluntary_rate else 0))
    return {"turnover": found, "whole": whole, "course": course[-MONTHS_BACK:], "own_turnover": own[:MOST_GROUPS]}


def _coming(found: OutlookAnswer | None, scope: Scope | None) -> dict[str, Any]:
    """The company's exits and head count ahead; within a scope those of its groups."""
    rows = _ahead(found, EVERYONE) if found else []
    return {
        "outlook": found,
        "ahead": next(iter(rows), None),
        "head_count": head_count(found) if found else [],
        "own_ahead": _ahead(found, first_way(found, scope))[:MOST_GROUPS] if found and scope else [],
    }


def _ahead(found: OutlookAnswer, by: str) -> list[OutlookGroup]:
    """The groups of a kind that are shown, at the horizon nearest to `MONTHS_AHEAD`, most expected exits first."""
    rows = [row for row in found.rows if row.by == by and row.people is not None]
    nearest = min((row.horizon_months for row in rows), key=lambda months: abs(months - MONTHS_AHEAD), default=None)
    return sorted((row for row in rows if row.horizon_months == nearest), key=lambda row: -(row.expected or 0))


def _where(scores: PublishedScores, published: Published, groups: GroupPage) -> dict[str, Any]:
    """The groups with most exits above the usual number. Within a scope the company's mean is not shown."""
    total = next(
        (each for each in scores.totals(published.source) if each.snapshot_date == published.snapshot_date), None
    )
    rows = above_usual(groups, total.expected_exits / total.people) if total else []
    rows = [row for row in rows if row.above > 0][:MOST_GROUPS]
    return {
        "total": total,
        "where": rows,
        "farthest": max((abs(row.above) for row in rows), default=1.0) or 1.0,
        "hidden": sum(each.is_suppressed for each in groups.groups),
    }


def _changed(scores: PublishedScores, published: Published, groups: GroupPage) -> dict[str, Any]:
    """Groups since the month before, and what was left out of this month."""
    before = scores.before(published)
    check = scores.data_check(published)
    left_out = scores.count_not_informed(published)
    return {
        "before": before,
        "changes": changed_exits(scores, before, groups)[:MOST_GROUPS] if before else [],
        "not_informed": left_out if left_out >= LEAST_PEOPLE else 0,
        "rows_left_out": sum(each.rows for each in check.counts.warnings if each.leaves_out) if check else None,
    }


def _alerts(request: Request, published: Published, alerts: tuple[Alert, ...] | None) -> list[str] | None:
    """The alerts of the latest month in words; None where nothing was monitored."""
    if alerts is None:
        return None
    language = language_of(request)
    labels = {name: label_text(about, language) for name, about in published.about.items()}
    return [rule_text(alert, language, labels.get(alert.feature or "")) for alert in alerts]
