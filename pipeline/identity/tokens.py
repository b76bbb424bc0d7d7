"""The embedded issuer: signs short-lived tokens with a key under `var/keys`, made at the first start.

For a single machine. In production, use an OpenID Connect issuer instead.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from features.errors import BadInput, Finding
from pipeline.identity.keys import signing_key, subject_mark
from pipeline.settings import Settings

ISSUER: Final = "urn:retention:embedded-issuer"
AUDIENCE: Final = "retention"
ALGORITHMS: Final = ["EdDSA"]
"""The only signature accepted; so neither `none` nor a public key used as a shared secret can pass."""
LIFETIME: Final = timedelta(hours=8)
"""A working day."""
_REQUIRED_CLAIMS: Final = ["exp", "iat", "iss", "aud", "sub", "role", "jti"]


class Role(StrEnum):
    """The role of a token's holder, which decides what they can see."""

    HR = "hr"
    MANAGER = "manager"
    DATA_SCIENTIST = "data_scientist"
    AUDITOR = "auditor"


@dataclass(frozen=True)
class Identity:
    """The holder of a valid token; `person` is the employee_id, which a manager always has.

    `expires_at` is when a token of the embedded issuer expires, in seconds since 1970; `token_id` is by what it is
    revoked.
    """

    subject: str
    role: Role
    person: str | None
    expires_at: float = 0.0
    token_id: str | None = None


class InvalidToken(Exception):
    """The token has another issuer or audience, or is no longer valid; the text gives the reason, not its content."""


@dataclass(frozen=True)
class IssuedToken:
    """A token of the embedded issuer. `text` is the secret; the rest may be stored."""

    text: str
    id: str
    role: Role
    subject_mark: str
    issued_at: datetime
    expires_at: datetime


def issue_token(
    settings: Settings,
    role: Role | str,
    person: str | None = None,
    lifetime: timedelta = LIFETIME,
    now: datetime | None = None,
) -> str:
    """The text of a `new_token`."""
    return new_token(settings, role, person, lifetime, now).text


def new_token(
    settings: Settings,
    role: Role | str,
    person: str | None = None,
    lifetime: timedelta = LIFETIME,
    now: datetime | None = None,
) -> IssuedToken:
    """A signed bearer token. Raises BadInput for an unknown role, or a manager without a person."""
    if role not in list(Role):
        raise BadInput(Finding("unknown role", "token", "role", remedy=f"Choose one of {', '.join(Role)}."))
    if role == Role.MANAGER and not person:
        raise BadInput(Finding("a manager needs a person", "token", "person", remedy="Give the manager's employee_id."))
    issued_at = now or datetime.now(UTC)
    expires_at = issued_at + lifetime
    subject = person or f"local-{role}"
    token_id = secrets.token_hex(8)
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": subject,
        "role": str(role),
        "iat": issued_at,
        "exp": expires_at,
        "jti": token_id,
    }
    text = jwt.encode(claims | ({"person": person} if person else {}), signing_key(settings), ALGORITHMS[0])
    return IssuedToken(text, token_id, Role(role), subject_mark(settings, subject), issued_at, expires_at)


def read_token(token: str, key: Ed25519PublicKey) -> Identity:
    """The identity in the token. Raises InvalidToken."""
    try:
        claims = jwt.decode(
            token, key, algorithms=ALGORITHMS, issuer=ISSUER, audience=AUDIENCE, options={"require": _REQUIRED_CLAIMS}
        )
    except jwt.ExpiredSignatureError:
        raise InvalidToken("the token has expired") from None
    except jwt.InvalidTokenError:
        raise InvalidToken("the token is not valid here") from None
    role, person = claims["role"], claims.get("person")
    if role not in list(Role) or not isinstance(person, str | None) or (role == Role.MANAGER and not person):
        raise InvalidToken("the token names no role that is known here, or a manager without a person")
    return Identity(claims["sub"], Role(role), person, float(claims["exp"]), claims["jti"])
