"""Signing in at the company's OpenID Connect issuer: the code flow with state, nonce and PKCE."""

from typing import Any, Final

import jwt
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.discovery import OpenIDProviderMetadata
from fastapi import Request
from starlette.concurrency import run_in_threadpool

from pipeline.identity.tokens import Identity, InvalidToken
from pipeline.language.translator import marked
from serving.access.issuers import TIMEOUT_SECONDS, IssuerUnavailable, NoRole, OpenIdConnect
from serving.http.problems import Refusal
from serving.settings import ServerSettings

_DISCOVERY: Final = "/.well-known/openid-configuration"


def is_offered(settings: ServerSettings) -> bool:
    """Whether the settings name an issuer and us as its client."""
    return bool(settings.oidc_issuer and settings.oidc_client_id)


def way_there(settings: ServerSettings, callback: str, flow: dict[str, str]) -> str:
    """The address at the issuer to which the browser is sent. Raises 503 where the issuer does not answer."""
    with _client(settings, callback) as client:
        metadata = _metadata(client, settings)
        address, _ = client.create_authorization_url(
            metadata["authorization_endpoint"],
            state=flow["state"],
            code_verifier=flow["verifier"],
            nonce=flow["nonce"],
        )
    return str(address)


async def returned(
    request: Request, settings: ServerSettings, callback: str, flow: dict[str, str]
) -> tuple[Identity, float]:
    """Who came back with a code, and until when the issuer vouches for it. Raises Refusal."""
    given = request.query_params
    if not given.get("code") or given.get("state") != flow["state"]:
        raise Refusal(400, "sign-in-failed", "This sign-in was not finished, or began in another window. Begin again.")
    try:
        token = await run_in_threadpool(_exchanged, settings, callback, flow, given["code"])
        asker = await OpenIdConnect(settings, settings.oidc_client_id).identify(token)
    except NoRole:
        detail = marked(
            "The company's sign-in let you in, but names no role here, or more than one. Ask who administers it."
        )
        raise Refusal(403, "sign-in-refused", detail) from None
    except (InvalidToken, KeyError):
        detail = marked("What the company's sign-in said of you is not valid here, or has expired. Begin again.")
        raise Refusal(403, "sign-in-refused", detail) from None
    except IssuerUnavailable:
        raise _silent() from None
    claims = jwt.decode(token, options={"verify_signature": False})  # verified just above
    if claims.get("nonce") != flow["nonce"]:
        raise Refusal(400, "sign-in-failed", "This sign-in is not the one that began here. Begin again.")
    return asker, float(claims["exp"])


def _exchanged(settings: ServerSettings, callback: str, flow: dict[str, str], code: str) -> str:
    with _client(settings, callback) as client:
        metadata = _metadata(client, settings)
        try:
            token: dict[str, Any] = client.fetch_token(
                metadata["token_endpoint"], code=code, code_verifier=flow["verifier"], timeout=TIMEOUT_SECONDS
            )
        except AuthlibBaseError:
            raise Refusal(400, "sign-in-failed", "The issuer took the code back. Begin again.") from None
        except OSError:
            raise _silent() from None
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
    """What the issuer says of itself; requests' errors are OSErrors."""
    try:
        answer = client.get(settings.oidc_issuer.rstrip("/") + _DISCOVERY, withhold_token=True, timeout=TIMEOUT_SECONDS)
        metadata = OpenIDProviderMetadata(answer.json())
        if metadata["issuer"] != settings.oidc_issuer:
            raise _silent()
        return dict(metadata)
    except (OSError, ValueError, KeyError):
        raise _silent() from None


def _silent() -> Refusal:
    detail = marked("The company's sign-in does not answer. Try again in a few seconds.")
    return Refusal(503, "issuer-unavailable", detail, {"Retry-After": "5"})
