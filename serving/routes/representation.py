"""What representatives see: how the model is used and checked."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from serving.access.audit import Audit
from serving.access.halting import Shows
from serving.access.permissions import ForRepresentatives, ReviewPurpose
from serving.http.answers import as_json, forms
from serving.http.language import asked_language
from serving.http.problems import responses
from serving.schemas.representation import Representation
from serving.views.months import newest
from serving.views.representation import Documents, representation

router = APIRouter(prefix="/v1", tags=["models"])


@router.get(
    "/representation",
    summary="For a works council or a data protection officer: how the model is used and checked",
    response_model=Representation,
    responses={**forms(), **responses(404)},
)
def represented(request: Request, _asker: ForRepresentatives, _purpose: ReviewPurpose, audit: Audit) -> Response:
    """What is read and refused, fairness with intervals, looks by role and month, alerts, the ledger, the effect of the
    lists, changes of settings. In the language of `Accept-Language`. It names no person and shows no group of fewer
    than ten.
    """
    settings = request.app.state.settings
    with audit.release(Shows.RECORDS) as release:
        published = newest(release.scores)
        documents = Documents(settings, published.source)
        answer = representation(release.scores, published, documents, settings, asked_language(request))
        return as_json(request, answer)
