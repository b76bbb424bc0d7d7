"""What a source covers: tables, columns, and how far back they reach."""

from datetime import date

import pytest

from features.known.facts import known_on

JUNE = date(2024, 6, 30)


@pytest.mark.parametrize(
    ("day", "first"), [("2024-02-29", None), ("2024-04-30", "2024-03-01"), ("2024-05-31", "2024-01-15")]
)
def test_the_first_day_of_a_table_is_the_earliest_known_by_the_date(source_of, day, first):
    source = source_of(
        {
            "performance": """
        employee_id review_date rating recorded_at
        ann         2024-04-01  1      -
        ann         2024-03-01  2      -
        ann         2024-01-15  3      2024-05-02"""
        }
    )
    result = known_on(source, date.fromisoformat(day)).first_day("performance")
    assert result == (first and date.fromisoformat(first))


@pytest.mark.parametrize(("complete_from", "is_covered"), [("2024-04-01", True), ("2024-04-02", False)])
def test_exits_cover_a_window_whose_first_day_is_fully_recorded(source_of, complete_from, is_covered):
    source = source_of({"exits": "employee_id exit_date kind"}, complete_from=date.fromisoformat(complete_from))
    assert known_on(source, JUNE).exits_reach_back(3) is is_covered  # (31 March, 30 June]


@pytest.mark.parametrize(
    ("need", "is_held"),
    [
        ("surveys", True),
        ("measures", False),
        ("surveys.score", True),
        ("surveys.mood", False),
        ("measures.value", False),
        ("measures or surveys", True),
        ("surveys.mood or surveys.item", True),
        ("measures or surveys.mood", False),
    ],
)
def test_a_source_has_a_table_a_column_or_either_of_two(source_of, need, is_held):
    source = source_of({"surveys": "employee_id survey_date item score\nann 2024-05-01 mood 4"})
    assert known_on(source, JUNE).has(need) is is_held
