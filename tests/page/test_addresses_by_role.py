"""What each role reaches on the pages and the API, signed in at a real issuer; and whom none of the answers names."""

import re

import httpx2
import pytest
from playwright.sync_api import Page
from walked_company import IDS
from walking import ACCOUNTS, PAGES, PERSON_ROUTES, ROUTES, UNKNOWN, Account, Walk, state_purpose

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy


@pytest.fixture
def address(walk: Walk) -> str:
    return walk.address


def enter_with_purpose(page: Page, walk: Walk, role: str) -> Account:
    """Sign in, and state a purpose where the role is asked for one."""
    account = walk.enter(page, role)
    if "/people" in account.pages:
        page.goto("/people")
        state_purpose(page)
    return account


@pytest.mark.parametrize("role", ACCOUNTS)
def test_a_role_reaches_its_own_addresses_and_nobody_else(page: Page, walk: Walk, role: str) -> None:
    account = enter_with_purpose(page, walk, role)
    pages = {path: page.request.get(path) for path in PAGES}
    routes = {path: walk.ask(role, path) for path in ROUTES}
    assert {path for path, answer in pages.items() if answer.status == 200} == account.pages
    assert {path for path, answer in routes.items() if answer.status_code == 200} == account.routes
    others = {answer.status for path, answer in pages.items() if path not in account.pages}
    others |= {answer.status_code for path, answer in routes.items() if path not in account.routes}
    assert others <= {403, 404}
    walk.require_nothing_of_others(account, ids_are_shown=role == "auditor")


@pytest.mark.parametrize("role", ACCOUNTS)
def test_whom_a_role_does_not_see_is_as_unknown_as_nobody(page: Page, walk: Walk, role: str) -> None:
    account = enter_with_purpose(page, walk, role)
    outside = next(IDS[short] for short in reversed(IDS) if short not in account.sees)
    for route in PERSON_ROUTES:
        hidden, unknown = (answered(page, walk, role, route, each) for each in (outside, UNKNOWN))
        assert hidden == unknown
        assert hidden[0] in (403, 404)


def answered(page: Page, walk: Walk, role: str, route: str, person: str) -> tuple[int, str]:
    """Status and text, without the id that was asked for and the numbers that differ between any two requests."""
    path = route.format(person)
    answer = walk.ask(role, path) if path.startswith("/v1") else page.request.get(path)
    status = answer.status_code if isinstance(answer, httpx2.Response) else answer.status
    text = answer.text if isinstance(answer, httpx2.Response) else answer.text()
    return status, re.sub(r"[0-9a-f]{32}", "", text.replace(person, ""))
