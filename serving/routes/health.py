"""Live and ready: the only routes without a token. They say nothing of anybody."""

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from serving.schemas import Health

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live", summary="The process answers", response_model=Health)
async def live() -> Health:
    """Always 200 while the process lives."""
    return Health(status="live")


@router.get(
    "/ready",
    summary="The store answers and has this version's schema",
    response_model=Health,
    responses={503: {"model": Health, "description": "The store does not answer"}},
)
def ready(request: Request) -> Response:
    """200 or 503; recovers by itself."""
    is_ready = request.app.state.store.is_ready()
    return JSONResponse({"status": "ready" if is_ready else "not ready"}, 200 if is_ready else 503)
