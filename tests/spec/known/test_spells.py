"""Spells: rehires, exits and notices, as known on a snapshot date."""

from datetime import date

from frames import rows_of

from features.known.facts import known_on
from features.known.snapshots import at_risk

JUNE = date(2024, 6, 30)


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


def test_a_person_hired_again_on_the_day_of_the_exit_is_at_risk_from_then_on(source_of):
    source = source_of(
        {
            "employees": REHIRE,
            "exits": "employee_id exit_date kind\nann 2024-02-01 other\nbob 2024-01-15 voluntary",
        }
    )
    assert rows_of(at_risk(known_on(source, JUNE)), "employee_id", "hire_date") == [("ann", date(2024, 2, 1))]
