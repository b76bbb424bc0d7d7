"""Facts and their versions, as known on a snapshot date."""

from datetime import date

import pytest
from frames import rows_of

from features.known.codes import everyone, numbered, with_codes
from features.known.facts import Prepared, known_on, latest, prepare

JUNE = date(2024, 6, 30)


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
