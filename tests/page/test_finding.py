"""HR finds a person with the keyboard, without scripts too; names are shown as people write them."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from accessible import assert_accessible
from names import ODD_NAMES, directory
from playwright.sync_api import Browser, Page, expect
from published import SEPTEMBER, AuditRows, publication

from pipeline.identity.tokens import issue_token
from pipeline.store.store import Store
from serving.settings import ServerSettings

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy

NAMES = {"A": "Анна Ёлкина", "B": "Anna Bell", "D": "Dora", "M1": "Mia Lang"}


def name(store: Store, names: dict[str, str], **columns: dict[str, str]) -> None:
    store.publish(replace(publication(date(2026, 9, 30), SEPTEMBER), directory=directory(names, **columns)))


def test_a_person_is_found_and_opened_with_the_keyboard_alone(
    page: Page,
    store: Store,
    sign_in: Callable[..., None],
    state_purpose: Callable[[], None],
    audit_rows: AuditRows,
) -> None:
    name(store, NAMES)
    sign_in("hr", "H1", "/people")
    state_purpose()
    expect(page.get_by_role("heading", level=1)).to_have_text("People")
    page.keyboard.press("/")
    page.keyboard.type("ann")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("1 person found")
    assert_accessible(page)
    page.keyboard.press("Control+A")
    page.keyboard.type("а")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("1 person found")
    assert audit_rows()[-1]["whom"] == "A"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Анна Ёлкина")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Анна Ёлкина")
    assert_accessible(page)


def test_a_slash_is_a_letter_where_people_write(
    page: Page, store: Store, sign_in: Callable[..., None], state_purpose: Callable[[], None]
) -> None:
    name(store, NAMES)
    sign_in("hr", "H1", "/people")
    state_purpose()
    page.get_by_label("Manager").first.click()
    page.keyboard.type("M/1")
    expect(page.get_by_label("Manager").first).to_have_value("M/1")


def test_the_search_works_without_scripts(
    browser: Browser, address: str, store: Store, settings: ServerSettings
) -> None:
    name(store, NAMES)
    context = browser.new_context(base_url=address, java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto("/sign-in?next=/find")
    page.get_by_label("Token").fill(issue_token(settings, "hr", "H1"))
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("To answer a person who asks about themselves").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("searchbox").fill("bell")
    page.get_by_role("searchbox").press("Enter")
    page.get_by_role("link", name="Anna Bell").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Data held about Anna Bell")
    context.close()


@pytest.mark.parametrize("odd", ODD_NAMES.values(), ids=ODD_NAMES.keys())
def test_an_odd_name_breaks_no_page_on_a_phone(
    page: Page, store: Store, sign_in: Callable[..., None], state_purpose: Callable[[], None], odd: str
) -> None:
    name(store, {"A": odd, "M1": odd})
    sign_in("hr", "H1", "/people")
    state_purpose()
    for path in ("/people", "/people/A", "/people/A/receipt", "/find?query=A", "/lists", "/list?manager_id=M1"):
        page.goto(path)
        shown = page.locator("bdi").first
        expect(shown).to_have_text(odd)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_manager_is_greeted_by_name_in_the_own_language(
    page: Page, store: Store, sign_in: Callable[..., None]
) -> None:
    name(store, NAMES, language={"M1": "ru-RU"})
    sign_in("manager", "M1")
    expect(page.locator("main")).to_contain_text("Здравствуйте, Mia Lang!")
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    page.get_by_role("link", name="English").click()
    expect(page.locator("main")).to_contain_text("Dear Mia Lang,")


def test_hr_chooses_a_manager_by_name_with_the_keyboard(
    page: Page, store: Store, sign_in: Callable[..., None], state_purpose: Callable[[], None]
) -> None:
    """M1 leads A, B and C; M2 leads D and E; BOSS, without a name, leads M1 and M2."""
    name(store, NAMES | {"M2": "Max Lang"})
    sign_in("hr", "H1", "/people")
    state_purpose()
    suggested = page.locator("datalist option").evaluate_all("each => each.map(one => one.value)")
    assert suggested == ["BOSS", "Max Lang M2", "Mia Lang M1"]
    for typed, people in {
        "mia": {"A", "B", "C"},
        "Max Lang M2": {"D", "E"},
        "lang": {"A", "B", "C", "D", "E"},
        "BOSS": {"M1", "M2"},
        "nobody": set(),
    }.items():
        page.get_by_label("Manager").first.focus()
        page.keyboard.press("Control+A")
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(f"manager={typed.replace(' ', '[+]')}&"))
        shown = {text.split()[-1] for text in page.locator("tbody th").all_inner_texts()}
        assert shown == people
    expect(page.locator("main")).to_contain_text("No matches")
    page.goto("/people?manager_id=M2")  # as in older links
    expect(page.locator("tbody th")).to_have_count(2)
