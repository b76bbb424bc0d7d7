"""HR stops and resumes the system in a real browser, on a phone; a manager sees why, and no button."""

from collections.abc import Callable

import pytest
from accessible import assert_accessible
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy

SignIn = Callable[..., None]


def test_hr_stops_the_system_and_resumes_it(page: Page, sign_in: SignIn) -> None:
    sign_in("hr", "H1", "/halt")
    expect(page.get_by_role("heading", level=1)).to_have_text("Stop the system")
    assert_accessible(page)
    page.get_by_label("Reason").fill("The works council has asked for a review.")
    page.get_by_role("button", name="Stop now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The system is halted")
    expect(page.get_by_role("status")).to_contain_text("Reason: The works council has asked for a review.")
    assert_accessible(page)
    sign_in("manager", "M1", "/list")
    expect(page.get_by_role("heading", level=1)).to_have_text("This is not available now")
    expect(page.get_by_role("status")).to_contain_text("The works council has asked for a review.")
    expect(page.get_by_role("link", name="Stop")).to_have_count(0)
    assert_accessible(page)
    sign_in("hr", "H1", "/halt")
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Stop the system")
    expect(page.get_by_role("status")).to_have_count(0)
