"""The session: a cookie signed with this server's key, and a token for its forms.

The cookie contains the asker, the time it expires, and the purpose; scripts cannot read it. Nothing is stored on the
server, so any worker can read it. Signing out deletes it from the browser; otherwise it expires, or ends with the key
that signs it or the token that started it.
"""

import hmac
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Annotated, Any, Final

from fastapi import Depends, Form, Request
from itsdangerous import BadData, URLSafeSerializer
from starlette.responses import Response

from pipeline.identity.keys import KeyFile, session_key, session_key_file
from pipeline.identity.scopes import Scope
from pipeline.identity.tokens import Identity, Role
from pipeline.language.translator import marked
from serving.access.audit import Audit
from serving.access.permissions import Purpose
from serving.http.logs import LOG
from serving.http.problems import Refusal
from serving.settings import ServerSettings

_SALT: Final = "retention page session 3"


@dataclass(frozen=True)
class Session:
    """One browser's sign-in; `asker` is None before it. `until` is in seconds of the epoch.

    `flow` holds what the return from the company's issuer is checked against (state, nonce, verifier), and next, the
    page to go to. `language` is the code that the directory gave for the asker at the sign-in.
    """

    id: str
    until: float
    asker: Identity | None = None
    purpose: str | None = None
    flow: dict[str, str] | None = None
    language: str | None = None

    @property
    def form_token(self) -> str:
        """The token in every form of this session. It cannot be derived without the cookie's content."""
        return hmac.digest(self.id.encode(), b"form", "sha256").hex()[:40]


def new_session(settings: ServerSettings, asker: Identity | None = None, ends: float = float("inf")) -> Session:
    """A new session, which ends after the settings' minutes, and no later than `ends`."""
    return Session(secrets.token_urlsafe(24), min(time.time() + 60 * settings.session_minutes, ends), asker)


def session_of(request: Request) -> Session | None:
    """The session of the request's cookie; None without one that is valid and has not expired."""
    signer = _signer(request)
    if signer is None:
        return None
    try:
        content = signer.loads(request.cookies.get(cookie_name(request.app.state.settings), ""))
        asker = content.pop("asker")
        who = _asker(**asker) if asker else None
        session = Session(asker=who, **content)
    except (BadData, TypeError, KeyError, ValueError):
        return None
    return session if session.until > time.time() else None


def save(request: Request, response: Response, session: Session) -> None:
    """Set the session's cookie in the browser. Raises 503 if the key of sessions is gone."""
    settings: ServerSettings = request.app.state.settings
    signer = _signer(request)
    if signer is None:
        detail = marked("The server's keys were deleted, so nobody can sign in. Restart the server; it makes new ones.")
        raise Refusal(503, "keys-missing", detail)
    response.set_cookie(
        cookie_name(settings),
        str(signer.dumps(asdict(session))),
        max_age=max(0, int(session.until - time.time())),
        path="/",
        secure=settings.cookie_secure,
        httponly=True,
        samesite="lax",  # strict would lose it on the way back from the company's issuer
    )


def forget(request: Request, response: Response) -> None:
    """Delete the session's cookie from the browser."""
    settings: ServerSettings = request.app.state.settings
    response.delete_cookie(
        cookie_name(settings), path="/", secure=settings.cookie_secure, httponly=True, samesite="lax"
    )


def cookie_name(settings: ServerSettings) -> str:
    """The cookie's name. Over https it has a prefix by which browsers accept it from this host only."""
    return "__Host-retention" if settings.cookie_secure else "retention"


def with_purpose(session: Session, purpose: Purpose) -> Session:
    """The same session with a purpose."""
    return replace(session, purpose=str(purpose))


async def signed_in(request: Request) -> None:
    """The first dependency of every page: gives the others the asker. Raises 401 without a session.

    A session ends when the token that started it is revoked.
    """
    session = session_of(request)
    if session is None or session.asker is None or await request.app.state.issuer.is_revoked(session.asker):
        raise Refusal(401, "signed-out", "You are not signed in, or your session has ended.")
    request.state.session = session
    request.state.asker = session.asker


async def checked_form(request: Request, form_token: Annotated[str, Form()] = "") -> None:
    """A dependency of every form. Raises 403 for a form that does not belong to this session."""
    session: Session | None = getattr(request.state, "session", None) or session_of(request)
    if session is None or not hmac.compare_digest(session.form_token.encode(), form_token.encode()):
        detail = marked(
            "This form belongs to an earlier sign-in, so nothing was sent. Go back, reload the page, and try again."
        )
        raise Refusal(403, "form-expired", detail)


async def purpose_of_session(request: Request, audit: Audit) -> Purpose:
    """The purpose stated in this session, which the audit records. Raises 403 before one is stated."""
    session: Session = request.state.session
    if session.purpose not in set(Purpose):
        raise Refusal(403, "purpose-missing", "State your purpose first.")
    audit.purpose = session.purpose
    return Purpose(str(session.purpose))


SessionPurpose = Annotated[Purpose, Depends(purpose_of_session)]
"""The purpose stated in this session."""


def session_key_of(settings: ServerSettings) -> KeyFile[bytes]:
    """The key of sessions, made now if there is none; it is not made again while the server runs.

    A server that cannot write under `RETENTION_VAR` has no pages to sign in to, and serves the API.
    """
    try:
        session_key(settings)
    except OSError:
        LOG.warning("no key of sessions can be made under RETENTION_VAR: nobody can sign in to the pages")
    return session_key_file(settings)


def _asker(
    subject: str,
    roles: Sequence[str],
    person: str | None,
    token_id: str | None,
    scope: Mapping[str, Sequence[str]] | None,
    **_: Any,
) -> Identity:
    limit = Scope(**{kind: tuple(values) for kind, values in scope.items()}) if scope else None
    return Identity(subject, tuple(map(Role, roles)), person, token_id=token_id, scope=limit)


def _signer(request: Request) -> URLSafeSerializer | None:
    """What signs cookies; None if a key that it needs is gone."""
    state = request.app.state
    secrets_now = (state.session_key.current(), state.issuer.session_secret())
    if None in secrets_now:
        return None
    return URLSafeSerializer(b"".join(secrets_now), _SALT)
