"""Signing in and out, and saying what for."""

import secrets
from dataclasses import replace
from typing import Annotated

import jwt
from fastapi import APIRouter, Depends, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from pipeline.identity.tokens import Identity, InvalidToken
from serving.access.audit import Audit
from serving.access.auth import counted_by_address
from serving.access.issuers import IssuerUnavailable
from serving.access.permissions import ForHr, allowed
from serving.http.problems import Refusal
from serving.pages import openid
from serving.pages.errors import PageRoute, safe_next
from serving.pages.rendering import render
from serving.pages.session import (
    Session,
    begun,
    forget,
    keep,
    session_of,
    signed_in,
    sound_form,
    with_purpose,
)
from serving.settings import ServerSettings

router = APIRouter(route_class=PageRoute, include_in_schema=False)

OnlyOurForm = Depends(sound_form)


@router.get("/sign-in")
def sign_in(request: Request, next: str = "/", lost: bool = False, wrong: str = "") -> Response:  # noqa: A002
    """The form, or the way to the company's issuer."""
    settings: ServerSettings = request.app.state.settings
    session = session_of(request) or begun(settings)
    request.state.session = session
    page = render(
        request,
        "sign_in.html",
        next=safe_next(next),
        lost=lost,
        wrong=wrong,
        has_openid=openid.is_offered(settings),
        has_token=not settings.oidc_issuer,
    )
    keep(request, page, session)
    return page


@router.post("/sign-in", dependencies=[OnlyOurForm, Depends(counted_by_address)])
async def sign_in_with_token(
    request: Request,
    token: Annotated[str, Form(max_length=8_000)] = "",
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> Response:
    """With a token of the embedded issuer. A new session begins, so none that was planted can go on."""
    settings: ServerSettings = request.app.state.settings
    if settings.oidc_issuer:
        raise Refusal(403, "sign-in-refused", "Sign in at the company's own sign-in.")
    token = token.strip()
    try:
        asker = await request.app.state.issuer.identify(token)
    except InvalidToken as reason:
        session = session_of(request)
        request.state.session = session
        told = {"next": safe_next(next), "lost": False, "wrong": str(reason), "has_openid": False, "has_token": True}
        return render(request, "sign_in.html", 401, **told)
    except IssuerUnavailable:
        raise Refusal(503, "issuer-unavailable", "Tokens cannot be checked now. Try again.") from None
    ends = float(jwt.decode(token, options={"verify_signature": False})["exp"])  # verified just above
    return _arrived(request, asker, ends, next)


@router.get("/sign-in/openid", dependencies=[Depends(counted_by_address)])
async def sign_in_at_the_issuer(request: Request, next: str = "/") -> Response:  # noqa: A002
    """Off to the company's issuer."""
    settings: ServerSettings = request.app.state.settings
    if not openid.is_offered(settings):
        raise Refusal(404, "no-sign-in", "No sign-in of the company is set up here.")
    flow = {name: secrets.token_urlsafe(48) for name in ("state", "nonce", "verifier")} | {"next": safe_next(next)}
    address = await run_in_threadpool(openid.way_there, settings, _callback(request), flow)
    answer = RedirectResponse(address, 303)
    keep(request, answer, replace(begun(settings), flow=flow))
    return answer


@router.get("/sign-in/back", dependencies=[Depends(counted_by_address)])
async def back_from_the_issuer(request: Request) -> Response:
    """Back from the company's issuer, with a code."""
    session = session_of(request)
    if session is None or session.flow is None:
        raise Refusal(400, "sign-in-failed", "This sign-in was not begun here, or took too long. Begin again.")
    settings = request.app.state.settings
    asker, ends = await openid.returned(request, settings, _callback(request), session.flow)
    return _arrived(request, asker, ends, session.flow["next"])


@router.post("/sign-out", dependencies=[OnlyOurForm])
def sign_out(request: Request) -> Response:
    """The browser forgets the session."""
    answer = RedirectResponse("/sign-in", 303)
    forget(request, answer)
    return answer


@router.get("/purpose", dependencies=[Depends(signed_in)])
def purpose_form(request: Request, next: str = "/people") -> Response:  # noqa: A002
    """What HR needs scores of people for."""
    return render(request, "purpose.html", next=safe_next(next))


@router.post("/purpose", dependencies=[Depends(signed_in), OnlyOurForm])
def state_purpose(
    request: Request,
    _asker: ForHr,
    audit: Audit,
    purpose: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/people",  # noqa: A002
) -> Response:
    """Keep it for this session. Refused with the reason for any purpose but ours."""
    session: Session = request.state.session
    stated = allowed(purpose, audit)
    with audit.release():
        answer = RedirectResponse(safe_next(next), 303)
        keep(request, answer, with_purpose(session, stated))
        return answer


def _callback(request: Request) -> str:
    return str(request.url_for("back_from_the_issuer"))


def _arrived(request: Request, asker: Identity, ends: float, wanted: str) -> Response:
    answer = RedirectResponse(safe_next(wanted), 303)
    keep(request, answer, begun(request.app.state.settings, asker, ends))
    return answer
