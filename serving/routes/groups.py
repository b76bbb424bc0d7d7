"""Figures of groups, and of services between departments. No employee is named, and no small group is shown."""

import hashlib
import hmac
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from pipeline.identity.keys import pseudonym_key
from pipeline.identity.tokens import Identity, Role
from pipeline.store.reading import Published
from serving.access.audit import Audit
from serving.access.halting import Shows
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
    dimension: Annotated[Dimension, Path(description="for `manager`, a group is a manager's direct reports")],
    asker: ForHrAndScientists,
    _purpose: PlanningPurpose,
    audit: Audit,
    accept: AcceptHeader = "*/*",
) -> Response:
    """Groups under 5 people are suppressed, as are others from which such a group could be derived.

    For data scientists, managers have pseudonyms that stay the same within a publication; rows are in their order.
    """
    form = preferred(accept, TABLES)
    names_managers = dimension == "manager" and not asker.has(Role.DATA_SCIENTIST)
    with audit.release(Shows.PEOPLE if names_managers else Shows.GROUPS) as release:
        published = current(release.scores)
        rows = group_rows(release.scores, published, dimension)
        if dimension == "manager" and asker.has(Role.DATA_SCIENTIST):
            rows = _with_pseudonyms(pseudonym_key(request.app.state.settings), published, rows)
        answer = page_of(published, dimension, rows)
        release.names(_managers(asker, dimension, rows))
        return as_table(request, form, answer, lambda: group_table(dimension, rows))


@router.get(
    "/internal-services",
    summary="Services between departments, and the risk of those who ask",
    response_model=ServicePage,
    responses={**forms(CSV, XLSX), **responses(404, 406)},
)
def internal_services(
    request: Request, _asker: ForHrAndScientists, _purpose: PlanningPurpose, audit: Audit, accept: AcceptHeader = "*/*"
) -> Response:
    """A row for each pair of client and provider department with a service within the last 12 months.

    A row is suppressed where fewer than 5 people ask, or fewer than 5 answer. Risk and log-odds are null where
    they would, with other pairs and groups, reveal fewer than 5.
    """
    form = preferred(accept, TABLES)
    with audit.release(Shows.GROUPS) as release:
        published = current(release.scores)
        answer = service_page(release.scores, published)
        return as_table(request, form, answer, lambda: service_table(answer))


def _managers(asker: Identity, dimension: str, rows: list[dict[str, Any]]) -> list[str]:
    """The people whom the answer names: managers, for a role that can see ids."""
    if dimension != "manager" or asker.has(Role.DATA_SCIENTIST):
        return []
    return [row["value"] for row in rows if row["value"] is not None]


def _with_pseudonyms(key: bytes, published: Published, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with pseudonyms, sorted by them: the order of the ids would reveal who is who."""
    renamed = [row | {"value": _pseudonym(key, published, row["value"])} for row in rows]
    return sorted(renamed, key=lambda row: (row["value"] is None, row["value"]))


def _pseudonym(key: bytes, published: Published, manager_id: str | None) -> str | None:
    """Stable within a publication; only who has the installation's key can work out that of an id."""
    if manager_id is None:
        return None
    text = f"{published.content_hash}\n{manager_id}".encode()
    return "team-" + hmac.digest(key, text, hashlib.sha256).hex()[:12]
