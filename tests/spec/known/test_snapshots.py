"""Snapshot dates, and the people at risk on one."""

from datetime import date

import pytest
from frames import rows_of

from features.known.facts import known_on
from features.known.snapshots import at_risk, snapshot_dates

JUNE = date(2024, 6, 30)


@pytest.mark.parametrize(
    ("row", "is_at_risk"),
    [
        ("2024-06-30 -          ", False),  # gone on the date
        ("2024-07-01 -          ", True),  # an exit that nobody can know of yet
        ("2024-07-31 2024-06-30 ", False),  # notice given
        ("2024-07-31 2024-07-01 ", True),  # notice given later
        ("2024-06-15 2024-07-03 ", True),  # gone, but not known on the date
    ],
)
def test_people_known_to_have_left_or_given_notice_are_not_at_risk(source_of, row, is_at_risk):
    source = source_of({"exits": f"employee_id exit_date recorded_at kind\nann {row} voluntary"})
    assert rows_of(at_risk(known_on(source, JUNE)), "employee_id") == [("ann",)] * is_at_risk


def test_nobody_is_at_risk_before_being_hired_observed_and_recorded(source_of):
    source = source_of(
        {
            "employees": """
        employee_id hire_date  observed_from recorded_at
        ann         2024-06-30 -             -
        bob         2024-07-01 -             -
        cid         2010-01-01 2024-07-01    -
        dan         2010-01-01 2024-06-30    -
        eve         2024-06-01 -             2024-07-02"""
        }
    )
    assert rows_of(at_risk(known_on(source, JUNE)), "employee_id") == [("ann",), ("dan",)]


@pytest.mark.parametrize(
    ("first", "last", "every", "dates"),
    [
        ("2024-01-01", "2024-04-30", 1, ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]),
        ("2024-01-01", "2024-04-29", 1, ["2024-01-31", "2024-02-29", "2024-03-31"]),
        ("2023-06-30", "2024-06-30", 12, ["2023-06-30", "2024-06-30"]),
        ("2023-07-01", "2024-06-30", 12, ["2024-06-30"]),
        ("2024-05-02", "2024-05-30", 1, []),
    ],
)
def test_snapshot_dates_are_month_ends_counted_back_from_complete_until(source_of, first, last, every, dates):
    period = {"complete_from": date.fromisoformat(first), "complete_until": date.fromisoformat(last)}
    source = source_of({"exits": "employee_id exit_date kind\nann 2024-05-31 other"}, **period)
    object.__setattr__(source, "snapshot_every_months", every)
    assert [str(day) for day in snapshot_dates(source)] == dates
