"""Whose tokens are accepted: the embedded issuer's, or those of the company's OpenID Connect issuer, never both."""

import hashlib
import time
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from jwt.exceptions import PyJWKClientConnectionError, PyJWKClientError
from starlette.concurrency import run_in_threadpool

from pipeline.identity.keys import KeyFile, signing_key, verification_key
from pipeline.identity.scopes import ALL
from pipeline.identity.tokens import ADD_UP, Identity, InvalidToken, Role, held, read_token
from serving.access.shared_reading import SharedReading
from serving.settings import ServerSettings

KEYS_SECONDS: Final = 300
"""How long the issuer's keys are used before they are fetched again. A revoked key is accepted until then."""

COOLDOWN_SECONDS: Final = 10
"""The least time between two requests to the issuer for an unknown key. A new key may have to wait that long."""

REVOKED_SECONDS: Final = 1
"""How long the list of revoked tokens is used before the store is read again."""

MAX_REMEMBERED: Final = 1_000
"""The most accepted tokens of the embedded issuer that are held, by their hash."""

TIMEOUT_SECONDS: Final = 5
LEEWAY_SECONDS: Final = 30
"""By how much the issuer's clock may differ from ours."""

MAX_SUBJECT_LENGTH: Final = 200


class IssuerUnavailable(Exception):
    """The issuer's keys cannot be fetched, so no token can be checked."""


class Issuer(Protocol):
    """Identifies the holder of a token, and says whether a session that a token started may go on."""

    async def identify(self, token: str) -> Identity:
        """The token's holder. Raises InvalidToken, and IssuerUnavailable where the token cannot be checked."""

    async def is_revoked(self, holder: Identity) -> bool:
        """Whether the token that identified the holder was revoked."""

    def session_secret(self) -> bytes | None:
        """What the cookies of sessions are signed with besides the key of sessions; None ends all of them."""

    def close(self) -> None:
        """End what runs in the background."""


def issuer_of(settings: ServerSettings, revoked_ids: Callable[[], frozenset[str]]) -> Issuer:
    """The company's issuer if the settings name one; else the embedded one, whose key is created on the first start.

    `revoked_ids` reads the ids of the embedded issuer's revoked tokens.
    """
    if settings.oidc_issuer:
        return OpenIdConnect(settings)
    signing_key(settings)
    return Embedded(verification_key(settings), revoked_ids)


class Embedded:
    """The issuer of `retention token`. A token that was accepted is not checked again until the key changes.

    The key is the one that its file holds now, and revoked tokens are read from the store every `REVOKED_SECONDS`.
    """

    def __init__(self, key: KeyFile[Ed25519PublicKey], revoked_ids: Callable[[], frozenset[str]]) -> None:
        self._key = key
        self._revoked = SharedReading(revoked_ids, REVOKED_SECONDS)
        self._accepted: dict[bytes, Identity] = {}
        self._accepted_by: Ed25519PublicKey | None = None

    async def identify(self, token: str) -> Identity:
        """The token's holder. Raises InvalidToken, and the store's error where revoked tokens cannot be read."""
        identity = self._checked(token)
        if await self.is_revoked(identity):
            raise InvalidToken("it was revoked")
        return identity

    async def is_revoked(self, holder: Identity) -> bool:
        """Whether the holder's token was revoked, as known about a second ago. Raises the store's error."""
        return holder.token_id in await self._revoked.value()

    def session_secret(self) -> bytes | None:
        """The public key, so that deleting the issuer's key ends the sessions of its tokens too."""
        key = self._key.current()
        return key.public_bytes_raw() if key else None

    def close(self) -> None:
        """End the reading of revoked tokens."""
        self._revoked.close()

    def _checked(self, token: str) -> Identity:
        key = self._key.current()
        if key is None:
            raise InvalidToken("this server has no key to check it with")
        if key is not self._accepted_by:
            self._accepted, self._accepted_by = {}, key
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        accepted = self._accepted.get(digest)
        if accepted is None or accepted.expires_at <= time.time():
            accepted = read_token(token, key)
            if len(self._accepted) >= MAX_REMEMBERED:
                self._accepted.clear()
            self._accepted[digest] = accepted
        return accepted


class OpenIdConnect:
    """An issuer that publishes its keys as a JWK set. The key determines the algorithm, not the token's header."""

    def __init__(self, settings: ServerSettings, audience: str = "") -> None:
        self._settings = settings
        self._audience = audience or settings.oidc_audience
        self._keys = jwt.PyJWKClient(
            settings.oidc_jwks_url,
            lifespan=KEYS_SECONDS,
            timeout=TIMEOUT_SECONDS,
            cooldown_duration=COOLDOWN_SECONDS,
        )
        self._failed_at = -float("inf")

    async def identify(self, token: str) -> Identity:
        """The token's holder. Raises InvalidToken or IssuerUnavailable."""
        key_id = _key_id(token)
        key = self._known(key_id)
        if key is None:
            key = await run_in_threadpool(self._fetched, key_id)
        return self._identity(self._claims(token, key))

    async def is_revoked(self, holder: Identity) -> bool:
        """Never: the company's tokens are short-lived, and its issuer alone can refuse the next one."""
        return False

    def session_secret(self) -> bytes | None:
        """Nothing: the issuer's keys change without ending sessions."""
        return b""

    def close(self) -> None:
        """Nothing runs in the background."""

    def _known(self, key_id: str) -> jwt.PyJWK | None:
        cache = self._keys.jwk_set_cache
        cached = cache.get() if cache else None
        return self._keys.match_kid(_signing(cached), key_id) if cached else None

    def _fetched(self, key_id: str) -> jwt.PyJWK:
        # While the issuer is down, requests must not wait for one another's time-outs.
        if time.monotonic() - self._failed_at < TIMEOUT_SECONDS:
            raise IssuerUnavailable
        try:
            return self._keys.get_signing_key(key_id)
        except PyJWKClientConnectionError:
            self._failed_at = time.monotonic()
            raise IssuerUnavailable from None
        except (PyJWKClientError, jwt.PyJWKError, jwt.PyJWKSetError, ValueError):
            raise InvalidToken("the token is signed with a key that its issuer does not publish") from None

    def _claims(self, token: str, key: jwt.PyJWK) -> dict[str, Any]:
        try:
            return jwt.decode(
                token,
                key,
                algorithms=list(self._settings.oidc_algorithms),
                issuer=self._settings.oidc_issuer,
                audience=self._audience,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "iss", "aud", "sub"], "enforce_minimum_key_length": True},
            )
        except jwt.ExpiredSignatureError:
            raise InvalidToken("the token has expired") from None
        except jwt.InvalidTokenError:
            raise InvalidToken("the token is not valid here") from None

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        named = self._settings.oidc_hr_scope_claim
        return held(
            claims["sub"][:MAX_SUBJECT_LENGTH].replace("\x00", "�"),
            self._roles(_claim(claims, self._settings.oidc_role_claim)),
            _claim(claims, self._settings.oidc_person_claim),
            _claim(claims, named) if named else ALL,
        )

    def _roles(self, claim: Any) -> list[Role]:
        """The roles that a claim names; other words in it, such as groups of other systems, are no roles.

        A company may give role employee to everyone. So it gives way to a role that must be held alone, and to any
        other role where employees have no access.
        """
        names = claim if isinstance(claim, list) else [claim]
        known = self._settings.oidc_roles or {str(role): role for role in Role}
        roles = [known[name] for name in names if isinstance(name, str) and name in known]
        others: list[Role] = [role for role in roles if role != Role.EMPLOYEE]
        if others and (set(others) - set(ADD_UP) or not self._settings.employee_access):
            return others
        return roles


def _key_id(token: str) -> str:
    try:
        key_id = jwt.get_unverified_header(token).get("kid")
    except jwt.InvalidTokenError:
        raise InvalidToken("the token is not valid here") from None
    if not isinstance(key_id, str):
        raise InvalidToken("the token does not name its key")
    return key_id


def _signing(keys: jwt.PyJWKSet) -> list[jwt.PyJWK]:
    return [key for key in keys.keys if key.public_key_use in ("sig", None) and key.key_id]


def _claim(claims: Mapping[str, Any], name: str) -> Any:
    """A claim by its name; if no claim has that name, its dots lead into nested claims."""
    if name in claims or "." not in name:
        return claims.get(name)
    value: Any = claims
    for step in name.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value
