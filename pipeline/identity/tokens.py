"""The embedded issuer: signs short-lived tokens with a key under `var/keys`, made at the first start.

For a single machine. In production, use an OpenID Connect issuer instead.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from features.errors import BadInput, Finding, Refused
from pipeline.identity.keys import signing_key, subject_mark
from pipeline.identity.scopes import ALL, Scope
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
    REPRESENTATIVE = "representative"
    EMPLOYEE = "employee"


ADD_UP: Final = (Role.HR, Role.MANAGER, Role.EMPLOYEE)
"""The roles that one token may hold together. Anyone who checks the others (auditor, representative) does nothing else,
and a data scientist must see no id. An employee sees nobody else, so the role adds nothing to the other two."""

ABOUT_A_PERSON: Final = (Role.MANAGER, Role.EMPLOYEE)
"""The roles whose answers depend on who the holder is, so that a token with one of them must name a person."""


@dataclass(frozen=True)
class Identity:
    """The holder of a valid token; `person` is the employee_id, which a manager and an employee always have.

    `roles` has one role, or those of `ADD_UP` in that order. `scope` limits what role hr shows; None: the whole
    company. `expires_at` is when a token of the embedded issuer expires, in seconds since 1970; `token_id` is by what
    it is revoked.
    """

    subject: str
    roles: tuple[Role, ...]
    person: str | None
    expires_at: float = 0.0
    token_id: str | None = None
    scope: Scope | None = None

    def has(self, role: Role) -> bool:
        """Whether the holder has the role."""
        return role in self.roles


class InvalidToken(Exception):
    """The token has another issuer or audience, or is no longer valid; the text gives the reason, not its content."""


class NoRole(InvalidToken):
    """A valid token of a person who has no role here, or roles or a scope that cannot be granted."""


@dataclass(frozen=True)
class IssuedToken:
    """A token of the embedded issuer. `text` is the secret; the rest may be stored."""

    text: str
    id: str
    roles: tuple[Role, ...]
    subject_mark: str
    issued_at: datetime
    expires_at: datetime


def roles_together(names: Iterable[Any]) -> tuple[Role, ...]:
    """The roles of one token, in the order of `Role`. Raises BadInput for an unknown role, none, or an unsafe mix."""
    given = set(names)
    if not given or given - set(Role):
        raise BadInput(Finding("unknown role", "token", "role", remedy=f"Choose one of {', '.join(Role)}."))
    if len(given) > 1 and given - set(ADD_UP):
        remedy = f"Only {', '.join(ADD_UP[:-1])} and {ADD_UP[-1]} add up; give every other role a token of its own."
        raise BadInput(Finding("roles that must not be held together", "token", "role", remedy=remedy))
    return tuple(role for role in Role if role in given)


def issue_token(
    settings: Settings,
    role: Role | str | Sequence[str],
    person: str | None = None,
    lifetime: timedelta = LIFETIME,
    now: datetime | None = None,
    scope: Scope | None = None,
) -> str:
    """The text of a `new_token`."""
    return new_token(settings, role, person, lifetime, now, scope).text


def new_token(
    settings: Settings,
    role: Role | str | Sequence[str],
    person: str | None = None,
    lifetime: timedelta = LIFETIME,
    now: datetime | None = None,
    scope: Scope | None = None,
) -> IssuedToken:
    """A signed bearer token with one role or several. Raises BadInput for unknown roles, roles that must not be held
    together, a manager or an employee without a person, and a scope without role hr; Refused for an employee where the
    settings give employees no access.
    """
    roles = roles_together([role] if isinstance(role, str) else role)
    if nameless := [role for role in roles if role in ABOUT_A_PERSON and not person]:
        rule = f"role {nameless[0]} needs a person"
        raise BadInput(Finding(rule, "token", "person", remedy="Give the employee_id of the person whom it is for."))
    if Role.EMPLOYEE in roles and not settings.employee_access:
        remedy = "Set it to true where employees may see their own data here, else leave the role out."
        raise Refused(Finding("employees have no access", "environment", "RETENTION_EMPLOYEE_ACCESS", remedy=remedy))
    if scope and Role.HR not in roles:
        raise BadInput(Finding("only role hr has a scope", "token", "scope", remedy="Leave the scope out."))
    issued_at = now or datetime.now(UTC)
    expires_at = issued_at + lifetime
    subject = person or f"local-{roles[0]}"
    token_id = secrets.token_hex(8)
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": subject,
        "role": str(roles[0]) if len(roles) == 1 else list(roles),
        "iat": issued_at,
        "exp": expires_at,
        "jti": token_id,
    }
    claims |= ({"person": person} if person else {}) | ({"scope": scope.words} if scope else {})
    text = jwt.encode(claims, signing_key(settings), ALGORITHMS[0])
    return IssuedToken(text, token_id, roles, subject_mark(settings, subject), issued_at, expires_at)


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
    identity = held(claims["sub"], claims["role"], claims.get("person"), claims.get("scope", ALL))
    return replace(identity, expires_at=float(claims["exp"]), token_id=claims["jti"])


def held(subject: str, role: Any, person: Any, scope: Any) -> Identity:
    """The identity in claims of a token: a role or a list of roles, a person, and a scope. Raises NoRole."""
    names = role if isinstance(role, list) else [role]
    try:
        roles = roles_together(name if isinstance(name, str) else "" for name in names)
        limit = Scope.of_claim(scope) if Role.HR in roles else None
    except BadInput as wrong:
        raise NoRole(wrong.findings[0].rule) from None
    if not isinstance(person, str | None) or (not person and any(role in ABOUT_A_PERSON for role in roles)):
        raise NoRole("a token of a manager or an employee must name a person")
    return Identity(subject, roles, person, scope=limit)
