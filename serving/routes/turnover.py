"""What happened: turnover."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from pipeline.identity.tokens import Role
from serving.access.audit import Audit
from serving.access.halting import Shows
from serving.access.permissions import ForReadersOfTurnover, PlanningPurpose
from serving.http.answers import CSV, TABLES, XLSX, AcceptHeader, Table, as_table, forms, preferred
from serving.http.problems import responses
from serving.schemas.turnover import TurnoverAnswer, TurnoverBy, TurnoverMonth
from serving.views.turnover import DEFAULT_BY, MANAGER, turnover_of

router = APIRouter(prefix="/v1", tags=["groups"])

MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"


@router.get(
    "/turnover",
    summary="What happened: exits by kind, month and group",
    response_model=TurnoverAnswer,
    responses={**forms(CSV, XLSX), **responses(404, 406)},
)
def turnover(
    request: Request,
    asker: ForReadersOfTurnover,
    _purpose: PlanningPurpose,
    audit: Audit,
    by: Annotated[
        list[TurnoverBy] | None,
        Query(description="may be repeated; `manager` is everyone below a manager. Default: everyone and department"),
    ] = None,
    first: Annotated[str | None, Query(alias="from", pattern=MONTH, description="first month, YYYY-MM")] = None,
    last: Annotated[str | None, Query(alias="to", pattern=MONTH, description="last month, YYYY-MM")] = None,
    accept: AcceptHeader = "*/*",
) -> Response:
    """As published by `retention turnover` and `retention score`. How people left is null where it would reveal it of
    fewer than three; groups under 5 people are suppressed (for representatives, under 10). A manager sees the own line.

    CSV and XLSX have the rows of `months`.
    """
    form = preferred(accept, TABLES)
    names_managers = asker.has(Role.HR) and by is not None and MANAGER in by
    with audit.release(Shows.PEOPLE if names_managers else Shows.GROUPS) as release:
        answer = turnover_of(release.scores, asker, by or DEFAULT_BY, first, last)
        release.names([row.group for row in answer.groups if row.by == MANAGER and row.group])
        return as_table(request, form, answer, lambda: Table("turnover", _COLUMNS, map(_cells, answer.months)))


_PLAIN = [name for name in TurnoverMonth.model_fields if name != "voluntary_rate_12m"]
_COLUMNS = [*_PLAIN, *(f"voluntary_rate_12m{part}" for part in ("", "_low", "_high"))]


def _cells(row: TurnoverMonth) -> list[str | int | float | None]:
    rate = row.voluntary_rate_12m
    return [*(getattr(row, name) for name in _PLAIN), *((rate.value, rate.low, rate.high) if rate else [None] * 3)]
