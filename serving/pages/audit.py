"""Who looked at whom, when and why, for auditors."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from serving.access.audit import Audit
from serving.access.halting import Shows
from serving.access.permissions import ForAuditors, ReviewPurpose
from serving.http.answers import CSV, spreadsheet
from serving.pages.errors import PageRoute
from serving.pages.rendering import render
from serving.pages.session import signed_in
from serving.views.audit import audit_page, audit_table

router = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(signed_in)])

ROWS = 50
Text = Annotated[str, Query(max_length=200)]


@router.get("/audit")
def looks(
    request: Request,
    _asker: ForAuditors,
    _purpose: ReviewPurpose,
    audit: Audit,
    who: Text = "",
    whom: Text = "",
    role: Text = "",
    result: Text = "",
    cursor: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
    form: str = "",
) -> Response:
    """Newest first; the auditor's own access is recorded too."""
    filters = {"who": who, "whom": whom, "role": role, "result": result}
    equal = {name: value.replace("\x00", "").strip() or None for name, value in filters.items()}
    size = request.app.state.settings.page_limit if form == "csv" else ROWS
    with audit.release(Shows.RECORDS) as release:
        page = audit_page(release.scores, equal, None, None, cursor, size)
        release.names([equal["whom"]] if equal["whom"] else [])
        if form == "csv":
            headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
            return Response(spreadsheet(CSV, audit_table(page)), headers=headers, media_type=CSV)
        return render(request, "audit.html", page=page, filters=filters)
