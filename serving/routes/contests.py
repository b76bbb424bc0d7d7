"""Contested data, by the people themselves and by managers, for HR."""

from dataclasses import asdict

from fastapi import APIRouter, Request
from starlette.responses import Response

from pipeline.store.contests import contested
from serving.access.audit import Audit
from serving.access.halting import Shows
from serving.access.permissions import ForHr, SubjectPurpose
from serving.http.answers import as_json, forms
from serving.http.problems import responses
from serving.schemas.subject_rights import ContestedData, ContestedPage
from serving.views.months import current

router = APIRouter(prefix="/v1", tags=["people"])


@router.get(
    "/contests",
    summary="Whose data is contested",
    response_model=ContestedPage,
    responses={**forms(), **responses(404)},
)
def contests(request: Request, _asker: ForHr, _purpose: SubjectPurpose, audit: Audit) -> Response:
    """For everyone with a current score: their own contests, and managers' answers that the data is wrong or outdated.

    The receipt has what a person wrote. Corrections are made in the company's tables.
    """
    with audit.release(Shows.RECORDS) as release:
        published = current(release.scores)
        points = contested(release.scores, published)
        names = release.scores.directory(published.source).names(each.employee_id for each in points)
        release.names(sorted({each.employee_id for each in points}))
        answer = ContestedPage(
            contests=[ContestedData(**asdict(each), name=names.get(each.employee_id)) for each in points]
        )
        return as_json(request, answer)
