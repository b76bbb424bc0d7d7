"""Live, ready and the counters: the only routes without a token. They contain no personal data."""

from typing import Final, Literal

from fastapi import APIRouter, Depends, Request
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, Response

from pipeline.store.store import Store
from serving.access.auth import counted_probe
from serving.http.metrics import CONTENT_TYPE
from serving.http.problems import MEDIA_TYPE, Refusal
from serving.schemas.health import Health

router = APIRouter(tags=["health"], dependencies=[Depends(counted_probe)])

PROBED_SECONDS: Final = 1
"""How long the answer of a probe is given to all who ask."""

PATIENCE_SECONDS: Final = 1.5
"""How long a request waits for a probe before it reports that the store does not answer."""

_LOCAL: Final = ("127.0.0.1", "::1")


@router.get("/health/live", summary="Whether the process is running", response_model=Health)
async def live() -> Health:
    """Always 200 while the process runs."""
    return Health(status="live")


@router.get(
    "/health/ready",
    summary="Whether the store answers and has this version's schema",
    response_model=Health,
    responses={503: {"model": Health, "description": "The store does not answer"}},
)
async def ready(request: Request) -> Response:
    """200 or 503, within two seconds. Returns to 200 when the store is back.

    The status is `halted`, with 200, while the system is halted: the server still answers, and says why.

    One probe at a time asks the store, on a thread and a connection of its own; its answer holds for a second.
    """
    try:
        state = await request.app.state.readiness.value(PATIENCE_SECONDS)
    except TimeoutError:
        state = "not ready"
    return JSONResponse({"status": state}, 503 if state == "not ready" else 200)


def state_of(store: Store) -> Literal["ready", "halted", "not ready"]:
    """Whether the store answers and accepts writes, and whether the system is halted."""
    if not store.is_ready():
        return "not ready"
    try:
        return "halted" if store.current_halt() else "ready"
    except SQLAlchemyError:
        return "not ready"


@router.get(
    "/metrics",
    summary="Counters for Prometheus",
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Prometheus' text format"},
        404: {
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            "description": "Not available to this client",
        },
    },
)
def metrics(request: Request) -> Response:
    """For clients on this machine, unless `RETENTION_METRICS` is `open` or `closed`. The inner port always has it."""
    setting = request.app.state.settings.metrics
    is_local = request.client is not None and request.client.host in _LOCAL
    if setting == "closed" or (setting == "local" and not is_local):
        raise Refusal(404, "not-found", "Nothing matches the given URI")
    return Response(request.app.state.metrics.text(), media_type=CONTENT_TYPE)
