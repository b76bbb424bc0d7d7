"""Who looked at whom, when and why."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import AfterValidator
from starlette.responses import Response

from serving.access.audit import Audit
from serving.access.halting import Shows
from serving.access.permissions import ForAuditors, ReviewPurpose
from serving.http.answers import CSV, TABLES, XLSX, AcceptHeader, as_table, forms, preferred
from serving.http.problems import responses
from serving.schemas.audit import AuditPage
from serving.schemas.parameters import OptionalText
from serving.views.audit import audit_page, audit_table

router = APIRouter(prefix="/v1", tags=["audit"])


def _in_calendar(moment: datetime) -> datetime:
    if not 1900 <= moment.year < 2200:
        raise ValueError("the year must be 1900 to 2199")  # at the ends of the calendar some zones have no UTC time
    return moment


Moment = Annotated[datetime, AfterValidator(_in_calendar), Query(description="with a time zone, else UTC")]


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
    cursor: Annotated[int | None, Query(ge=1, lt=2**31, description="`next_cursor` of the previous page")] = None,
    limit: Annotated[int, Query(ge=1)] = 100,
    accept: AcceptHeader = "*/*",
) -> Response:
    """Newest first. The auditor's own request is recorded too, with the person in `whom`, if given."""
    form = preferred(accept, TABLES)
    equal = {"who": who, "whom": whom, "role": role, "what": what, "result": result, "request_id": request_id}
    size = min(limit, request.app.state.settings.page_limit)
    with audit.release(Shows.RECORDS) as release:
        answer = audit_page(release.scores, equal, since, until, cursor, size)
        release.names([whom] if whom else [])
        return as_table(request, form, answer, lambda: audit_table(answer))
