"""The month of each role: signed in at a real issuer, in a real browser; and all that the server sent meanwhile.

The company is that of `walked_company`: HEAD leads M1, M2 and M3 in Riga, OTHER leads eight people in Kyiv.
"""

import re

import pytest
from accessible import assert_accessible
from playwright.sync_api import Page, expect
from sqlalchemy import delete
from stopping import resume
from walked_company import IDS, NAMES
from walking import WHY, Walk, state_purpose

from pipeline.store.operations.tables import BRIEFING_CONFIRMATION

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy


@pytest.fixture
def address(walk: Walk) -> str:
    return walk.address


def tab_to(page: Page, text: str) -> None:
    """Press Tab until what has the focus has this text."""
    for _ in range(100):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count() and focused.inner_text() == text:
            return
    raise AssertionError(f"Tab never reaches {text}")


def test_hr_of_one_place_finds_a_person_reads_factors_and_takes_the_table(page: Page, walk: Walk) -> None:
    account = walk.enter(page, "hr", "/people")
    state_purpose(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("People")
    name = NAMES[IDS["A0"]]
    page.keyboard.press("/")
    page.keyboard.type(name.lower())
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("1 person found")
    assert_accessible(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    expect(page.locator("main")).to_contain_text("Pay against the market −18.1% (peers: +0.0%)")
    assert_accessible(page)
    assert walk.ask("hr", f"/v1/people?query={NAMES[IDS['X0']]}&{WHY}").json()["people"] == []
    page.goto("/people")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    rows = download.value.path().read_text()
    assert {each for each in IDS.values() if each in rows} == {IDS[short] for short in account.sees}
    listed = walk.ask("hr", "/v1/lists/2026-09", Accept="text/csv").text
    assert (IDS["A0"] in listed, IDS["A1"] in listed, IDS["X0"] in listed) == (True, True, False)
    for path in ("/overview", "/groups", "/services", "/lists", "/model"):
        page.goto(path)
        assert_accessible(page)
    walk.require_nothing_of_others(account)


def test_a_manager_reads_the_list_and_answers_with_the_keyboard(page: Page, walk: Walk) -> None:
    account = walk.enter(page, "manager")
    expect(page.get_by_role("heading", level=1)).to_have_text("2 conversations worth having")
    expect(page.locator("main")).to_contain_text(NAMES[IDS["A0"]])
    assert "%" not in page.locator("main").inner_text()  # bands, never a probability
    tab_to(page, "We talked")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Your answer is saved.")
    expect(page.get_by_role("button", name="We talked").first).to_have_attribute("aria-pressed", "true")
    assert_accessible(page)
    page.get_by_role("link", name="My organisation").click()
    expect(page.locator("main")).to_contain_text("Your own team")
    walk.require_nothing_of_others(account)


def test_a_manager_who_has_not_read_the_briefing_reads_it_first(page: Page, walk: Walk) -> None:
    with walk.store.changing() as connection:
        connection.execute(delete(BRIEFING_CONFIRMATION).where(BRIEFING_CONFIRMATION.c.manager_id == IDS["M1"]))
    account = walk.enter(page, "manager")
    expect(page.get_by_role("heading", level=1)).to_have_text("Before you read your list")
    expect(page.locator("main")).not_to_contain_text(NAMES[IDS["A0"]])
    assert walk.ask("manager", "/v1/lists/2026-09").status_code == 403
    assert_accessible(page)
    page.get_by_label("I have read this and will follow it.").check()
    page.get_by_role("button", name="Confirm and go to my list").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 conversations worth having")
    assert walk.ask("manager", "/v1/lists/2026-09").status_code == 200
    walk.require_nothing_of_others(account)


def test_an_employee_reads_what_is_held_objects_and_withdraws(page: Page, walk: Walk) -> None:
    account = walk.enter(page, "employee")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{NAMES[IDS['A0']]}, this is what is held about you")
    expect(page.locator("main")).to_contain_text("not a statement about you")
    expect(page.locator("main")).to_contain_text("Pay against the market")
    assert_accessible(page)
    page.get_by_role("button", name="I object").click()
    expect(page.locator(".note")).to_contain_text("You object to being scored since")
    assert walk.ask("hr", f"/v1/employees/{IDS['A0']}/risk?{WHY}").status_code == 403
    page.get_by_role("button", name="Withdraw the objection").click()
    expect(page.get_by_role("status")).to_have_text("Your objection is withdrawn.")
    assert walk.ask("hr", f"/v1/employees/{IDS['A0']}/risk?{WHY}").status_code == 200
    walk.require_nothing_of_others(account)


def test_a_head_sees_the_organisation_as_groups(page: Page, walk: Walk) -> None:
    account = walk.enter(page, "head", "/organisation")
    expect(page.get_by_role("heading", level=1)).to_contain_text("voluntary exits expected in your organisation")
    expect(page.locator("main")).to_contain_text("It counts all 20 people")
    team = page.get_by_role("table").filter(has_text="To talk to").get_by_role("row").filter(has_text=NAMES[IDS["M1"]])
    expect(team).to_contain_text("6")
    assert_accessible(page)
    page.get_by_role("link", name="My list").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("No conversation to plan this month")
    assert walk.ask("head", "/v1/groups/line").json()["people"] == 20
    walk.require_nothing_of_others(account)


def test_hr_who_leads_a_team_elsewhere_sees_scores_here_and_a_list_there(page: Page, walk: Walk) -> None:
    account = walk.enter(page, "hr and manager", "/people")
    state_purpose(page)
    page.get_by_role("link", name=NAMES[IDS["X0"]]).click()
    expect(page.locator("main")).to_contain_text("The risk of leaving within 6 months is 4.7%")
    page.get_by_role("link", name="My list").click()
    expect(page.locator("main")).to_contain_text(NAMES[IDS["A0"]])
    assert "%" not in page.locator("main").inner_text()
    assert page.request.get(f"/people/{IDS['A0']}").status == 404  # whom the list names has no score for HR of Kyiv
    assert_accessible(page)
    walk.require_nothing_of_others(account)


def test_a_representative_reads_the_card_stops_the_system_and_lets_it_go_on(page: Page, walk: Walk) -> None:
    account = walk.enter(page, "representative")
    expect(page.get_by_role("heading", level=1)).to_have_text("How the system is used, and how it is checked")
    expect(page.get_by_role("heading", name="Who looked, how often, and what for")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Model card").click()
    expect(page.locator("body")).to_contain_text("Who is affected, and their rights")
    page.goto("/halt")
    try:
        page.get_by_label("Reason").fill("The works council asks for a review.")
        page.get_by_role("button", name="Stop now").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("The system is halted")
        assert_accessible(page)
        stopped = walk.ask("manager", "/v1/lists/2026-09")
        assert (stopped.status_code, stopped.json()["reason"]) == (503, "The works council asks for a review.")
        page.get_by_role("button", name="Resume").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Stop the system")
        assert walk.ask("manager", "/v1/lists/2026-09").status_code == 200
    finally:
        if walk.store.current_halt():
            resume(walk.store)
    assert any("is halted" in text for text in walk.recorded.texts)
    walk.recorded.texts[:] = [text for text in walk.recorded.texts if IDS["M1"] not in text or "Representation" in text]
    walk.require_nothing_of_others(account)


def test_a_data_scientist_compares_versions_and_sees_no_id(page: Page, walk: Walk) -> None:
    account = walk.enter(page, "data scientist")
    expect(page.locator(".kicker")).to_have_text("Version 2 · champion")
    assert_accessible(page)
    page.get_by_role("link", name="1", exact=True).click()
    expect(page.locator(".kicker")).to_have_text("Version 1")
    assert walk.ask("data scientist", "/v1/models/1").json()["version"] == "1"
    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("voluntary exits expected")
    teams = walk.ask("data scientist", "/v1/groups/manager").json()["groups"]
    assert sum(bool(re.fullmatch("team-[0-9a-f]{12}", each["group"] or "")) for each in teams) == 5  # the managers
    walk.require_nothing_of_others(account)


def test_an_auditor_finds_who_looked_at_whom_and_reads_no_name(page: Page, walk: Walk) -> None:
    assert walk.ask("hr", f"/v1/employees/{IDS['B0']}/risk?{WHY}").status_code == 200
    account = walk.enter(page, "auditor")
    page.get_by_role("textbox", name="Whom").fill(IDS["B0"])
    page.get_by_role("button", name="Show").click()
    row = page.get_by_role("row").filter(has_text="GET /v1/employees/{employee_id:path}/risk").first
    expect(row).to_contain_text("s-hr")
    expect(row).to_contain_text("To prepare a conversation about staying")
    assert_accessible(page)
    walk.require_nothing_of_others(account, ids_are_shown=True)
