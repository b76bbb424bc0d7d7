"""The real server over the two published months of `tests/support`, in a real Chromium."""

import os
import shutil
from collections.abc import Callable, Iterator
from urllib.parse import quote, urlsplit

import pytest
from api_server import _the_log_is_on, running  # noqa: F401
from playwright.sync_api import Browser, Page, expect, sync_playwright
from published import audit_rows, store  # noqa: F401
from published import settings as settings
from tiny_registry import blend  # noqa: F401
from walking import Walk, walking

from pipeline.identity.tokens import issue_token
from pipeline.model.blend import Blend
from pipeline.store.store import Store
from serving.app import create_app
from serving.settings import ServerSettings

ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium")
    if executable is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI must look at the pages in a browser, and no chromium was found")
        pytest.skip("no chromium on this machine")
    expect.set_options(timeout=30_000)  # for a busy machine
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def served(settings: ServerSettings) -> ServerSettings:
    """The settings of the server; a module can override them."""
    return settings


@pytest.fixture
def address(served: ServerSettings, store: Store) -> Iterator[str]:  # noqa: F811
    with running(create_app(served), urlsplit(served.public_url).port or 0) as address:
        yield address


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory, blend: Blend) -> Iterator[Walk]:  # noqa: F811
    """A server with an issuer and an account for each role; modules that use it give its `address` to `page`."""
    with walking(tmp_path_factory.mktemp("walk"), blend) as walk:
        yield walk


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page without cookies, 360 px wide. An error in its console fails the test."""
    context = browser.new_context(base_url=address, viewport={"width": 360, "height": 780}, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(60_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    # the browser reports a refused page as a failed resource
    assert not [error for error in errors if "Failed to load resource" not in error]


@pytest.fixture
def sign_in(page: Page, settings: ServerSettings) -> Callable[..., None]:
    def done(role: str, person: str | None = None, next_page: str = "/") -> None:
        page.goto(f"/sign-in?next={quote(next_page, safe='')}")
        page.get_by_label("Token").fill(issue_token(settings, role, person))
        page.get_by_role("button", name="Sign in").click()

    return done


@pytest.fixture
def state_purpose(page: Page) -> Callable[[], None]:
    def done() -> None:
        page.get_by_label("To prepare a conversation about staying").check()
        page.get_by_role("button", name="Continue").click()

    return done
