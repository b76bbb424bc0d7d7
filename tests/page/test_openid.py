"""Signing in at a company's own issuer: a small real one on this machine, code flow with PKCE, and false answers."""

import base64
import hashlib
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import jwt
import pytest
from api_server import running
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import FastAPI, Request
from playwright.sync_api import Page, expect
from pydantic import SecretStr
from servers import free_port
from starlette.responses import RedirectResponse

from serving.settings import ServerSettings

KEY = rsa.generate_private_key(65537, 2048)
ANOTHER = rsa.generate_private_key(65537, 2048)
CLIENT, SECRET = "retention-pages", "only between us"


@dataclass
class Issuer:
    """An issuer with one person; `claims`, `state` and `key` make its answers false."""

    url: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    state: str | None = None
    key: rsa.RSAPrivateKey = KEY
    asked: dict[str, dict[str, str]] = field(default_factory=dict)

    def id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        values = {"iss": self.url, "aud": CLIENT, "sub": "u-1", "role": "hr", "iat": now, "exp": now + 300}
        values |= {"nonce": asked["nonce"]} | self.claims
        return jwt.encode(values, self.key, "RS256", headers={"kid": "first"})


def application(issuer: Issuer) -> FastAPI:
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


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    issuer = Issuer()
    with running(application(issuer)) as address:
        issuer.url = address.replace("127.0.0.1", "localhost")  # another site than ours, as in a company
        yield issuer


@pytest.fixture
def served(settings: ServerSettings, issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> ServerSettings:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")  # this issuer has no certificate
    fields = {
        "oidc_issuer": issuer.url,
        "oidc_audience": "retention-api",
        "oidc_jwks_url": f"{issuer.url}/keys",
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SecretStr(SECRET),
        "public_url": f"http://127.0.0.1:{free_port()}",
    }
    return settings.model_copy(update=fields)


def go(page: Page) -> None:
    page.goto("/services")
    page.get_by_role("link", name="Sign in with your company account").click()


def test_the_button_leads_to_the_issuer_and_back_to_the_requested_page(page: Page, issuer: Issuer) -> None:
    go(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Services between departments")
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("voluntary exits expected")
    [cookie] = [each for each in page.context.cookies() if each["name"] == "__Host-retention"]
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
    assert cookie["expires"] <= time.time() + 300  # no longer than the issuer vouches
    page.get_by_role("button", name="Sign out").click()
    issuer.claims = {"sub": "u-2", "role": "manager", "person": "M1"}
    page.goto("/")
    page.get_by_role("link", name="Sign in with your company account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 conversations worth having")


def test_the_way_back_is_the_setting_whatever_host_a_request_names(served: ServerSettings, address: str) -> None:
    """A link that makes the issuer send the code to another host would give that host the person's sign-in."""
    lies = {"Host": "attacker.example", "X-Forwarded-Host": "attacker.example", "Forwarded": "host=attacker.example"}
    for headers in ({}, lies):
        answer = httpx2.get(f"{address}/sign-in/openid", headers=headers)
        assert answer.status_code == 303
        asked = parse_qs(urlsplit(answer.headers["Location"]).query)
        assert asked["redirect_uri"] == [f"{served.public_url}/sign-in/back"]


@pytest.mark.parametrize(
    ("lie", "expected"),
    [
        ({"state": "anothers"}, "started in another window. Start again."),
        ({"claims": {"exp": 1_600_000_000}}, "not valid here, or has expired. Start again."),
        ({"claims": {"aud": "another-client"}}, "not valid here, or has expired. Start again."),
        ({"claims": {"nonce": "anothers"}}, "This is not the sign-in that started here. Start again."),
        ({"claims": {"role": "owner"}}, "names no role here"),
        ({"claims": {"role": "manager"}}, "names no role here"),  # and no person
        ({"key": ANOTHER}, "not valid here, or has expired. Start again."),
    ],
)
def test_a_wrong_answer_from_the_issuer_lets_nobody_in(
    page: Page, issuer: Issuer, lie: dict[str, Any], expected: str
) -> None:
    for name, value in lie.items():
        setattr(issuer, name, value)
    go(page)
    expect(page.get_by_role("alert")).to_contain_text(expected)
    page.get_by_role("link", name="Sign in").click()  # what to do next
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_an_answer_to_a_sign_in_that_was_never_started_lets_nobody_in(page: Page) -> None:
    page.goto("/sign-in/back?code=stolen&state=made-up")
    expect(page.get_by_role("alert")).to_contain_text("Start again")
    page.goto("/overview")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
