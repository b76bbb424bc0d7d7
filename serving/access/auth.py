"""Authentication: a bearer token of the issuer, or 401; and the rate limit, or 429."""

from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials

from pipeline.identity.tokens import Identity, InvalidToken
from pipeline.language.translator import marked
from serving.access.issuers import IssuerUnavailable
from serving.access.rates import Rates
from serving.http.problems import Refusal

_REALM: Final = 'Bearer realm="retention"'
_BEARER: Final = HTTPBearer(
    auto_error=False,
    bearerFormat="JWT",
    description="A token from the company's issuer, or from `retention token --role ROLE [--person ID]`.",
)


async def authenticated(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
) -> Identity:
    """The identity that the request's token proves. Raises 401, with how to authenticate.

    Raises 429 for too many requests, counted by subject with an accepted token and by address without one.
    """
    try:
        asker = await _identified(request, credentials)
    except Refusal:
        _count(request, _address(request))
        raise
    if not getattr(request.state, "is_counted", False):
        _count(request, f"subject {asker.subject}")
    return asker


Asker = Annotated[Identity, Depends(authenticated)]
"""The identity of the asker, proven by a token."""


async def counted_by_address(request: Request) -> None:
    """Raise 429 for an address that tries to sign in too often."""
    _count(request, _address(request))


async def counted_probe(request: Request) -> None:
    """Raise 429 for an address that asks for the server's health or counters too often."""
    _count_at(request.app.state.probe_rates, _address(request))


async def _identified(request: Request, credentials: HTTPAuthorizationCredentials | None) -> Identity:
    if signed_in := getattr(
        request.state, "asker", None
    ):  # by a page's session, or by `laid_out`, before this dependency runs
        return signed_in  # type: ignore[no-any-return]
    if credentials is None:
        raise Refusal(401, "unauthenticated", _where_to_get_one(request), {"WWW-Authenticate": _REALM})
    try:
        return await request.app.state.issuer.identify(credentials.credentials)  # type: ignore[no-any-return]
    except InvalidToken as reason:
        detail = f"This token is not accepted: {reason}. {_where_to_get_one(request)}"
        raise Refusal(401, "invalid-token", detail, {"WWW-Authenticate": f'{_REALM}, error="invalid_token"'}) from None
    except IssuerUnavailable:
        detail = marked("The issuer of tokens does not answer, so no token can be checked. Try again in a few seconds.")
        raise Refusal(503, "issuer-unavailable", detail, {"Retry-After": "5"}) from None


def _where_to_get_one(request: Request) -> str:
    if request.app.state.settings.oidc_issuer:
        return marked("Send a bearer token of the company's issuer in the Authorization header.")
    return marked("Send a bearer token in the Authorization header. `retention token` makes one.")


def _address(request: Request) -> str:
    return f"address {request.client.host if request.client else ''}"


def _count(request: Request, client: str) -> None:
    _count_at(request.app.state.rates, client)


def _count_at(rates: Rates, client: str) -> None:
    wait = rates.seconds_to_wait(client)
    if wait:
        detail = f"Too many requests from one client. Try again in {wait} seconds."
        raise Refusal(429, "too-many-requests", detail, {"Retry-After": str(wait)})
