"""All pages, and the files they load."""

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import RedirectResponse, Response

from pipeline.language.translator import languages
from serving.http.problems import Refusal
from serving.pages import (
    audit,
    briefing,
    finding,
    groups,
    halts,
    model,
    my_list,
    nominations,
    organisation,
    outlook,
    overview,
    own,
    people,
    plans,
    representation,
    services,
    sign_in,
    turnover,
)
from serving.pages.errors import PageRoute, safe_next
from serving.pages.rendering import LANGUAGE_COOKIE, assets, menu_of
from serving.pages.session import session_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)

NO_ACCESS = "/me"
"""Where employees learn that this company gives them no access, and what to do instead."""

_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


def include(app: FastAPI) -> None:
    """Add the pages to the server."""
    app.include_router(router)
    for page in (
        sign_in,
        my_list,
        briefing,
        nominations,
        organisation,
        own,  # before people, whose addresses end with any id
        people,
        overview,
        groups,
        turnover,
        outlook,
        services,
        plans,
        finding,
        model,
        audit,
        representation,
        halts,
    ):
        app.include_router(page.router)


@router.get("/")
def start(request: Request) -> Response:
    """To the start page of the person who is signed in, or to the sign-in."""
    session = session_of(request)
    if session is None or session.asker is None:
        return RedirectResponse("/sign-in", 303)
    menu = menu_of(session.asker, request.app.state.settings)
    return RedirectResponse(menu[0][0] if menu else NO_ACCESS, 303)


@router.get("/language/{language}")
def choose_language(request: Request, language: str, back: str = "/") -> Response:
    """Store the chosen language in a cookie."""
    answer = RedirectResponse(safe_next(back), 303)
    if language in languages():
        secure = request.app.state.settings.cookie_secure
        answer.set_cookie(LANGUAGE_COOKIE, language, 31_536_000, secure=secure, httponly=True, samesite="lax")
    return answer


@router.get("/static/{tag}/{name}")
def asset(tag: str, name: str) -> Response:
    """A static file; its address changes with its content."""
    if name not in assets():
        raise Refusal(404, "not-found", "Nothing matches the given URI")
    kind = _TYPES.get(name.rpartition(".")[2], "application/octet-stream")
    return Response(assets()[name], headers={"Cache-Control": "public, max-age=31536000, immutable"}, media_type=kind)
