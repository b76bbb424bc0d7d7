"""Figures of groups, and of services between departments: nobody is named, and no small group is shown."""

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from pipeline.identity.tokens import Identity, Role
from pipeline.store.reading import Published
from serving.access.audit import Audit
from serving.access.permissions import ForHrAndScientists, PlanningPurpose
from serving.http.answers import CSV, TABLES, XLSX, AcceptHeader, as_table, forms, preferred
from serving.http.problems import responses
from serving.schemas.groups import GroupPage, ServicePage
from serving.views.groups import Dimension, group_rows, group_table, page_of
from serving.views.months import current
from serving.views.services import service_page, service_table

router = APIRouter(prefix="/v1", tags=["groups"])


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
        rows = group_rows(release.scores, published, dimension)
        if dimension == "manager" and asker.role == Role.DATA_SCIENTIST:
            rows = _without_names(published, rows)
        answer = page_of(published, dimension, rows)
        release.names(_managers(asker, dimension, rows))
        return as_table(request, form, answer, lambda: group_table(dimension, rows))


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
        return as_table(request, form, answer, lambda: service_table(answer))


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
