"""What one department gets from another, with rows computed by hand."""

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from features.collaboration.department_services import department_askers, department_services
from features.source import Source

SNAPSHOT = date(2024, 12, 31)
PEOPLE = pl.DataFrame(
    {
        "employee_id": ["A", "B", "C", "D"],
        "department": ["Sales", "Sales", "Plant", None],
        "risk": [0.2, 0.5, 0.1, 0.9],
    }
)
SERVICES = """
client_id provider_id opened_at        closed_at        rating recorded_at kind
A         C           2024-12-02T08:00 2024-12-02T10:00 4      - data
A         C           2024-11-02T08:00 2024-11-02T12:00 2      - data
B         C           2024-02-02T08:00 2025-01-02T08:00 5      - -
B         C           2024-12-03T08:00 -                -      2025-01-15 data
C         A           2024-12-05T08:00 2024-12-05T09:00 3      - data
A         B           2023-12-31T08:00 2024-01-02T08:00 1      - data
D         C           2024-12-05T08:00 2024-12-05T09:00 3      - data
A         D           2024-12-05T08:00 2024-12-05T09:00 3      - data
"""


def figures(source: Source) -> dict[tuple[str, str], dict[str, Any]]:
    rows = department_services(source, SNAPSHOT, PEOPLE, ["risk"]).to_dicts()
    return {(row.pop("client_department"), row.pop("provider_department")): row for row in rows}


def test_a_pair_counts_the_requests_of_a_year_known_by_the_date(source_of: Callable[..., Source]) -> None:
    result = figures(source_of({"collaboration": SERVICES}))
    # Sales asked Plant three times (the fourth was recorded later), one answer is still to come; nobody without a
    # department counts, nor what was asked on the last day before the window
    assert result == {
        ("Sales", "Plant"): {
            "clients": 2,
            "providers": 1,
            "services": 3,
            "rating": 3.0,
            "hours": 3.0,
            "balance": pytest.approx((1 - 3) / 4),
            "trend": pytest.approx((2 / 3) / (3 / 12) - 1),
            "risk": pytest.approx((0.2 + 0.2 + 0.5) / 3),
            "kinds": [
                {"kind": "data", "services": 2, "clients": 1, "providers": 1},
                {"kind": "other", "services": 1, "clients": 1, "providers": 1},
            ],
        },
        ("Plant", "Sales"): {
            "clients": 1,
            "providers": 1,
            "services": 1,
            "rating": 3.0,
            "hours": 1.0,
            "balance": pytest.approx((3 - 1) / 4),
            "trend": pytest.approx((1 / 3) / (1 / 12) - 1),
            "risk": 0.1,
            "kinds": [{"kind": "data", "services": 1, "clients": 1, "providers": 1}],
        },
    }


def test_askers_are_counted_in_the_same_services(source_of: Callable[..., Source]) -> None:
    asked = department_askers(source_of({"collaboration": SERVICES}), SNAPSHOT, PEOPLE)
    assert sorted(asked.rows()) == [("A", "Sales", "Plant", 2), ("B", "Sales", "Plant", 1), ("C", "Plant", "Sales", 1)]
    assert department_askers(source_of({}), SNAPSHOT, PEOPLE).is_empty()


def test_less_than_a_year_of_services_has_no_trend(source_of: Callable[..., Source]) -> None:
    services = "client_id provider_id opened_at\nA C 2024-12-02T08:00"
    [row] = figures(source_of({"collaboration": services})).values()
    assert (row["services"], row["trend"], row["rating"], row["hours"], row["kinds"]) == (1, None, None, None, None)


def test_no_services_give_no_pairs(source_of: Callable[..., Source]) -> None:
    assert figures(source_of({})) == {}
