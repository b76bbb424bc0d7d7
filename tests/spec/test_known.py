from datetime import date

import polars as pl
import pytest

from features.known.codes import everyone, numbered, with_codes
from features.known.facts import Prepared, known_on, latest, prepare
from features.known.posts import assignments, posts
from features.known.snapshots import at_risk, snapshot_dates

JUNE = date(2024, 6, 30)


def rows_of(frame, *columns):
    return frame.select(*columns).collect("polars").to_polars().sort(pl.all()).rows()


def test_a_fact_counts_only_if_it_took_effect_and_was_recorded_by_the_date(source_of):
    source = source_of(
        {
            "compensation": """
        employee_id effective_date base_pay recorded_at
        ann         2024-01-01     100      -
        ann         2024-06-30     110      2024-06-30
        ann         2024-07-01     120      2024-06-01
        ann         2024-03-01     130      2024-07-01"""
        }
    )
    facts = known_on(source, JUNE).facts("compensation")
    assert rows_of(facts, "effective_date", "base_pay") == [(date(2024, 1, 1), 100.0), (date(2024, 6, 30), 110.0)]


@pytest.mark.parametrize(("day", "pay"), [("2024-01-31", 100.0), ("2024-02-29", 120.0), ("2024-03-31", 90.0)])
def test_the_version_of_a_fact_recorded_last_by_the_date_counts(source_of, day, pay):
    source = source_of(
        {
            "compensation": """
        employee_id effective_date base_pay recorded_at
        ann         2024-01-01     120      2024-02-10
        ann         2024-01-01     90       2024-03-10
        ann         2024-01-01     100      -"""
        }
    )
    assert rows_of(known_on(source, date.fromisoformat(day)).facts("compensation"), "base_pay") == [(pay,)]


def test_knowing_that_each_fact_has_one_row_gives_the_same_facts(source_of):
    source = source_of(
        {
            "surveys": """
        employee_id survey_date item score recorded_at
        ann         2024-05-01  mood 4     2024-05-03
        ann         2024-06-01  mood 6     -
        bob         2024-06-01  mood 8     2024-07-01"""
        }
    )
    prepared = prepare(source)
    assert prepared.single >= {"surveys", "employees"}
    columns = ("employee_id", "survey_date", "item", "score")
    assert rows_of(known_on(source, JUNE, prepared).facts("surveys"), *columns) == rows_of(
        known_on(source, JUNE).facts("surveys"), *columns
    )


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("surveys", "employee_id survey_date item score\nann 2024-05-01 mood 4\nann 2024-05-01 load 6"),
        ("measures", "employee_id measured_at name value\nann 2024-05-01 steps 4\nann 2024-05-01 calls 6"),
        (
            "competencies",
            """employee_id assessed_at competency score assessor_id
               ann         2024-05-01  coaching   4     bob
               ann         2024-05-01  coaching   6     cid
               ann         2024-05-01  other      6     cid""",
        ),
    ],
)
def test_two_items_or_two_assessors_on_one_day_are_two_facts(source_of, table, rows):
    source = source_of({table: rows})
    facts = rows_of(known_on(source, JUNE).facts(table), "employee_id")
    assert len(facts) == len(rows.splitlines()) - 1
    assert table in prepare(source).single


def test_a_table_with_two_versions_of_a_fact_is_not_single(source_of):
    source = source_of(
        {
            "performance": """
        employee_id review_date rating recorded_at
        ann         2024-01-31  3      -
        ann         2024-01-31  4      2024-02-15"""
        }
    )
    assert "performance" not in prepare(source).single


@pytest.mark.parametrize("other_version", ["", "\nann 2024-05-01 mood 5 2024-06-02"], ids=["settled", "contested"])
def test_facts_are_the_same_with_coded_people_and_do_not_show_when_they_became_known(
    source_of, tmp_path, other_version
):
    rows = "ann 2024-05-01 mood 4 2024-05-03\nann 2024-06-01 mood 6 -"
    source = source_of({"surveys": f"employee_id survey_date item score recorded_at\n{rows}{other_version}"})
    coded = with_codes(source, numbered(everyone(source)), tmp_path)
    scores = [(5.0,), (6.0,)] if other_version else [(4.0,), (6.0,)]
    for each in (source, coded):
        for prepared in (Prepared(), prepare(each)):
            facts = known_on(each, JUNE, prepared).facts("surveys")
            assert sorted(facts.collect_schema().names()) == ["employee_id", "item", "score", "survey_date"]
            assert rows_of(facts, "score") == scores


def test_windows_are_open_at_their_start_and_closed_at_the_snapshot_date(source_of):
    source = source_of(
        {
            "performance": """
        employee_id review_date rating
        ann         2024-03-31  1
        ann         2024-04-01  2
        ann         2024-06-30  3"""
        }
    )
    assert rows_of(known_on(source, JUNE).facts("performance", months=3), "rating") == [(2.0,), (3.0,)]


REHIRE = """
    employee_id hire_date
    ann         2015-01-01
    ann         2024-02-01
    bob         2024-01-15"""


def test_facts_from_an_earlier_spell_are_dropped_but_not_those_before_the_first_hire(source_of):
    source = source_of(
        {
            "employees": REHIRE,
            "performance": """
        employee_id review_date rating
        ann         2016-01-31  1
        ann         2024-02-01  2
        bob         2024-01-10  3""",
        }
    )
    assert rows_of(known_on(source, JUNE).facts("performance"), "rating") == [(2.0,), (3.0,)]
    before = known_on(source, date(2024, 1, 31))
    assert rows_of(before.facts("performance"), "rating") == [(1.0,), (3.0,)]


def test_a_rehire_restarts_the_hire_date_and_the_exit_before_it_is_over(source_of):
    exits = "employee_id exit_date kind\nann 2020-05-31 voluntary"
    source = source_of({"employees": REHIRE, "exits": exits})
    assert rows_of(at_risk(known_on(source, JUNE)), "employee_id", "hire_date") == [
        ("ann", date(2024, 2, 1)),
        ("bob", date(2024, 1, 15)),
    ]
    assert rows_of(at_risk(known_on(source, date(2024, 1, 31))), "employee_id") == [("bob",)]
    assert rows_of(at_risk(known_on(source, date(2020, 4, 30))), "employee_id") == [("ann",)]


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


def test_a_notice_is_a_known_exit_in_the_future(source_of):
    source = source_of(
        {
            "employees": REHIRE,
            "exits": """
        employee_id exit_date  recorded_at kind
        ann         2020-05-31 2020-05-01  voluntary
        ann         2024-07-01 2024-06-30  voluntary
        bob         2024-06-30 2024-06-01  voluntary
        cid         2024-07-01 2024-07-01  voluntary
        dan         2024-07-01 -           voluntary""",
        }
    )
    assert rows_of(known_on(source, JUNE).notices(), "employee_id", "exit_date") == [("ann", date(2024, 7, 1))]


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
    place = ("department", "job", "level", "manager_id")
    assert rows_of(posts(known_on(source, JUNE)), *place) == [("finance", "clerk", 2, "cid")]
    assert rows_of(posts(known_on(source, date(2024, 4, 30))), *place) == [("sales", "clerk", 2, "bob")]


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
    found = known_on(source, date.fromisoformat(day)).first_day("performance")
    assert found == (first and date.fromisoformat(first))


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


def test_versions_have_the_window_of_facts_and_show_when_they_became_known(source_of):
    source = source_of(
        {
            "performance": """
        employee_id review_date rating recorded_at
        ann         2024-03-31  1      -
        ann         2024-04-01  2      -
        ann         2024-04-01  3      2024-05-02"""
        }
    )
    rows = rows_of(known_on(source, JUNE).versions("performance", months=3), "rating", "known_day")
    assert rows == [(2.0, date(2024, 4, 1)), (3.0, date(2024, 5, 2))]


def test_the_greater_of_two_versions_known_on_one_day_counts(source_of):
    source = source_of(
        {
            "performance": """
        employee_id review_date rating
        ann         2024-04-01  4
        ann         2024-04-01  3"""
        }
    )
    assert rows_of(known_on(source, JUNE).facts("performance"), "rating") == [(4.0,)]


def test_a_persons_last_row_is_the_one_with_the_latest_date(source_of):
    source = source_of(
        {
            "performance": """
        employee_id review_date rating
        ann         2024-04-01  4
        ann         2024-05-01  3
        bob         2024-03-01  5"""
        }
    )
    rows = latest(known_on(source, JUNE).facts("performance"), "review_date")
    assert rows_of(rows, "employee_id", "rating") == [("ann", 3.0), ("bob", 5.0)]
