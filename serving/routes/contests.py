"""What people and managers say is wrong with the data, for HR to look at."""

from dataclasses import asdict

from fastapi import APIRouter, Request
from starlette.responses import Response

from pipeline.store.contests import contested
from serving.access.audit import Audit
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
    """Of everyone who is scored now: their own contests, and managers' answers that the data is wrong or outdated.

    What a person wrote is in the receipt. A correction is made in the company's tables.
    """
    with audit.release() as release:
        found = contested(release.scores.connection, current(release.scores))
        release.names(sorted({each.employee_id for each in found}))
        answer = ContestedPage(contests=[ContestedData(**asdict(each)) for each in found])
        return as_json(request, answer)
