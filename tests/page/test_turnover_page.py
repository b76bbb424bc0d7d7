"""The page of turnover, in a real browser: readable, accessible, and without what is hidden."""

from collections.abc import Callable
from datetime import date

import pytest
from accessible import assert_accessible
from playwright.sync_api import Page, expect

from pipeline.store.groups.turnover_figures import TurnoverFigures, write_turnover
from pipeline.store.store import Store
from pipeline.turnover.rates import Comparison, Rate
from pipeline.turnover.report import (
    Checkpoint,
    CohortRow,
    Condition,
    DriverDifference,
    ExpectedSegment,
    GroupRow,
    MonthRow,
    ReasonRow,
    ScoredSegments,
    Segment,
    Turnover,
)
from pipeline.turnover.turnover_json import as_json

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy

RATE = Rate(0.12, 0.05, 0.2)
LAST = Comparison(2.1, 1.4, 3.0, 0.001, 0.01)
IN_RIGA = (Condition("department", "Sales"), Condition("location", "Riga"))
NEW = (Condition("department", "Plant"), Condition("tenure", "under 3 months"))
DIFFERENCES = (DriverDifference("growth", -0.42), DriverDifference("conditions", 0.2), DriverDifference("pay", 0.1))
DAYS = (date(2023, 1, 1), date(2026, 9, 30), date(2025, 10, 31), date(2026, 9, 30))


@pytest.fixture
def happened(store: Store) -> None:
    whole = (100, 98, 1190.0, 10, 12, 0, RATE, 9, 2, 1, RATE, RATE, RATE, 0.11)
    groups = (
        GroupRow("everyone", None, *whole),
        GroupRow("department", "Sales", *whole, 3, 9, Comparison(1.9, 1.2, 3.0, 0.01, 0.02), None, None, True),
        GroupRow("department", "Plant", 30, 30, 360.0, 2, 2, 0, RATE),
        GroupRow("department", "Legal"),
    )
    turnover = Turnover(
        "tiny",
        *DAYS,
        tuple(MonthRow(date(2026, each, 28), "everyone", None, 98, voluntary_rate_12m=RATE) for each in (7, 8, 9)),
        groups,
        (ReasonRow("better offer", 6, 0.67), ReasonRow(None, 3, 0.33)),
        segments=(Segment(IN_RIGA, LAST, 80, 22, 20, 9.5, RATE, LAST, (DriverDifference("pay", 0.31),)),),
        scored_segments=ScoredSegments(DAYS[1], 6, (ExpectedSegment(NEW, 41, 9.2, 4.6, DIFFERENCES),)),
        cohorts=(CohortRow(None, 20, 20, 2, 20, 4, (Checkpoint(12, 20, 0.8), Checkpoint(24, 10, 0.7))),),
    )
    figures = TurnoverFigures("tiny", "2026-09", as_json(turnover), as_json(turnover), {})
    with store.changing() as connection:
        write_turnover(connection, figures, ())


@pytest.mark.usefixtures("happened")
def test_hr_reads_who_left_where_and_why(page: Page, sign_in: Callable[..., None]) -> None:
    sign_in("hr", "H1", "/turnover")
    page.goto("/turnover")
    expect(page.get_by_role("heading", level=1)).to_have_text("9 people left voluntarily in twelve months")
    main = page.locator("main")
    expect(main).to_contain_text("More than in the year before: Sales")
    expect(main).to_contain_text("too few exits to show")  # Plant
    expect(main).to_contain_text("1 group has too few people to show.")
    expect(main).to_contain_text("20 voluntary exits, where the groups explain 9.5; mean headcount 80.")
    expect(main).to_contain_text(
        "9.2 voluntary exits are expected within 6 months, where the groups explain 4.6; headcount 41."
    )
    expect(main).to_contain_text("in log-odds: Pay +0.31.")
    expect(main).to_contain_text("Growth −0.42, Conditions +0.20.")  # the two largest
    assert "Legal" not in main.inner_text()
    assert_accessible(page)
    for table in page.get_by_text("As a table").all():
        table.click()
    assert_accessible(page)


@pytest.mark.usefixtures("happened")
def test_a_manager_without_a_line_reads_why(page: Page, sign_in: Callable[..., None]) -> None:
    sign_in("manager", "M1")
    page.goto("/turnover")
    expect(page.locator("main")).to_contain_text("too small to show")
