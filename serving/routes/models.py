"""The models: the evaluation, promotion and card of each, read from the registry."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from serving.access.audit import Audit
from serving.access.permissions import ForModelReaders, ReviewPurpose
from serving.http.answers import HTML, JSON, AcceptHeader, forms, preferred
from serving.http.problems import responses
from serving.schemas.model_versions import ModelAnswer
from serving.views.models import model_response

router = APIRouter(prefix="/v1/models", tags=["models"])

MARKDOWN: Final = "text/markdown"
FORMS: Final = (JSON, HTML, MARKDOWN)
_ANSWERS: Final = responses(404, 406) | forms(HTML, MARKDOWN)

Version = Annotated[
    str, Path(pattern=r"^[1-9][0-9]{0,8}$", description="version number in the registry", examples=["4"])
]


@router.get(
    "/champion",
    summary="The champion, its evaluation, and its card",
    response_model=ModelAnswer,
    responses=_ANSWERS,
)
def champion(
    request: Request, _asker: ForModelReaders, _purpose: ReviewPurpose, audit: Audit, accept: AcceptHeader = JSON
) -> Response:
    """As JSON, or its card as HTML or Markdown by `Accept`. 404 while there is no champion."""
    return model_response(request, audit, None, preferred(accept, FORMS))


@router.get("/{version}", summary="A model version, and its card", response_model=ModelAnswer, responses=_ANSWERS)
def version(
    request: Request,
    version: Version,
    _asker: ForModelReaders,
    _purpose: ReviewPurpose,
    audit: Audit,
    accept: AcceptHeader = JSON,
) -> Response:
    """Metrics with intervals, baselines, fairness, gate conditions and promotions; or its card by `Accept`."""
    return model_response(request, audit, version, preferred(accept, FORMS))
