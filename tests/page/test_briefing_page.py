"""A manager reads and confirms the briefing in a real browser, on a phone, and then sees the list."""

import re
from collections.abc import Callable

import pytest
from accessible import assert_accessible
from playwright.sync_api import Page, expect
from sqlalchemy import delete

from pipeline.store.operations.tables import BRIEFING_CONFIRMATION
from pipeline.store.store import Store

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy

SignIn = Callable[..., None]


def test_the_first_list_comes_after_the_briefing(page: Page, store: Store, sign_in: SignIn) -> None:
    with store.changing() as connection:
        connection.execute(delete(BRIEFING_CONFIRMATION))
    sign_in("manager", "M1", "/list?month=2026-08")
    expect(page.get_by_role("heading", level=1)).to_have_text("Before you read your list")
    expect(page.get_by_role("heading", level=2)).to_have_count(6)
    expect(page.locator("main")).not_to_contain_text("overtime")
    assert_accessible(page)
    page.get_by_role("button", name="Confirm and go to my list").click()  # the browser asks for the tick first
    expect(page.get_by_role("heading", level=1)).to_have_text("Before you read your list")
    page.get_by_label("I have read this and will follow it.").check()
    page.get_by_role("button", name="Confirm and go to my list").click()
    expect(page).to_have_url(re.compile(r"/list\?month=2026-08$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("conversation")
    page.get_by_role("link", name="Read the briefing again").click()
    expect(page.locator("main")).to_contain_text("You confirmed this on:")
    assert_accessible(page)


def test_a_form_without_the_tick_confirms_nothing(page: Page, store: Store, sign_in: SignIn) -> None:
    with store.changing() as connection:
        connection.execute(delete(BRIEFING_CONFIRMATION))
    sign_in("manager", "M1", "/briefing")
    token = page.locator("input[name=form_token]").first.input_value()
    refused = page.request.post("/briefing", form={"form_token": token})
    assert refused.status == 422
    page.goto("/list")
    expect(page.get_by_role("heading", level=1)).to_have_text("Before you read your list")
