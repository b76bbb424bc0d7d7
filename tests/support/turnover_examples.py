"""What happened in a small company, as it is published: groups, months and the lines of managers."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from pipeline.store.groups.turnover_figures import TurnoverFigures, write_turnover
from pipeline.store.store import Store
from pipeline.turnover.rates import Rate
from pipeline.turnover.report import (
    CohortRow,
    Condition,
    DriverDifference,
    ExpectedSegment,
    GroupRow,
    MonthRow,
    ReasonRow,
    ScoredSegments,
    Turnover,
)
from pipeline.turnover.turnover_json import as_json, group_json, month_json

RATE = Rate(0.12, 0.05, 0.2)
GROUPS = (
    GroupRow("everyone", None, 100, 98, 1190.0, 10, 12, 0, RATE, 9, 2, 1, RATE, RATE, RATE, 0.11),
    GroupRow("department", "Sales", 40, 39, 480.0, 4, 5, 0, RATE, 4, 1, 0, RATE, RATE, RATE, 0.11),
    GroupRow("department", "Plant", 52, 51, 610.0, 6, 7, 0, RATE, 5, 1, 1, RATE, RATE, RATE, 0.11),
    GroupRow("department", "Legal"),
    GroupRow("location", "Riga", 60, 60, 720.0, 6, 7, 0, RATE, 5, 1, 1, RATE, RATE, RATE, 0.11),
)
MONTHS = tuple(
    MonthRow(date(2026, month, 28), "everyone", None, 98, 98.5, 1, 1, voluntary_rate_12m=RATE) for month in (7, 8, 9)
)
SEGMENT = (Condition("department", "Sales"), Condition("location", "Riga"))
LARGE = (GROUPS[0], *(GroupRow(row.by, row.group) for row in GROUPS[1:]))


def turnover(groups: tuple[GroupRow, ...] = GROUPS) -> Turnover:
    days = (date(2023, 1, 1), date(2026, 9, 30), date(2025, 10, 31), date(2026, 9, 30))
    reasons = (ReasonRow("better offer", 6, 0.5), ReasonRow(None, 6, 0.5))
    scored = ScoredSegments(days[1], 6, (ExpectedSegment(SEGMENT, 25, 6.0, 3.0, (DriverDifference("pay", 0.3),)),))
    cohorts = (CohortRow(None, 20, 20, 2, 20, 4),)
    return Turnover("tiny", *days, MONTHS, groups, reasons, cohorts=cohorts, scored_segments=scored)


def line(manager: str) -> dict[str, Any]:
    row = GroupRow("manager", manager, 20, 20, 240.0, 3, 3, 0, RATE, 3, 0, 0, RATE, RATE, RATE, 0.1)
    return {"group": group_json(row), "months": [month_json(MonthRow(date(2026, 9, 30), "manager", manager, 20, 20.0))]}


def publish_what_happened(store: Store, managers: Sequence[str]) -> None:
    """Publish it for the source `tiny`, with a line for each manager."""
    lines = {name: line(name) for name in managers}
    figures = TurnoverFigures("tiny", "2026-09", as_json(turnover()), as_json(turnover(LARGE)), lines)
    with store.changing() as connection:
        write_turnover(connection, figures, ())
