"""Every problem as a page, in the words that the API has for it, with what to do next."""

import json
from collections.abc import Callable, Coroutine
from typing import Any, Final
from urllib.parse import quote, urlsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from features.errors import BadInput
from serving.http.logs import LOG, described
from serving.http.problems import Refusal
from serving.pages.rendering import render

_KNOWN: Final = (HTTPException, RequestValidationError, SQLAlchemyError, BadInput)


class PageRoute(APIRoute):
    """A route whose errors are pages; a fault of ours is told as one too, and logged without its message."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route, with faults turned into problems."""
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except _KNOWN:
                raise
            except Exception as fault:
                LOG.error("request %s: %s", request.state.request_id, described(fault))
                raise Refusal(500, "fault", "A fault on our side. Nothing was released.") from None

        return handled


def install(app: FastAPI) -> None:
    """Show what the API's handlers say of an error as a page, where a page was asked for."""
    for kind in _KNOWN:
        app.add_exception_handler(kind, _as_page(app.exception_handlers[kind]))


def safe_next(wanted: str | None) -> str:
    """Where to go after signing in: a path of this server, else the start."""
    is_ours = wanted is not None and wanted.startswith("/") and wanted.isprintable() and "\\" not in wanted
    return wanted if is_ours and wanted and not wanted.startswith("//") else "/"


def _as_page(handle: Any) -> Any:
    def handler(request: Request, error: Exception) -> Response:
        told: Response = handle(request, error)
        if not isinstance(request.scope.get("route"), PageRoute) and not _is_lost(request):
            return told
        problem = json.loads(bytes(told.body))
        kind = problem["type"].rpartition(":")[2]
        if kind == "signed-out":
            return _sign_in_first(request)
        if kind == "purpose-missing":
            return RedirectResponse(f"/purpose?next={quote(_came_for(request), safe='')}", 303)
        return render(request, "problem.html", problem["status"], problem=problem, kind=kind, back=_came_from(request))

    return handler


def _is_lost(request: Request) -> bool:
    """A person who typed an address that is none: a browser asks for HTML by name."""
    path = request.url.path
    is_ours = not path.startswith(("/v1/", "/health/", "/metrics", "/openapi.json"))
    return is_ours and "text/html" in request.headers.get("Accept", "")


def _sign_in_first(request: Request) -> Response:
    lost = "&lost=1" if request.method == "POST" else ""
    return RedirectResponse(f"/sign-in?next={quote(_came_for(request), safe='')}{lost}", 303)


def _came_for(request: Request) -> str:
    """The page that was asked for; of a form, the page that it stood on."""
    if request.method == "POST":
        return _came_from(request)
    return safe_next(request.url.path + (f"?{request.url.query}" if request.url.query else ""))


def _came_from(request: Request) -> str:
    parts = urlsplit(request.headers.get("Referer", ""))
    if parts.netloc != request.headers.get("Host", ""):
        return "/"
    path = parts.path.removesuffix("/what-if")  # that address answers its form alone; it is the person's page
    return safe_next(path + (f"?{parts.query}" if parts.query else ""))
