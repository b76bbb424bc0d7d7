"""Signing in and out, and stating a purpose."""

import secrets
from dataclasses import replace
from typing import Annotated, Final

import jwt
from fastapi import APIRouter, Depends, Form, Request
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from features.errors import BadInput
from pipeline.identity.tokens import Identity, InvalidToken
from serving.access.audit import Audit
from serving.access.auth import counted_by_address
from serving.access.halting import Shows
from serving.access.issuers import IssuerUnavailable
from serving.access.permissions import ForHr, allowed
from serving.http.problems import Refusal
from serving.pages import openid
from serving.pages.errors import PageRoute, safe_next
from serving.pages.rendering import render
from serving.pages.session import (
    Session,
    checked_form,
    forget,
    new_session,
    save,
    session_of,
    signed_in,
    with_purpose,
)
from serving.settings import ServerSettings
from serving.views.asker import language_of_asker

router = APIRouter(route_class=PageRoute, include_in_schema=False)

CheckedForm = Depends(checked_form)
BACK: Final = "/sign-in/back"


@router.get("/sign-in", dependencies=[Depends(counted_by_address)])
def sign_in(request: Request, next: str = "/", lost: bool = False, wrong: str = "") -> Response:  # noqa: A002
    """The form for a token, or the link to the company's issuer."""
    settings: ServerSettings = request.app.state.settings
    session = session_of(request) or new_session(settings)
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
    save(request, page, session)
    return page


@router.post("/sign-in", dependencies=[CheckedForm, Depends(counted_by_address)])
async def sign_in_with_token(
    request: Request,
    token: Annotated[str, Form(max_length=8_000)] = "",
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> Response:
    """With a token of the embedded issuer. A new session starts, which prevents session fixation."""
    settings: ServerSettings = request.app.state.settings
    if settings.oidc_issuer:
        raise Refusal(403, "sign-in-refused", "Use the company's own sign-in.")
    token = token.strip()
    try:
        asker = await request.app.state.issuer.identify(token)
    except InvalidToken as reason:
        session = session_of(request)
        request.state.session = session
        values = {"next": safe_next(next), "lost": False, "wrong": str(reason), "has_openid": False, "has_token": True}
        return render(request, "sign_in.html", 401, **values)
    except IssuerUnavailable:
        raise Refusal(503, "issuer-unavailable", "Tokens cannot be checked now. Try again.") from None
    ends = float(jwt.decode(token, options={"verify_signature": False})["exp"])  # verified just above
    return await run_in_threadpool(_signed_in, request, asker, ends, next)


@router.get("/sign-in/openid", dependencies=[Depends(counted_by_address)])
async def sign_in_at_the_issuer(request: Request, next: str = "/") -> Response:  # noqa: A002
    """To the company's issuer."""
    settings: ServerSettings = request.app.state.settings
    if not openid.is_offered(settings):
        raise Refusal(404, "no-sign-in", "No company sign-in is set up here.")
    flow = {name: secrets.token_urlsafe(48) for name in ("state", "nonce", "verifier")} | {"next": safe_next(next)}
    address = await run_in_threadpool(openid.authorization_url, settings, _callback(settings), flow)
    answer = RedirectResponse(address, 303)
    save(request, answer, replace(new_session(settings), flow=flow))
    return answer


@router.get(BACK, dependencies=[Depends(counted_by_address)])
async def back_from_the_issuer(request: Request) -> Response:
    """The return from the company's issuer, with a code."""
    session = session_of(request)
    if session is None or session.flow is None:
        raise Refusal(400, "sign-in-failed", "This sign-in did not start here, or took too long. Start again.")
    settings = request.app.state.settings
    asker, ends = await openid.identify(request, settings, _callback(settings), session.flow)
    return await run_in_threadpool(_signed_in, request, asker, ends, session.flow["next"])


@router.post("/sign-out", dependencies=[CheckedForm])
def sign_out(request: Request) -> Response:
    """Delete the session from the browser."""
    answer = RedirectResponse("/sign-in", 303)
    forget(request, answer)
    return answer


@router.get("/purpose", dependencies=[Depends(signed_in)])
def purpose_form(request: Request, next: str = "/people") -> Response:  # noqa: A002
    """The form for stating a purpose."""
    return render(request, "purpose.html", next=safe_next(next))


@router.post("/purpose", dependencies=[Depends(signed_in), CheckedForm])
def state_purpose(
    request: Request,
    _asker: ForHr,
    audit: Audit,
    purpose: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/people",  # noqa: A002
) -> Response:
    """Store the purpose in the session. Any other purpose is refused with the reason."""
    session: Session = request.state.session
    stated = allowed(purpose, audit)
    with audit.release(Shows.RECORDS):
        answer = RedirectResponse(safe_next(next), 303)
        save(request, answer, with_purpose(session, stated))
        return answer


def _callback(settings: ServerSettings) -> str:
    """Where the issuer sends people back to: never an address that the request names."""
    return f"{settings.public_url}{BACK}"


def _signed_in(request: Request, asker: Identity, ends: float, wanted: str) -> Response:
    answer = RedirectResponse(safe_next(wanted), 303)
    session = new_session(request.app.state.settings, asker, ends)
    save(request, answer, replace(session, language=_own_language(request, asker)))
    return answer


def _own_language(request: Request, asker: Identity) -> str | None:
    """The language that the directory gives for the asker. Signing in does not depend on the store."""
    if asker.person is None:
        return None
    try:
        with request.app.state.store.reading() as scores:
            return language_of_asker(scores, asker)
    except (SQLAlchemyError, BadInput):
        return None
