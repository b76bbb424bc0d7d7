"""Whether the server's settings fit a deployment: identity, TLS, cookies, other origins, counters."""

from collections.abc import Iterator
from typing import Final

from jwt import PyJWKClient
from jwt.exceptions import PyJWKClientError, PyJWKSetError

from pipeline.deployment import Advice, error, is_here, warning
from serving.access.issuers import TIMEOUT_SECONDS
from serving.settings import ServerSettings

LONG_SESSION_MINUTES: Final = 24 * 60


def advice(settings: ServerSettings) -> list[Advice]:
    """Everything that is wrong or unusual. Fetches the keys of the company's issuer, if the settings name one."""
    return [*_identity(settings), *_browsers(settings), *_counters(settings)]


def _identity(settings: ServerSettings) -> Iterator[Advice]:
    if not settings.oidc_issuer:
        remedy = "Set RETENTION_OIDC_ISSUER: the embedded issuer knows no people and is for one machine."
        yield warning("anyone who can run `retention token` on this machine can have any role", "oidc_issuer", remedy)
        return
    if not settings.oidc_issuer.startswith("https://") and not is_here(settings.oidc_issuer):
        yield error("the issuer is not reached by https", "oidc_issuer", "Use its https address.")
    if not settings.oidc_client_id:
        yield warning("nobody can sign in to the pages", "oidc_client_id", "Register a client at the issuer.")
    try:
        PyJWKClient(settings.oidc_jwks_url, timeout=TIMEOUT_SECONDS).get_jwk_set()
    except (PyJWKClientError, PyJWKSetError):
        remedy = "Check the address, the network and the certificate; without keys no token is accepted."
        yield error("the issuer's keys cannot be fetched", "oidc_jwks_url", remedy)


def _browsers(settings: ServerSettings) -> Iterator[Advice]:
    is_local = bool(settings.public_url) and is_here(settings.public_url)
    if not settings.public_url:
        yield warning("the server does not know its address", "public_url", "Set it to https://HOST of the proxy.")
    if not settings.cookie_secure and not is_local:
        remedy = "Set it to true: a session could be read on its way."
        yield error("cookies are sent without TLS", "cookie_secure", remedy)
    if settings.session_minutes > LONG_SESSION_MINUTES:
        yield warning("a browser stays signed in for more than a day", "session_minutes", "Set 480, a working day.")
    for origin in settings.cors_origins:
        if not (origin.startswith("https://") or is_here(origin)):
            remedy = "Name each origin as https://host; * would let every web page ask."
            yield error("an origin that is not https, or any", "cors_origins", remedy)


def _counters(settings: ServerSettings) -> Iterator[Advice]:
    if settings.metrics == "open":
        remedy = "Use local, or closed with an inner port."
        yield warning("everyone who reaches the server can read its counters", "metrics", remedy)
    if settings.rate_limit == type(settings).model_fields["rate_limit"].default:
        yield warning("the rate of requests is practically unlimited", "rate_limit", "1200/minute suits people.")
