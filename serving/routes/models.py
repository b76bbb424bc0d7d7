"""The models: how each was judged. Read from the registry, so these routes alone need it."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from features.errors import BadInput, Unavailable
from pipeline.settings import Settings
from serving.answers import as_json
from serving.audit import Audit
from serving.permissions import ForModelReaders, ReviewPurpose
from serving.problems import Refusal, responses
from serving.schemas import ModelAnswer

router = APIRouter(prefix="/v1/models", tags=["models"])

Version = Annotated[str, Path(pattern=r"^[1-9][0-9]{0,8}$", description="of the registry", examples=["4"])]


@router.get(
    "/champion",
    summary="The model that scores, and how it was judged",
    response_model=ModelAnswer,
    responses=responses(404),
)
def champion(request: Request, _asker: ForModelReaders, _purpose: ReviewPurpose, audit: Audit) -> Response:
    """404 while no model has passed the gate."""
    return _told(request, audit, None)


@router.get("/{version}", summary="A model version", response_model=ModelAnswer, responses=responses(404))
def version(
    request: Request, version: Version, _asker: ForModelReaders, _purpose: ReviewPurpose, audit: Audit
) -> Response:
    """Metrics with intervals, baselines, fairness, what the gate said: the report of its training."""
    return _told(request, audit, version)


def _told(request: Request, audit: Audit, version: str | None) -> Response:
    told = model_answer(request.app.state.settings, version)
    with audit.release():
        return as_json(request, told)


def model_answer(settings: Settings, version: str | None) -> ModelAnswer:
    """A version, or the champion, with the report of its training. Raises 404, and 503 without a registry."""
    return ModelAnswer(**_described(settings, version))


def _described(settings: Settings, version: str | None) -> dict[str, Any]:
    from pipeline.registry import described  # MLflow takes seconds to import, and most servers are never asked for it

    try:
        return described(settings, version)
    except BadInput:
        raise Refusal(404, "no-such-model", "There is no such model version, or no champion yet.") from None
    except Unavailable:
        detail = "The model registry does not answer; scores are served all the same. Try again later."
        raise Refusal(503, "registry-unavailable", detail, {"Retry-After": "30"}) from None
