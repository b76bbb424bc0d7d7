"""Signing in at the company's OpenID Connect issuer: the code flow with state, nonce and PKCE."""

from typing import Any, Final

import jwt
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.discovery import OpenIDProviderMetadata
from fastapi import Request
from starlette.concurrency import run_in_threadpool

from pipeline.identity.tokens import Identity, InvalidToken, NoRole
from pipeline.language.translator import marked
from serving.access.issuers import TIMEOUT_SECONDS, IssuerUnavailable, OpenIdConnect
from serving.http.problems import Refusal
from serving.settings import ServerSettings

_DISCOVERY: Final = "/.well-known/openid-configuration"


def is_offered(settings: ServerSettings) -> bool:
    """Whether the settings name an issuer and a client ID."""
    return bool(settings.oidc_issuer and settings.oidc_client_id)


def authorization_url(settings: ServerSettings, callback: str, flow: dict[str, str]) -> str:
    """The issuer's address for the browser to sign in at. Raises 503 where the issuer does not answer."""
    with _client(settings, callback) as client:
        metadata = _metadata(client, settings)
        address, _ = client.create_authorization_url(
            metadata["authorization_endpoint"],
            state=flow["state"],
            code_verifier=flow["verifier"],
            nonce=flow["nonce"],
        )
    return str(address)


async def identify(
    request: Request, settings: ServerSettings, callback: str, flow: dict[str, str]
) -> tuple[Identity, float]:
    """The person who returned with a code, and when their token expires, in seconds of the epoch. Raises Refusal."""
    query = request.query_params
    if not query.get("code") or query.get("state") != flow["state"]:
        detail = marked("This sign-in was not finished, or started in another window. Start again.")
        raise Refusal(400, "sign-in-failed", detail)
    try:
        token = await run_in_threadpool(_id_token, settings, callback, flow, query["code"])
        asker = await OpenIdConnect(settings, settings.oidc_client_id).identify(token)
    except NoRole:
        detail = marked(
            "The company's sign-in accepted you, but names no role here, or roles or a scope that cannot be granted. "
            "Ask its administrator."
        )
        raise Refusal(403, "sign-in-refused", detail) from None
    except (InvalidToken, KeyError):
        detail = marked("The company's sign-in sent a token that is not valid here, or has expired. Start again.")
        raise Refusal(403, "sign-in-refused", detail) from None
    except IssuerUnavailable:
        raise _no_answer() from None
    claims = jwt.decode(token, options={"verify_signature": False})  # verified just above
    if claims.get("nonce") != flow["nonce"]:
        raise Refusal(400, "sign-in-failed", "This is not the sign-in that started here. Start again.")
    return asker, float(claims["exp"])


def _id_token(settings: ServerSettings, callback: str, flow: dict[str, str], code: str) -> str:
    with _client(settings, callback) as client:
        metadata = _metadata(client, settings)
        try:
            token: dict[str, Any] = client.fetch_token(
                metadata["token_endpoint"], code=code, code_verifier=flow["verifier"], timeout=TIMEOUT_SECONDS
            )
        except AuthlibBaseError:
            detail = marked("The company's sign-in did not accept the code. Start again.")
            raise Refusal(400, "sign-in-failed", detail) from None
        except OSError:
            raise _no_answer() from None
    return str(token["id_token"])


def _client(settings: ServerSettings, callback: str) -> Any:
    return OAuth2Session(
        settings.oidc_client_id,
        settings.oidc_client_secret.get_secret_value() or None,
        scope=settings.oidc_scope,
        redirect_uri=callback,
        code_challenge_method="S256",
    )


def _metadata(client: Any, settings: ServerSettings) -> dict[str, Any]:
    """The issuer's metadata. Raises 503; errors of requests are OSErrors."""
    try:
        answer = client.get(settings.oidc_issuer.rstrip("/") + _DISCOVERY, withhold_token=True, timeout=TIMEOUT_SECONDS)
        metadata = OpenIDProviderMetadata(answer.json())
        if metadata["issuer"] != settings.oidc_issuer:
            raise _no_answer()
        return dict(metadata)
    except (OSError, ValueError, KeyError):
        raise _no_answer() from None


def _no_answer() -> Refusal:
    detail = marked("The company's sign-in does not answer. Try again in a few seconds.")
    return Refusal(503, "issuer-unavailable", detail, {"Retry-After": "5"})
