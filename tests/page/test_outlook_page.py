"""The pages of what is coming and of the month at a glance, in a real browser: readable, accessible, one screen."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from accessible import assert_accessible
from playwright.sync_api import Page, expect

from pipeline.identity.scopes import Scope
from pipeline.identity.tokens import issue_token
from pipeline.outlook.outlook_json import stored
from pipeline.outlook.report import Held, Outlook, OutlookRow, PlannedHires
from pipeline.store.groups.outlook_figures import StoredOutlook, write_outlook
from pipeline.store.groups.turnover_figures import TurnoverFigures, write_turnover
from pipeline.store.store import Store
from pipeline.turnover.rates import Comparison, Rate
from pipeline.turnover.report import GroupRow, MonthRow, Turnover
from pipeline.turnover.turnover_json import as_json
from serving.settings import ServerSettings

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy

RATE = Rate(0.12, 0.05, 0.2)
DAYS = (date(2023, 1, 1), date(2026, 9, 30), date(2025, 10, 31), date(2026, 9, 30))
PARTS = ["What happened", "What is coming", "Where", "Why", "What changed", "What was done"]
SIGN_IN = Callable[..., None]


def row(by: str, group: str | None, people: int, months: int = 6) -> OutlookRow:
    exits = people * months / 60
    left = people - exits - 1
    return OutlookRow(by, group, months, people, exits, 1, 19, 1.0, 0, 3, None, left, int(left) - 9, int(left) + 9)


@pytest.fixture
def coming(store: Store) -> None:
    with store.reading() as scores:
        published = scores.current()
    assert published is not None
    rows = [row("everyone", None, 98, months) for months in (3, 6, 12)]
    rows += [row("department", "Sales", 60), row("department", "Plant", 30), OutlookRow("department", "Legal", 6)]
    rows.append(row("location", "Riga", 98))
    found = Outlook("tiny", date(2026, 9, 30), published.id, tuple(rows), held=(Held(6, False, 3, 40, 37),))
    found = replace(found, planned=(PlannedHires("2026-10", 3, "Sales"),))
    whole = GroupRow("everyone", None, 100, 98, 1190.0, 10, 12, 0, RATE, 9, 2, 1, RATE, RATE, RATE, 0.11)
    whole = replace(whole, year_before=Comparison(0.9, 0.5, 1.6, 0.7, None))
    months = tuple(MonthRow(date(2026, each, 28), "everyone", None, 98, voluntary_rate_12m=RATE) for each in (7, 8, 9))
    happened = as_json(Turnover("tiny", *DAYS, months, (whole, replace(whole, by="location", group="Riga"))))
    with store.changing() as connection:
        write_outlook(connection, StoredOutlook("tiny", "2026-09", published.id, stored(found)))
        write_turnover(connection, TurnoverFigures("tiny", "2026-09", happened, happened, {}), ())


@pytest.mark.usefixtures("coming")
def test_hr_reads_head_count_exits_and_whether_ranges_held(page: Page, sign_in: SIGN_IN) -> None:
    sign_in("hr", "H1", "/outlook")
    page.goto("/outlook")
    main = page.locator("main")
    expect(page.get_by_role("heading", level=1)).to_have_text("From 98 people to about 90 within 6 months")
    expect(main).to_contain_text("The plan of hires ends in Oct 2026.")
    expect(main).to_contain_text("37 / 40")
    expect(main).to_contain_text("1 group has too few people to show.")
    assert "Legal" not in main.inner_text()
    assert_accessible(page)
    for table in page.get_by_text("As a table").all():
        table.click()
    assert_accessible(page)
    page.get_by_label("Within").select_option("12")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("From 98 people to about 80 within 12 months")


@pytest.mark.usefixtures("coming")
def test_the_overview_has_six_parts_on_one_screen(page: Page, sign_in: SIGN_IN) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    sign_in("hr", "H1", "/overview")
    page.goto("/overview")
    assert page.get_by_role("heading", level=2).all_inner_texts() == PARTS
    main = page.locator("main")
    expect(main).to_contain_text("12% voluntary turnover a year")
    expect(main).to_contain_text("compared with the year before: −10%")
    expect(main).to_contain_text("Head count from 98 to 90 (81–99); 3 hires planned")
    last = page.locator(".glance > section").last.bounding_box()
    assert last is not None
    assert last["y"] + last["height"] <= 800
    assert_accessible(page)
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert_accessible(page)
    page.get_by_role("link", name="Outlook").last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("From 98 people")


def test_parts_without_figures_say_which_command_gives_them(page: Page, sign_in: SIGN_IN) -> None:
    sign_in("hr", "H1", "/overview")
    page.goto("/overview")
    assert page.get_by_role("heading", level=2).all_inner_texts() == PARTS
    for command in ("turnover SOURCE", "outlook SOURCE", "monitor SOURCE", "effect"):
        expect(page.locator("main")).to_contain_text(f"retention {command}")
    sign_in("data_scientist", "S1", "/overview")
    page.goto("/overview")
    expect(page.locator("main")).to_contain_text("Your role does not see lists.")
    assert_accessible(page)


@pytest.mark.usefixtures("coming")
def test_hr_of_one_location_reads_its_figures_at_once(page: Page, settings: ServerSettings) -> None:
    """Riga has all eight people, and no department lies wholly in a scope that is written as a location."""
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/sign-in")
    page.get_by_label("Token").fill(issue_token(settings, "hr", "H1", scope=Scope(location=("Riga",))))
    page.get_by_role("button", name="Sign in").click()
    page.goto("/overview")
    parts = {name: page.locator(".glance > section", has=page.get_by_role("heading", name=name)) for name in PARTS}
    expect(parts["What happened"]).to_contain_text("Riga 12%", use_inner_text=True)
    expect(parts["What is coming"]).to_contain_text("Riga 9.8 / 98", use_inner_text=True)
    expect(parts["What changed"]).to_contain_text("Riga")
    expect(parts["Why"]).to_contain_text("Relationships")
    assert_accessible(page)
    for path in ("/outlook", "/turnover", "/plans"):
        page.goto(path)
        expect(page.locator("select[name=by]")).to_have_value("location")
    page.goto("/outlook")
    expect(page.locator("main")).to_contain_text("Riga")
