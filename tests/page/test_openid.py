"""Signing in at a company's own issuer: the code flow with PKCE, and false answers."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from openid_issuer import Issuer, issuing
from playwright.sync_api import Page, expect
from servers import free_port

from serving.settings import ServerSettings

ANOTHER = rsa.generate_private_key(65537, 2048)


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as issuer:
        yield issuer


@pytest.fixture
def served(settings: ServerSettings, issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> ServerSettings:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")  # this issuer has no certificate
    fields = issuer.settings() | {"public_url": f"http://127.0.0.1:{free_port()}"}
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
