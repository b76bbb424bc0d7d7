"""Posts and assignments, as known on a snapshot date."""

from datetime import date

import pytest
from frames import rows_of

from features.build import organisation
from features.known.facts import known_on
from features.known.posts import assignments, posts

JUNE = date(2024, 6, 30)


def test_a_null_in_an_assignment_means_unchanged_since_the_row_before(source_of):
    source = source_of(
        {
            "assignments": """
        employee_id effective_date department job   level manager_id
        ann         2024-01-01     sales      clerk 1     bob
        ann         2024-03-01     -          -     2     -
        ann         2024-05-01     finance    -     -     cid"""
        }
    )
    columns = ("department", "job", "level", "manager_id")
    assert rows_of(posts(known_on(source, JUNE)), *columns) == [("finance", "clerk", 2, "cid")]
    assert rows_of(posts(known_on(source, date(2024, 4, 30))), *columns) == [("sales", "clerk", 2, "bob")]


def test_a_late_correction_of_an_assignment_changes_only_the_columns_it_fills(source_of):
    source = source_of(
        {
            "assignments": """
        employee_id effective_date department level recorded_at
        ann         2024-01-01     sales      1     -
        ann         2024-01-01     -          2     2024-05-05"""
        }
    )
    assert rows_of(posts(known_on(source, JUNE)), "department", "level") == [("sales", 2)]
    assert rows_of(posts(known_on(source, date(2024, 4, 30))), "department", "level") == [("sales", 1)]


CHANGES = ("effective_date", "promoted", "transferred", "manager_changed")


def test_an_assignment_without_a_reason_is_classified_by_level_department_and_manager(source_of):
    source = source_of(
        {
            "assignments": """
        employee_id effective_date department level manager_id
        ann         2024-01-01     sales      1     bob
        ann         2024-02-01     -          2     -
        ann         2024-03-01     finance    -     -
        ann         2024-04-01     -          1     cid"""
        }
    )
    assert rows_of(assignments(known_on(source, JUNE)), *CHANGES) == [
        (date(2024, 1, 1), 0, 0, 0),
        (date(2024, 2, 1), 1, 0, 0),
        (date(2024, 3, 1), 0, 1, 0),
        (date(2024, 4, 1), 0, 0, 1),
    ]


def test_a_stated_reason_decides_and_a_new_manager_counts_whatever_the_reason(source_of):
    source = source_of(
        {
            "assignments": """
        employee_id effective_date department level manager_id reason
        ann         2024-01-01     sales      1     bob        hire
        ann         2024-02-01     finance    2     cid        reorganisation
        ann         2024-03-01     -          -     -          promotion
        ann         2024-04-01     sales      -     -          -"""
        }
    )
    rows = rows_of(assignments(known_on(source, JUNE)), *CHANGES, "reorganised")
    assert rows == [
        (date(2024, 1, 1), 0, 0, 0, 0),
        (date(2024, 2, 1), 0, 0, 1, 1),
        (date(2024, 3, 1), 1, 0, 0, 0),
        (date(2024, 4, 1), 0, 1, 0, 0),
    ]


def test_a_post_first_recorded_long_after_the_hire_has_an_unknown_start(source_of):
    source = source_of({
        "employees": "employee_id hire_date\nann 2010-01-01\nbob 2023-10-01",
        "assignments": """
            employee_id effective_date job
            ann         2024-01-01     clerk
            bob         2024-01-01     clerk
            ann         2024-04-01     analyst""",
    })  # fmt: skip
    since = {
        day: rows_of(posts(known_on(source, day)), "employee_id", "job_since") for day in (date(2024, 3, 31), JUNE)
    }
    assert since[date(2024, 3, 31)] == [("ann", None), ("bob", date(2023, 10, 1))]
    assert since[JUNE] == [("ann", date(2024, 4, 1)), ("bob", date(2023, 10, 1))]


@pytest.mark.parametrize(
    ("recorded", "manager"),
    [
        ("2024-02-01 2024-03-01", "N"),
        ("2024-03-01 2024-02-01", "M"),
    ],
)
def test_a_person_with_two_managers_on_one_day_has_the_one_recorded_last(source_of, recorded, manager):
    first, second = recorded.split()
    rows = f"employee_id effective_date manager_id recorded_at\nA 2024-01-01 M {first}\nA 2024-01-01 N {second}"
    result = organisation(source_of({"assignments": rows}), date(2024, 6, 30))
    assert result.filter(employee_id="A")["manager_id"].to_list() == [manager]
