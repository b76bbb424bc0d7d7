"""A small real OpenID Connect issuer: code flow with PKCE, published keys, and access tokens for the API."""

import base64
import hashlib
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import jwt
from api_server import running
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import FastAPI, Request
from pydantic import SecretStr
from starlette.responses import RedirectResponse

KEY = rsa.generate_private_key(65537, 2048)
CLIENT, SECRET, AUDIENCE = "retention-pages", "only between us", "retention-api"


@dataclass
class Issuer:
    """An issuer at which one person signs in, with these `claims`; `state` and `key` make its answers false."""

    url: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    state: str | None = None
    key: rsa.RSAPrivateKey = KEY
    asked: dict[str, dict[str, str]] = field(default_factory=dict)

    def id_token(self, asked: dict[str, str]) -> str:
        return self._signed({"aud": CLIENT, "nonce": asked["nonce"]} | self.claims)

    def access_token(self, claims: dict[str, Any]) -> str:
        """A bearer token for the API."""
        return self._signed({"aud": AUDIENCE} | claims)

    def settings(self) -> dict[str, Any]:
        """The fields of `ServerSettings` of a server that accepts this issuer."""
        return {
            "oidc_issuer": self.url,
            "oidc_audience": AUDIENCE,
            "oidc_jwks_url": f"{self.url}/keys",
            "oidc_client_id": CLIENT,
            "oidc_client_secret": SecretStr(SECRET),
        }

    def _signed(self, claims: dict[str, Any]) -> str:
        now = int(time.time())
        values = {"iss": self.url, "sub": "u-1", "role": "hr", "iat": now, "exp": now + 300} | claims
        return jwt.encode(values, self.key, "RS256", headers={"kid": "first"})


def application(issuer: Issuer) -> FastAPI:
    """The issuer as a web application; its `url` is set once it runs."""
    app = FastAPI()

    @app.get("/.well-known/openid-configuration")
    def metadata() -> dict[str, str]:
        ways = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return {"issuer": issuer.url} | {name: f"{issuer.url}/{path}" for name, path in ways.items()}

    @app.get("/keys")
    def keys() -> dict[str, Any]:
        public = jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
        return {"keys": [public | {"kid": "first", "alg": "RS256", "use": "sig"}]}

    @app.get("/authorize")
    def authorize(request: Request) -> RedirectResponse:
        asked = dict(request.query_params)
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT)
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(8)
        issuer.asked[code] = asked
        back = urlencode({"code": code, "state": issuer.state or asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}", 303)

    @app.post("/token")
    async def token(request: Request) -> dict[str, Any]:
        given = await request.form()
        asked = issuer.asked.pop(str(given["code"]))  # a code is good once
        digest = hashlib.sha256(str(given["code_verifier"]).encode()).digest()
        assert asked["code_challenge"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
        assert given["redirect_uri"] == asked["redirect_uri"]
        client = base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode()
        assert client == f"{CLIENT}:{SECRET}"
        return {"access_token": "unused", "token_type": "Bearer", "id_token": issuer.id_token(asked)}

    return app


@contextmanager
def issuing() -> Iterator[Issuer]:
    """The issuer, on another site than the server, as in a company."""
    issuer = Issuer()
    with running(application(issuer)) as address:
        issuer.url = address.replace("127.0.0.1", "localhost")
        yield issuer
