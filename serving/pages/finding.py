"""Finding a person by part of a name or id, for HR."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from features.contract.ids import MOST_CHARACTERS
from serving.access.audit import Audit
from serving.access.permissions import ForHr, Purpose
from serving.pages.errors import PageRoute
from serving.pages.rendering import render
from serving.pages.session import SessionPurpose, signed_in
from serving.schemas.people import PeopleFound
from serving.views.finding import FOUND, people_found
from serving.views.months import current

router = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(signed_in)])


@router.get("/find")
def find(
    request: Request,
    _asker: ForHr,
    purpose: SessionPurpose,
    audit: Audit,
    query: Annotated[str, Query(max_length=MOST_CHARACTERS)] = "",
) -> Response:
    """Those whose name or id has every word of the query. To answer people who ask about themselves, their receipts."""
    with audit.release() as release:
        published = current(release.scores)
        found = PeopleFound(people=[], is_more=False)
        if query.strip():
            found = people_found(release.scores, published, query, purpose, FOUND)
        release.names([person.employee_id for person in found.people])
        is_subject_request = purpose == Purpose.DATA_SUBJECT_REQUEST
        return render(
            request, "find.html", searched_for=query.strip(), found=found, is_subject_request=is_subject_request
        )
