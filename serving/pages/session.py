"""Who is signed in: a signed cookie, which only this server's key can make, and a token for each form.

The cookie holds who asks, until when, and for which purpose; the browser shows it to no script. Nothing is kept on the
server, so any worker can read it; signing out takes it from the browser, and it ends by itself.
"""

import hmac
import secrets
import time
from dataclasses import asdict, dataclass, replace
from typing import Annotated, Final

from fastapi import Depends, Form, Request
from itsdangerous import BadData, URLSafeSerializer
from starlette.responses import Response

from pipeline.identity.keys import session_key
from pipeline.identity.tokens import Identity, Role
from pipeline.language.translator import marked
from serving.access.audit import Audit
from serving.access.permissions import Purpose
from serving.http.problems import Refusal
from serving.settings import ServerSettings

_SALT: Final = "retention page session 1"


@dataclass(frozen=True)
class Session:
    """One browser's sign-in; `asker` is None before it. `until` is in seconds of the epoch.

    `flow` holds what the way to the company's issuer and back must match: state, nonce, verifier, next.
    """

    id: str
    until: float
    asker: Identity | None = None
    purpose: str | None = None
    flow: dict[str, str] | None = None

    @property
    def form_token(self) -> str:
        """What every form of this session carries: nobody without its cookie's content can know it."""
        return hmac.digest(self.id.encode(), b"form", "sha256").hex()[:40]


def begun(settings: ServerSettings, asker: Identity | None = None, ends: float = float("inf")) -> Session:
    """A new session, which ends after the settings' minutes, and no later than `ends`."""
    return Session(secrets.token_urlsafe(24), min(time.time() + 60 * settings.session_minutes, ends), asker)


def session_of(request: Request) -> Session | None:
    """The session of the request's cookie; None without one that is ours and still holds."""
    try:
        told = _signer(request).loads(request.cookies.get(cookie_name(request.app.state.settings), ""))
        asker = told.pop("asker")
        who = Identity(asker["subject"], Role(asker["role"]), asker["person"]) if asker else None
        found = Session(asker=who, **told)
    except (BadData, TypeError, KeyError, ValueError):
        return None
    return found if found.until > time.time() else None


def keep(request: Request, response: Response, session: Session) -> None:
    """Send the session to the browser."""
    settings: ServerSettings = request.app.state.settings
    response.set_cookie(
        cookie_name(settings),
        str(_signer(request).dumps(asdict(session))),
        max_age=max(0, int(session.until - time.time())),
        path="/",
        secure=settings.cookie_secure,
        httponly=True,
        samesite="lax",  # strict would lose it on the way back from the company's issuer
    )


def forget(request: Request, response: Response) -> None:
    """Take the session from the browser."""
    settings: ServerSettings = request.app.state.settings
    response.delete_cookie(
        cookie_name(settings), path="/", secure=settings.cookie_secure, httponly=True, samesite="lax"
    )


def cookie_name(settings: ServerSettings) -> str:
    """With the prefix by which browsers take it from this host alone, where cookies travel by https only."""
    return "__Host-retention" if settings.cookie_secure else "retention"


def with_purpose(session: Session, purpose: Purpose) -> Session:
    """The same session, for a purpose."""
    return replace(session, purpose=str(purpose))


async def signed_in(request: Request) -> None:
    """The first dependency of every page: says to the others who asks. Raises 401 without a session."""
    session = session_of(request)
    if session is None or session.asker is None:
        raise Refusal(401, "signed-out", "You are not signed in, or no longer.")
    request.state.session = session
    request.state.asker = session.asker


async def sound_form(request: Request, form_token: Annotated[str, Form()] = "") -> None:
    """A dependency of every form. Raises 403 for one that this session did not give out."""
    session: Session | None = getattr(request.state, "session", None) or session_of(request)
    if session is None or not hmac.compare_digest(session.form_token.encode(), form_token.encode()):
        detail = marked(
            "This form belongs to an earlier sign-in, so nothing was sent. Go back, reload the page, and try again."
        )
        raise Refusal(403, "form-expired", detail)


async def purpose_of_session(request: Request, audit: Audit) -> Purpose:
    """The purpose that was stated in this session, which the audit keeps. Raises 403 before one is."""
    session: Session = request.state.session
    if session.purpose not in set(Purpose):
        raise Refusal(403, "purpose-missing", "Say first what you need it for.")
    audit.purpose = session.purpose
    return Purpose(str(session.purpose))


SessionPurpose = Annotated[Purpose, Depends(purpose_of_session)]
"""The purpose that was stated for this session."""


def _signer(request: Request) -> URLSafeSerializer:
    state = request.app.state
    if not hasattr(state, "session_key"):
        state.session_key = session_key(state.settings)
    return URLSafeSerializer(state.session_key, _SALT)
