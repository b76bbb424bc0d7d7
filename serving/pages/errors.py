"""Every problem as a page, in the words of the API, with what to do next."""

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
from pipeline.tracebacks import described
from serving.http.logs import LOG
from serving.http.problems import Refusal
from serving.pages.rendering import render
from serving.views.briefing import REQUIRED
from serving.views.nominations import NOT_ANSWERED

_KNOWN: Final = (HTTPException, RequestValidationError, SQLAlchemyError, BadInput)


class PageRoute(APIRoute):
    """A route whose errors are pages; an unhandled exception becomes one too, and is logged without its message."""

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
                raise Refusal(500, "fault", "Something went wrong on our side. No data was released.") from None

        return handled


def install(app: FastAPI) -> None:
    """Show the answers of the API's error handlers as pages, where a page was requested."""
    for kind in _KNOWN:
        app.add_exception_handler(kind, _as_page(app.exception_handlers[kind]))


def safe_next(wanted: str | None) -> str:
    """The address after signing in: a path of this server, else the start page."""
    is_ours = wanted is not None and wanted.startswith("/") and wanted.isprintable() and "\\" not in wanted
    return wanted if is_ours and wanted and not wanted.startswith("//") else "/"


def _as_page(handle: Any) -> Any:
    def handler(request: Request, error: Exception) -> Response:
        answer: Response = handle(request, error)
        if not isinstance(request.scope.get("route"), PageRoute) and not _is_unknown_page(request):
            return answer
        problem = json.loads(bytes(answer.body))
        kind = problem["type"].rpartition(":")[2]
        if kind == "signed-out":
            return _sign_in_first(request)
        if kind == "purpose-missing":
            return RedirectResponse(f"/purpose?next={quote(_wanted_page(request), safe='')}", 303)
        if kind == REQUIRED:
            return RedirectResponse(f"/briefing?next={quote(_wanted_page(request), safe='')}", 303)
        if kind == NOT_ANSWERED:
            return RedirectResponse(f"/nominations?next={quote(_wanted_page(request), safe='')}", 303)
        return render(
            request, "problem.html", problem["status"], problem=problem, kind=kind, back=_previous_page(request)
        )

    return handler


def _is_unknown_page(request: Request) -> bool:
    """Whether a browser asked for an address that is no page: browsers name HTML in `Accept`."""
    path = request.url.path
    is_ours = not path.startswith(("/v1/", "/health/", "/metrics", "/openapi.json"))
    return is_ours and "text/html" in request.headers.get("Accept", "")


def _sign_in_first(request: Request) -> Response:
    lost = "&lost=1" if request.method == "POST" else ""
    return RedirectResponse(f"/sign-in?next={quote(_wanted_page(request), safe='')}{lost}", 303)


def _wanted_page(request: Request) -> str:
    """The requested page; for a form, the page that contains it."""
    if request.method == "POST":
        return _previous_page(request)
    return safe_next(request.url.path + (f"?{request.url.query}" if request.url.query else ""))


def _previous_page(request: Request) -> str:
    parts = urlsplit(request.headers.get("Referer", ""))
    if parts.netloc != request.headers.get("Host", ""):
        return "/"
    path = parts.path.removesuffix("/what-if")  # that address accepts only its form, which is on the person's page
    return safe_next(path + (f"?{parts.query}" if parts.query else ""))
