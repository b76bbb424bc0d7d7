"""What is coming: exits and head count."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from serving.access.audit import Audit
from serving.access.halting import Shows
from serving.access.permissions import ForReadersOfTurnover, PlanningPurpose
from serving.http.answers import CSV, TABLES, XLSX, AcceptHeader, Table, as_table, forms, preferred
from serving.http.problems import responses
from serving.schemas.outlook import OutlookAnswer, OutlookBy, OutlookGroup
from serving.views.outlook import outlook_of

router = APIRouter(prefix="/v1", tags=["groups"])

_COLUMNS = list(OutlookGroup.model_fields)


@router.get(
    "/outlook",
    summary="What is coming: exits and head count by group",
    response_model=OutlookAnswer,
    responses={**forms(CSV, XLSX), **responses(404, 406)},
)
def outlook(
    request: Request,
    asker: ForReadersOfTurnover,
    _purpose: PlanningPurpose,
    audit: Audit,
    by: Annotated[list[OutlookBy] | None, Query(description="may be repeated. Default: all")] = None,
    accept: AcceptHeader = "*/*",
) -> Response:
    """As published by `retention outlook` and `retention score`. Groups under 5 people are suppressed (for
    representatives, under 10). A manager sees the departments that lie wholly in the own line.

    CSV and XLSX have the rows of `rows`.
    """
    form = preferred(accept, TABLES)
    with audit.release(Shows.GROUPS) as release:
        answer = outlook_of(release.scores, asker, by)
        rows = ([getattr(row, name) for name in _COLUMNS] for row in answer.rows)
        return as_table(request, form, answer, lambda: Table("outlook", _COLUMNS, rows))
