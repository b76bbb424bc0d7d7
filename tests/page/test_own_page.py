"""The employee's own page in a real browser: what it shows, its forms by keyboard, its file, and how it says no."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from accessible import assert_accessible
from playwright.sync_api import Page, expect
from published import SEPTEMBER, publication
from stopping import halt

from pipeline.identity.tokens import issue_token
from pipeline.store.publication import Publication
from pipeline.store.store import Store
from serving.settings import ServerSettings

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy
SignIn = Callable[..., None]


@pytest.fixture
def settings(settings: ServerSettings) -> ServerSettings:
    return settings.model_copy(update={"employee_access": True})


@pytest.fixture
def _named(store: Store) -> None:
    """A and the manager have names; A's language is Russian."""
    directory = pl.DataFrame(
        [("A", "Анна Петрова", "anna@tiny.example", "ru"), ("M1", "Max Muster", None, None)],
        schema=["employee_id", "name", "email", "language"],
        orient="row",
    )
    october = publication(date(2026, 10, 31), SEPTEMBER)
    store.publish(Publication(**{**vars(october), "directory": directory}))


def test_an_employee_reads_contests_objects_and_withdraws_by_keyboard(page: Page, sign_in: SignIn) -> None:
    sign_in("employee", "A")
    expect(page.get_by_role("heading", level=1)).to_have_text("What is held about you")
    main = page.locator("main")
    expect(main).to_contain_text("between 19 and 69 leave within six months")
    expect(main).to_contain_text("not a statement about you")
    expect(main).to_contain_text("−18.1% (peers: +0.0%)")
    assert_accessible(page)
    page.get_by_role("link", name="Something is wrong").press("Enter")
    page.get_by_label("Figure (if one)").select_option("Pay against the market")
    page.get_by_label("In your own words").fill("There was a raise <script>alert(1)</script>")
    page.get_by_role("button", name="Send to HR").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Your statement is saved")
    expect(page.locator("blockquote")).to_contain_text("There was a raise <script>alert(1)</script>")
    page.get_by_role("button", name="I object").press("Enter")
    expect(page.locator(".note")).to_contain_text("You object to being scored since")
    expect(main).to_contain_text("Not worked out while you object.")
    assert_accessible(page)
    page.get_by_role("button", name="Withdraw the objection").press("Enter")
    expect(page.get_by_role("status")).to_have_text("Your objection is withdrawn.")
    expect(page.locator(".note")).to_have_count(0)


@pytest.mark.usefixtures("_named")
def test_the_page_greets_by_name_in_the_persons_language_and_names_no_looker(page: Page, sign_in: SignIn) -> None:
    sign_in("employee", "A")
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    expect(page.get_by_role("heading", level=1)).to_have_text("Анна Петрова, вот что о вас хранится")
    expect(page.locator("#held")).to_contain_text("Max Muster")  # whose team A is in
    assert_accessible(page)
    page.context.clear_cookies()
    sign_in("hr", "H-LOOKER", "/people/A/receipt")
    expect(page.get_by_role("link", name="File for the person")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="File for the person").click()
    file = download.value.path().read_text(encoding="utf-8")
    assert '<html lang="ru">' in file  # the person's language, not that of HR's browser
    assert "Анна Петрова, вот что о вас хранится" in file
    assert "Кадровая служба" in file
    assert "H-LOOKER" not in file


def test_the_kept_file_opens_alone_and_is_accessible(page: Page, sign_in: SignIn, tmp_path: Path) -> None:
    sign_in("employee", "A")
    shown = page.locator("#estimate").inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="Keep as a file").click()
    download.value.save_as(tmp_path / "receipt.html")
    alone, requests = page.context.new_page(), []
    alone.on("request", lambda request: requests.append(request.url))
    alone.goto((tmp_path / "receipt.html").as_uri())
    assert alone.locator("#estimate").inner_text() == shown
    assert alone.locator("form").count() == 0
    assert requests == [(tmp_path / "receipt.html").as_uri()]
    assert_accessible(alone)


def test_while_halted_the_page_has_no_estimate_and_its_forms_work(page: Page, sign_in: SignIn, store: Store) -> None:
    halt(store)
    sign_in("employee", "A")
    expect(page.locator("#estimate")).to_contain_text("The system has been stopped")
    expect(page.locator("#factors")).to_have_count(0)
    page.get_by_role("button", name="I object").click()
    expect(page.locator(".note")).to_contain_text("You object to being scored since")
    assert_accessible(page)


class TestWithoutAccess:
    """The company has not switched it on; a token may exist from before."""

    @pytest.fixture
    def served(self, settings: ServerSettings) -> ServerSettings:
        return settings.model_copy(update={"employee_access": False})

    def test_the_page_says_why_and_what_to_do(self, page: Page, settings: ServerSettings) -> None:
        page.goto("/sign-in")
        page.get_by_label("Token").fill(issue_token(settings, "employee", "A"))
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("You do not have access")
        expect(page.get_by_role("alert")).to_contain_text("HR gives you the same page as a file")
        assert page.request.get("/me/file").status == 403
        assert_accessible(page)
