"""Faults: hostile and endless names, no data yet, no model, an expired session, the same form twice."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import polars as pl
import pytest
from accessible import assert_accessible
from api_server import running
from playwright.sync_api import Page, expect
from published import SEPTEMBER, AuditRows, publication

from pipeline.identity.tokens import issue_token
from pipeline.store.store import Store
from serving.app import create_app
from serving.pages import session
from serving.settings import ServerSettings

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy

SignIn = Callable[..., None]

SCRIPT = "<script>alert(1)</script>"
BROKEN_OUT = '"><img src=x onerror=alert(2)>&amp;'
ENDLESS = "Abteilungsleiterstellvertretung" * 6


@pytest.fixture
def hostile(store: Store) -> None:
    """October: A's name is a script and C's is endless, and so are everyone's department, job and location."""
    names = {"A": SCRIPT, "C": ENDLESS}
    sound = publication(date(2026, 10, 31), SEPTEMBER)
    services = pl.DataFrame(
        {
            "client_department": [BROKEN_OUT, ENDLESS],
            "provider_department": [ENDLESS, BROKEN_OUT],
            "clients": [9, 9],
            "providers": [9, 9],
            "services": [40, 30],
            "rating": [3.5, 1.0],
            "hours": [8.0, None],
            "balance": [-0.5, None],
            "trend": [None, 0.0],
            "risk": [0.5, 0.2],
            "relationships_log_odds": [0.5, 0.1],
            "kinds": [[{"kind": SCRIPT, "services": 40, "clients": 9, "providers": 9}], None],
        },
        schema_overrides={"rating": pl.Float64},
    )
    store.publish(
        replace(
            sound,
            scores=sound.scores.with_columns(
                pl.col("employee_id").replace(names),
                department=pl.lit(BROKEN_OUT),
                job=pl.lit(ENDLESS),
                location=pl.lit(SCRIPT),
            ),
            factors=sound.factors.with_columns(pl.col("employee_id").replace(names)),
            services=services,
        )
    )


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """A page on which a script that opens a dialog fails the test."""
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message) or dialog.dismiss())
    yield page
    assert not dialogs


@pytest.mark.usefixtures("hostile")
def test_scripts_and_endless_names_are_shown_as_text_and_run_nothing(
    page: Page, sign_in: SignIn, state_purpose: Callable[[], None]
) -> None:
    sign_in("hr", "H1", "/people")
    state_purpose()
    expect(page.get_by_role("link", name=SCRIPT)).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name=SCRIPT).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(SCRIPT)
    assert_accessible(page)
    page.get_by_role("link", name="Receipt and contest").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Data held about {SCRIPT}")
    assert_accessible(page)
    page.goto("/people")
    page.get_by_label("Department", exact=True).select_option(BROKEN_OUT)
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("link", name=ENDLESS)).to_be_visible()
    for path in ("/groups", "/services"):
        page.goto(path)
        expect(page.locator("main")).to_contain_text(BROKEN_OUT)
        assert_accessible(page)
    page.get_by_role("link", name=f"{BROKEN_OUT} → {ENDLESS}").click()
    expect(page.get_by_role("row", name=SCRIPT)).to_contain_text("40")
    assert_accessible(page)


@pytest.mark.usefixtures("hostile")
def test_a_hostile_name_on_a_list_can_be_answered(page: Page, sign_in: SignIn, audit_rows: AuditRows) -> None:
    sign_in("manager", "M1")
    expect(page.get_by_role("heading", level=2, name=SCRIPT)).to_be_visible()
    assert_accessible(page)
    card = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=SCRIPT))
    card.get_by_role("button", name="We talked").click()
    expect(page.get_by_role("status")).to_have_text("Your answer is saved.")
    assert [row["whom"] for row in audit_rows() if row["result"] == "answered"] == [SCRIPT]


def test_each_page_says_what_to_do_before_anything_is_published(page: Page, settings: ServerSettings) -> None:
    empty = settings.model_copy(update={"database_url": f"sqlite:///{settings.var}/empty.db"})
    with running(create_app(empty)) as address:
        page.goto(f"{address}/sign-in")
        for role, paths in (
            ("hr", ("/overview", "/groups", "/services", "/people", "/lists")),
            ("manager", ("/list",)),
        ):
            page.goto(f"{address}/sign-in")
            page.get_by_label("Token").fill(issue_token(empty, role, "M1"))
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("No scores yet")
            if role == "hr":
                page.goto(f"{address}/purpose?next=/people")
                page.get_by_label("To prepare a conversation about staying").check()
                page.get_by_role("button", name="Continue").click()
            for path in paths:
                answer = page.goto(f"{address}{path}")
                assert answer is not None
                assert answer.status == 404
                expect(page.get_by_role("alert")).to_contain_text("Run retention score first")
        assert_accessible(page)


def test_a_what_if_without_the_months_model_says_so_and_the_rest_works(
    page: Page, sign_in: SignIn, state_purpose: Callable[[], None]
) -> None:
    sign_in("hr", "H1", "/people/A")
    state_purpose()
    page.get_by_label("Increase in base pay").fill("10")
    expect(page.locator("output")).to_have_text("10")
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_role("alert")).to_contain_text("The registry no longer holds the model")
    page.get_by_role("link", name="Go back").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A")


def test_a_session_that_expires_during_writing_sends_nothing_and_leads_back(
    page: Page,
    sign_in: SignIn,
    settings: ServerSettings,
    audit_rows: AuditRows,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sign_in("hr", "H1", "/people/A/receipt")
    page.get_by_label("In the person's own words").fill("There was a raise")
    late = session.time.time() + 60 * settings.session_minutes + 1
    with monkeypatch.context() as later:
        later.setattr(session, "time", SimpleNamespace(time=lambda: late))
        page.get_by_role("button", name="Save the contest").click()
        expect(page.get_by_role("alert")).to_contain_text("what you entered was not sent")
    assert "contested" not in {row["result"] for row in audit_rows()}
    page.get_by_label("Token").fill(issue_token(settings, "hr", "H1"))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Data held about A")
    expect(page.locator("main")).to_contain_text("None so far.")


def test_a_session_that_expires_between_two_what_ifs_leads_back_to_the_person(page: Page, address: str) -> None:
    sent = {"headers": {"Referer": f"{address}/people/A/what-if"}, "form": {"raise_percent": "10"}}
    answer = page.request.post("/people/A/what-if", max_redirects=0, **sent)  # type: ignore[arg-type]
    assert answer.status == 303
    assert answer.headers["location"] == "/sign-in?next=%2Fpeople%2FA&lost=1"


def test_a_contest_sent_twice_is_stored_once(page: Page, sign_in: SignIn, audit_rows: AuditRows) -> None:
    sign_in("hr", "H1", "/people/A/receipt")
    page.get_by_label("In the person's own words").fill("There was a raise")
    page.get_by_role("button", name="Save the contest").dblclick()
    expect(page.get_by_role("status")).to_contain_text("The contest is saved.")
    page.go_back()
    page.get_by_label("In the person's own words").fill("There was a raise")
    page.get_by_role("button", name="Save the contest").click()
    expect(page.locator("blockquote")).to_have_count(1)
    assert [row["result"] for row in audit_rows() if row["what"].startswith("POST /people")] == [
        "contested",
        "contested before",
    ]


def test_a_form_from_another_sign_in_changes_nothing(page: Page, sign_in: SignIn, audit_rows: AuditRows) -> None:
    sign_in("manager", "M1")
    stale = page.locator("input[name=form_token]").first.input_value()
    page.get_by_role("button", name="Sign out").click()
    sign_in("manager", "M1")
    expect(page.get_by_role("button", name="We talked").first).to_be_visible()
    page.evaluate("token => document.getElementsByName('form_token').forEach(each => each.value = token)", stale)
    page.get_by_role("button", name="We talked").first.click()
    expect(page.get_by_role("alert")).to_contain_text("nothing was sent. Go back, reload the page, and try again.")
    assert "answered" not in {row["result"] for row in audit_rows()}
