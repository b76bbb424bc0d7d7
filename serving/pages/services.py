"""Services between departments, as a map. Each pair has a page with its services by kind and over time."""

from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from pipeline.language.translator import marked
from serving.access.audit import Audit
from serving.access.halting import Shows
from serving.access.permissions import ForHrAndScientists, PlanningPurpose
from serving.http.problems import Refusal
from serving.pages import charts
from serving.pages.errors import PageRoute
from serving.pages.rendering import render
from serving.pages.session import signed_in
from serving.schemas.groups import ServicesBetween
from serving.views.months import current
from serving.views.services import service_page

router = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(signed_in)])

FIGURES: Final = {
    "services": (marked("Services in 12 months"), 0),
    "rating": (marked("Rating, 1 to 5"), 2),
    "hours": (marked("Hours to the answer"), 1),
    "risk": (marked("Risk of those who ask"), 3),
}
KINDS: Final = {
    "information": marked("Information"),
    "reporting": marked("Reports"),
    "data": marked("Data"),
    "working_time": marked("Working time"),
    "resources": marked("Resources"),
    "other": marked("Other"),
}


@dataclass(frozen=True)
class KindOfService:
    """The services of one kind now and in the earliest month shown; None where not known."""

    kind: str
    services: int
    before: int | None


@router.get("/services")
def services(request: Request, _asker: ForHrAndScientists, _purpose: PlanningPurpose, audit: Audit) -> Response:
    """The map, and the pairs with the most risk."""
    with audit.release(Shows.GROUPS) as release:
        published = current(release.scores)
        pairs = service_page(release.scores, published).services
        clients = sorted({each.client_department for each in pairs})
        providers = sorted({each.provider_department for each in pairs})
        shown = [each for each in pairs if each.risk is not None and each.services]
        return render(
            request,
            "services.html",
            published=published,
            clients=clients,
            providers=providers,
            cells={(each.client_department, each.provider_department): each for each in pairs},
            shade=_shades(pairs),
            heaviest=sorted(shown, key=_weight, reverse=True)[:8],
        )


@router.get("/services/pair")
def pair(
    request: Request,
    _asker: ForHrAndScientists,
    _purpose: PlanningPurpose,
    audit: Audit,
    client: str = Query(max_length=300),
    provider: str = Query(max_length=300),
) -> Response:
    """One pair: now, in both directions, and over the published months."""
    with audit.release(Shows.GROUPS) as release:
        published = current(release.scores)
        course = []
        for head in release.scores.history(published.source)[-13:]:
            rows = service_page(release.scores, head).services
            course.append((head.snapshot_date, _one(rows, client, provider)))
        now = course[-1][1]
        if now is None:
            raise Refusal(404, "no-such-pair", "These departments exchange no services.")
        rows = service_page(release.scores, published).services
        lines = {
            name: [charts.month(day, getattr(row, name) if row else None) for day, row in course] for name in FIGURES
        }
        return render(
            request,
            "pair.html",
            published=published,
            now=now,
            back=_one(rows, provider, client),
            lines=lines,
            figures=FIGURES,
            kinds=_by_kind(now, course[0][1] if len(course) > 1 else None),
            kind_names=KINDS,
            since=course[0][0],
        )


def _by_kind(now: ServicesBetween, before: ServicesBetween | None) -> list[KindOfService]:
    """Services by kind, most first."""
    then = (before.kinds or {}) if before else {}
    return [KindOfService(kind, services, then.get(kind)) for kind, services in (now.kinds or {}).items()]


def _weight(each: ServicesBetween) -> float:
    """The risk that comes from the pair's services: the risk of those who ask, weighted by what relationships add."""
    return max(each.relationships_log_odds or 0.0, 0.0) * (each.risk or 0.0)


def _one(rows: list[ServicesBetween], client: str, provider: str) -> ServicesBetween | None:
    return next((row for row in rows if (row.client_department, row.provider_department) == (client, provider)), None)


def _shades(pairs: list[ServicesBetween]) -> dict[Any, int]:
    """From 1, the best rating on the map, to 5, the worst."""
    ratings = [each.rating for each in pairs if each.rating is not None]
    best, worst = max(ratings, default=5.0), min(ratings, default=1.0)
    return {
        (each.client_department, each.provider_department): 1 + round(4 * (best - each.rating) / ((best - worst) or 1))
        for each in pairs
        if each.rating is not None
    }
