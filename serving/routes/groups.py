"""Figures of groups, and of services between departments: nobody is named, and no small group is shown."""

import hashlib
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from features.contract.vocabulary import CONTEXT, DRIVERS
from pipeline.identity.tokens import Identity, Role
from pipeline.store.published_scores import Published, PublishedScores
from serving.access.audit import Audit
from serving.access.permissions import ForHrAndScientists, PlanningPurpose
from serving.http.answers import CSV, TABLES, XLSX, AcceptHeader, Table, as_table, forms, preferred
from serving.http.problems import Refusal, responses
from serving.routes.people import current
from serving.schemas.groups import Group, GroupPage, ServicePage, ServicesBetween
from serving.schemas.risks import Range

router = APIRouter(prefix="/v1", tags=["groups"])

Dimension = Literal["department", "location", "level", "manager"]
GROUP_COLUMNS = [
    *("group", "people", "expected_exits", "low", "high", "is_suppressed"),
    *(f"{driver}_log_odds" for driver in (*DRIVERS, CONTEXT)),
]


@router.get(
    "/groups/{dimension}",
    summary="Head count, expected exits and drivers of each group",
    response_model=GroupPage,
    responses={**forms(CSV, XLSX), **responses(404, 406)},
)
def groups(
    request: Request,
    dimension: Annotated[Dimension, Path(description="a manager's group are the direct reports")],
    asker: ForHrAndScientists,
    _purpose: PlanningPurpose,
    audit: Audit,
    accept: AcceptHeader = "*/*",
) -> Response:
    """Groups under 5 are suppressed, and others from which such a group could be worked out.

    Data scientists get managers under names that say nothing, the same ones for the whole publication, in their order.
    """
    form = preferred(accept, TABLES)
    with audit.release() as release:
        published = current(release.scores)
        rows = _figures(release.scores, published, dimension)
        if dimension == "manager" and asker.role == Role.DATA_SCIENTIST:
            rows = _without_names(published, rows)
        answer = _page(published, dimension, rows)
        release.names(_managers(asker, dimension, rows))
        return as_table(request, form, answer, lambda: Table(dimension, GROUP_COLUMNS, map(_group_row, rows)))


@router.get(
    "/internal-services",
    summary="What each department asks of each other, and the risk that lies there",
    response_model=ServicePage,
    responses={**forms(CSV, XLSX), **responses(404, 406)},
)
def internal_services(
    request: Request, _asker: ForHrAndScientists, _purpose: PlanningPurpose, audit: Audit, accept: AcceptHeader = "*/*"
) -> Response:
    """A row for each client department and provider department with a service within the last 12 months.

    Suppressed where fewer than 5 people ask, or fewer than 5 answer.
    """
    form = preferred(accept, TABLES)
    with audit.release() as release:
        published = current(release.scores)
        answer = service_page(release.scores, published)
        columns = [name for name in ServicesBetween.model_fields if name != "kinds"]
        return as_table(
            request,
            form,
            answer,
            lambda: Table(
                "services", columns, (list(each.model_dump(include=set(columns)).values()) for each in answer.services)
            ),
        )


def group_page(scores: PublishedScores, published: Published, dimension: Dimension) -> GroupPage:
    """The groups of a dimension of a month. Raises 404 for a month without figures of groups."""
    return _page(published, dimension, _figures(scores, published, dimension))


def service_page(scores: PublishedScores, published: Published) -> ServicePage:
    """What departments ask of each other in a month."""
    rows = scores.service_figures(published)
    return ServicePage(
        snapshot_date=published.snapshot_date,
        model_version=published.model_version,
        horizon_months=published.horizon_months,
        services=[ServicesBetween(**row, is_suppressed=row["services"] is None) for row in rows],
    )


def _figures(scores: PublishedScores, published: Published, dimension: Dimension) -> list[dict[str, Any]]:
    rows = scores.group_figures(published, dimension)
    if not rows:
        raise Refusal(404, "no-groups", "This month was scored by an earlier version. Run `retention score` again.")
    return rows


def _page(published: Published, dimension: Dimension, rows: list[dict[str, Any]]) -> GroupPage:
    return GroupPage(
        snapshot_date=published.snapshot_date,
        model_version=published.model_version,
        horizon_months=published.horizon_months,
        dimension=dimension,
        groups=[_group(row) for row in rows],
    )


def _managers(asker: Identity, dimension: str, rows: list[dict[str, Any]]) -> list[str]:
    """Whom the answer names: managers, to those who may see an id."""
    if dimension != "manager" or asker.role == Role.DATA_SCIENTIST:
        return []
    return [row["value"] for row in rows if row["value"] is not None]


def _without_names(published: Published, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows under names that say nothing, in the order of these names: that of ids would tell who is who."""
    nameless = [row | {"value": _nameless(published, row["value"])} for row in rows]
    return sorted(nameless, key=lambda row: (row["value"] is None, row["value"]))


def _nameless(published: Published, manager_id: str | None) -> str | None:
    """The same for one manager in all answers about one publication; the store alone knows what it is made with."""
    if manager_id is None:
        return None
    return "team-" + hashlib.sha256(f"{published.content_hash}\n{manager_id}".encode()).hexdigest()[:12]


def _group(row: dict[str, Any]) -> Group:
    is_suppressed = row["people"] is None
    return Group(
        group=row["value"],
        is_suppressed=is_suppressed,
        people=row["people"],
        expected_exits=row["expected_exits"],
        range=None if is_suppressed else Range(low=row["low"], high=row["high"]),
        drivers=None if is_suppressed else {driver: row[f"{driver}_log_odds"] for driver in (*DRIVERS, CONTEXT)},
    )


def _group_row(row: dict[str, Any]) -> list[Any]:
    told = row | {"group": row["value"], "is_suppressed": row["people"] is None}
    return [told[name] for name in GROUP_COLUMNS]
