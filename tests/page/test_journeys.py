"""From sign-in to the result in each role, in a real browser; and what the role must not see."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from accessible import assert_accessible
from playwright.sync_api import Page, expect
from published import AuditRows

from pipeline.identity.tokens import issue_token
from serving.settings import ServerSettings

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy

SignIn = Callable[..., None]


@pytest.fixture
def settings(settings: ServerSettings) -> ServerSettings:
    return settings.model_copy(update={"employee_access": True})


def test_a_manager_reads_their_own_list_and_answers_with_one_tap(
    page: Page, sign_in: SignIn, audit_rows: AuditRows
) -> None:
    sign_in("manager", "M1")
    expect(page.get_by_role("heading", level=1)).to_have_text("2 conversations worth having")
    expect(page.locator("main")).to_contain_text("Pay against the market: lower than for peers")
    assert "%" not in page.locator("main").inner_text()  # bands, never a probability
    assert_accessible(page)
    page.get_by_role("button", name="We talked").first.click()
    expect(page.get_by_role("status")).to_have_text("Your answer is saved.")
    expect(page.get_by_text("Answered:").first).to_be_in_viewport()  # and not two screens below the top of the page
    expect(page.get_by_role("button", name="We talked").first).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="We talked").first.click()
    expect(page.get_by_role("status")).to_have_text("Your answer is saved.")
    assert [row["result"] for row in audit_rows() if row["what"].startswith("POST")] == ["answered", "answered before"]


PAGES = ("/overview", "/services", "/people", "/people/A", "/people/A/receipt", "/lists", "/list", "/model", "/audit")
PAGES += ("/organisation", "/representation", "/briefing", "/me", "/me/file", "/people/A/receipt/file", "/turnover")
PAGES += ("/plans", "/groups", "/outlook", "/nominations")
SEEN_BY = {
    "hr": {"/overview", "/services", "/people", "/people/A", "/people/A/receipt", "/lists", "/list", "/model"},
    "manager": {"/list", "/organisation", "/briefing", "/nominations", "/turnover", "/outlook"},
    "data_scientist": {"/overview", "/groups", "/services", "/model", "/turnover", "/outlook"},
    "auditor": {"/model", "/audit"},
    "representative": {"/representation", "/turnover", "/outlook"},
    "employee": {"/me", "/me/file"},
}
SEEN_BY["hr"] |= {"/people/A/receipt/file", "/turnover", "/plans", "/groups", "/outlook"}


@pytest.mark.parametrize("role", SEEN_BY)
def test_a_role_sees_its_own_pages_and_no_other(page: Page, sign_in: SignIn, audit_rows: AuditRows, role: str) -> None:
    sign_in(role, "M1")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    menu = page.get_by_role("navigation").get_by_role("link").all()
    assert {link.get_attribute("href") for link in menu} <= SEEN_BY[role]
    if role == "hr":
        token = page.locator("input[name=form_token]").first.input_value()
        page.request.post("/purpose", form={"form_token": token, "purpose": "retention_conversation"})
    before = len(audit_rows())
    statuses = {path: page.request.get(path, max_redirects=0).status for path in PAGES}
    assert {path for path, status in statuses.items() if status != 403} == SEEN_BY[role]
    # of those seen, HR names no manager for a list; nobody has trained, published turnover or an outlook, or is asked
    expected = {"/list": 404 if role == "hr" else 200, "/model": 404, "/turnover": 404, "/outlook": 404}
    expected |= {"/nominations": 303}
    assert {path: statuses[path] for path in SEEN_BY[role]} == {path: expected.get(path, 200) for path in SEEN_BY[role]}
    looked = [row["result"] for row in audit_rows()[before:]]
    assert looked.count("refused") == len(PAGES) - len(SEEN_BY[role])  # each attempt is audited


def test_hr_states_a_purpose_looks_at_a_person_and_contests(
    page: Page, sign_in: SignIn, state_purpose: Callable[[], None], audit_rows: AuditRows
) -> None:
    sign_in("hr", "H1", "/people")
    expect(page.get_by_role("heading", level=1)).to_have_text("What do you need the scores for?")
    assert_accessible(page)
    state_purpose()
    expect(page.get_by_role("heading", level=1)).to_have_text("People")
    assert_accessible(page)
    page.get_by_role("link", name="A", exact=True).click()
    expect(page.locator("main")).to_contain_text("Pay against the market −18.1% (peers: +0.0%)")
    assert_accessible(page)
    page.get_by_role("link", name="Receipt and contest").click()
    page.get_by_label("In the person's own words").fill("There was a raise <script>alert(1)</script>")
    page.get_by_role("button", name="Save the contest").click()
    expect(page.locator("blockquote")).to_contain_text("There was a raise <script>alert(1)</script>")
    assert_accessible(page)
    assert {"released", "contested"} <= {row["result"] for row in audit_rows() if row["whom"] == "A"}


def test_filters_narrow_the_table_and_the_download_matches(
    page: Page, sign_in: SignIn, state_purpose: Callable[[], None]
) -> None:
    sign_in("hr", "H1", "/people")
    state_purpose()
    page.get_by_label("Department", exact=True).select_option("Sales")
    page.get_by_role("button", name="Show").click()
    assert page.locator("tbody th").all_inner_texts() == ["C", "A", "B"]
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.path().read_text().count("\n") == 4


def test_hr_sees_groups_first_and_small_groups_suppressed(page: Page, sign_in: SignIn) -> None:
    sign_in("hr", "H1")
    expect(page.get_by_role("heading", level=1)).to_contain_text("About 2 voluntary exits")
    assert_accessible(page)
    page.get_by_role("link", name="By group").click()
    expect(page.get_by_role("cell", name="too few people to show").first).to_be_visible()
    assert_accessible(page)
    for path in ("/services", "/lists"):
        page.goto(path)
        assert_accessible(page)


def test_an_auditor_sees_who_looked_and_nothing_about_people(page: Page, sign_in: SignIn) -> None:
    sign_in("auditor", "X1")
    expect(page.get_by_role("heading", level=1)).to_have_text("Who looked at whom, when and why")
    page.get_by_role("textbox", name="Whom").fill("nobody-like-that")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("main")).to_contain_text("No matches")
    page.goto("/audit")
    assert_accessible(page)
    for path in ("/overview", "/people", "/list"):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).not_to_have_text("People")


def test_the_model_page_without_a_model_says_what_to_do(page: Page, sign_in: SignIn) -> None:
    sign_in("data_scientist", "S1")
    expect(page.get_by_role("alert")).to_contain_text("no champion yet")
    assert_accessible(page)
    page.goto("/people")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("People")


def test_a_session_that_expires_during_a_form_sends_nothing_and_leads_back(
    page: Page, sign_in: SignIn, audit_rows: AuditRows
) -> None:
    sign_in("manager", "M1")
    page.context.clear_cookies()
    page.get_by_role("button", name="We talked").first.click()
    expect(page.get_by_role("alert")).to_contain_text("what you entered was not sent")
    sign_in_again = page.url
    assert "next=%2Flist" in sign_in_again
    assert not [row for row in audit_rows() if row["result"] == "answered"]


def test_signing_out_ends_the_session_and_the_back_button_shows_nothing(page: Page, sign_in: SignIn) -> None:
    sign_in("manager", "M1")
    expect(page.get_by_role("heading", level=1)).to_contain_text("conversations")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert_accessible(page)


def test_a_foreign_token_is_refused_with_an_explanation(page: Page, settings: ServerSettings) -> None:
    page.goto("/sign-in")
    old = issue_token(settings, "hr", lifetime=timedelta(minutes=1), now=datetime(2020, 1, 1, tzinfo=UTC))
    page.get_by_label("Token").fill(old)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("This token is not accepted")


def test_the_page_is_in_russian_when_requested(page: Page, sign_in: SignIn) -> None:
    sign_in("manager", "M1")
    page.get_by_role("link", name="Русский").click()
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    expect(page.get_by_role("button", name="Выйти")).to_be_visible()


@pytest.mark.usefixtures("store")
def test_the_first_tab_stop_skips_the_menu(page: Page, sign_in: SignIn) -> None:
    sign_in("manager", "M1")
    page.locator("body").press("Tab")  # a key of the keyboard alone may come before the page has the focus
    expect(page.locator(":focus")).to_have_text("Skip to the content")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
