"""Who looked at whom, when and why."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import AfterValidator
from sqlalchemy import ColumnElement
from starlette.responses import Response

from pipeline.store.audit import page
from pipeline.store.reading import PublishedScores
from pipeline.store.schema import AUDIT
from serving.access.audit import Audit
from serving.access.permissions import ForAuditors, ReviewPurpose
from serving.http.answers import CSV, TABLES, XLSX, AcceptHeader, Table, as_table, forms, preferred
from serving.http.problems import responses
from serving.schemas.audit import AuditPage, AuditRow
from serving.schemas.parameters import OptionalText

router = APIRouter(prefix="/v1", tags=["audit"])


def _of_our_time(moment: datetime) -> datetime:
    if not 1900 <= moment.year < 2200:
        raise ValueError("a year of 1900 to 2199")  # the ends of the calendar have no UTC in every zone
    return moment


Moment = Annotated[datetime, AfterValidator(_of_our_time), Query(description="with its zone, or in UTC")]


@router.get(
    "/audit",
    summary="Who looked at whom, when and why",
    response_model=AuditPage,
    responses={**forms(CSV, XLSX), **responses(406)},
)
def looks(
    request: Request,
    _asker: ForAuditors,
    _purpose: ReviewPurpose,
    audit: Audit,
    who: OptionalText = None,
    whom: OptionalText = None,
    role: OptionalText = None,
    what: OptionalText = None,
    result: OptionalText = None,
    request_id: OptionalText = None,
    since: Moment | None = None,
    until: Moment | None = None,
    cursor: Annotated[int | None, Query(ge=1, lt=2**31, description="`next_cursor` of the page before")] = None,
    limit: Annotated[int, Query(ge=1)] = 100,
    accept: AcceptHeader = "*/*",
) -> Response:
    """Newest first. The auditor's own look leaves a row too, about the person that was asked for, if one was."""
    form = preferred(accept, TABLES)
    equal = {"who": who, "whom": whom, "role": role, "what": what, "result": result, "request_id": request_id}
    size = min(limit, request.app.state.settings.page_limit)
    with audit.release() as release:
        answer = audit_page(release.scores, equal, since, until, cursor, size)
        release.names([whom] if whom else [])
        return as_table(request, form, answer, lambda: audit_table(answer))


def audit_page(
    scores: PublishedScores,
    equal: dict[str, str | None],
    since: datetime | None,
    until: datetime | None,
    cursor: int | None,
    size: int,
) -> AuditPage:
    """Up to `size` rows, newest first, whose columns are `equal`, before row `cursor`."""
    rows = page(scores.connection, [*_equal(equal), *_between(since, until)], cursor, size + 1)
    return AuditPage(
        rows=[AuditRow(**vars(row)) for row in rows[:size]],
        next_cursor=rows[size - 1].id if len(rows) > size else None,
    )


def audit_table(told: AuditPage) -> Table:
    """A page of the audit as rows."""
    return Table("audit", list(AuditRow.model_fields), _cells(told.rows))


def _equal(wanted: dict[str, str | None]) -> Iterator[ColumnElement[bool]]:
    return (AUDIT.c[name] == value for name, value in wanted.items() if value is not None)


def _between(since: datetime | None, until: datetime | None) -> Iterator[ColumnElement[bool]]:
    if since is not None:
        yield AUDIT.c.at >= since
    if until is not None:
        yield AUDIT.c.at < until


def _cells(rows: list[AuditRow]) -> Iterator[list[Any]]:
    for row in rows:
        told = vars(row) | {"at": row.at.isoformat()}
        yield [told[name] for name in AuditRow.model_fields]
