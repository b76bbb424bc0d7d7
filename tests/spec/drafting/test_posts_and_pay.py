"""Posts and pay: nothing of today is dated back, and pay is brought to a year of full time."""

from datetime import date

import pytest
from drafts import Draw

PERIOD = {"complete_from": "2020-01-01", "complete_until": "2021-12-31", "exit_kinds": {"Resignation": "voluntary"}}
ROSTER = """Employee ID,First Name,Last Name,Hire Date,Termination Date,Termination Reason,Department,Manager,FTE %
0000011,Ann,Ray,2018-01-01,,,Sales,Bea Sun (0000012),100
0000012,Bea,Sun,2018-02-01,,,Sales,,100
0000013,Cid,Tam,2018-03-01,2020-06-30,Resignation,Legal,Bea Sun (0000012),50
"""
UNTIL = date(2021, 12, 31)


def test_a_value_of_today_counts_from_the_day_of_the_export(drafted: Draw) -> None:
    made = drafted({"roster.csv": ROSTER}, PERIOD)
    assert made.rows("assignments", "employee_id", "effective_date", "department") == [
        ("0000011", UNTIL, "Sales"),
        ("0000012", UNTIL, "Sales"),
    ]
    assert any("Department" in note and "as of today" in note for note in made.draft.notes)


def test_a_value_that_never_changes_holds_since_the_hire(drafted: Draw) -> None:
    made = drafted({"roster.csv": ROSTER}, PERIOD | {"never_changes": ["Department"]})
    departments = [row for row in made.rows("assignments", "employee_id", "effective_date", "department") if row[2]]
    assert departments == [
        ("0000011", date(2018, 1, 1), "Sales"),
        ("0000012", date(2018, 2, 1), "Sales"),
        ("0000013", date(2018, 3, 1), "Legal"),
    ]


def test_the_pay_of_today_is_not_the_pay_of_before(drafted: Draw) -> None:
    roster = ROSTER.replace("FTE %", "Annual Salary").replace(",100\n", ",48000\n").replace(",50\n", ",30000\n")
    made = drafted({"roster.csv": roster}, PERIOD)
    assert made.rows("compensation", "employee_id", "effective_date", "base_pay") == [
        ("0000011", UNTIL, 48000.0),
        ("0000012", UNTIL, 48000.0),
    ]


def test_a_manager_is_found_behind_the_name(drafted: Draw) -> None:
    made = drafted({"roster.csv": ROSTER}, PERIOD)
    assert made.rows("assignments", "employee_id", "manager_id") == [("0000011", "0000012"), ("0000012", None)]


@pytest.mark.parametrize("written", ["Bea Sun", "Sun, Bea", "Sun Bea"])
def test_a_manager_is_found_by_name(drafted: Draw, written) -> None:
    roster = ROSTER.replace("Bea Sun (0000012)", f'"{written}"')
    made = drafted({"roster.csv": roster}, PERIOD)
    assert made.rows("assignments", "employee_id", "manager_id") == [("0000011", "0000012"), ("0000012", None)]


def test_a_name_of_two_people_is_nobody(drafted: Draw) -> None:
    roster = ROSTER.replace("Bea Sun (0000012)", "Bea Sun") + "0000014,Bea,Sun,2018-05-01,,,Sales,Bea Sun,100\n"
    made = drafted({"roster.csv": roster}, PERIOD)
    assert {row[0] for row in made.rows("assignments", "manager_id")} == {None}


def test_levels_follow_the_column_and_the_direction_of_the_answer(drafted: Draw) -> None:
    jobs = "Employee ID,Effective Date,Management Level\n0000011,2018-01-01,6 Contributor\n"
    jobs += "0000011,2020-01-01,5 Contributor\n0000012,2018-02-01,1 Director\n0000013,2018-03-01,6 Contributor\n"
    answer = {"level": "Management Level: lower is more senior"}
    made = drafted({"roster.csv": ROSTER, "jobs.csv": jobs}, PERIOD | answer)
    levels = [row for row in made.rows("assignments", "employee_id", "effective_date", "level") if row[2]]
    assert levels == [
        ("0000011", date(2018, 1, 1), 1),
        ("0000011", date(2020, 1, 1), 2),
        ("0000012", date(2018, 2, 1), 6),
        ("0000013", date(2018, 3, 1), 1),
    ]


PAY = """Employee ID,Effective Date,Amount,Paid per,Currency
0000011,2018-01-01,20.00,Hour,EUR
0000011,2020-05-01,"4,000.00",Month,EUR
0000012,2018-02-01,"60,000.00",Year,EUR
0000013,2018-03-01,"1,500.50",Month,EUR
"""


def test_pay_by_the_hour_month_and_year_becomes_pay_by_the_year(drafted: Draw) -> None:
    answers = {"payments_per_year": {"Hour": 2080, "Month": 13, "Year": 1}, "pay_basis": "full time"}
    made = drafted({"roster.csv": ROSTER, "pay.csv": PAY}, PERIOD | answers)
    assert made.rows("compensation", "employee_id", "effective_date", "base_pay") == [
        ("0000011", date(2018, 1, 1), 41600.0),
        ("0000011", date(2020, 5, 1), 52000.0),
        ("0000012", date(2018, 2, 1), 60000.0),
        ("0000013", date(2018, 3, 1), 19506.5),
    ]


def test_pay_as_paid_is_divided_by_the_share_of_full_time(drafted: Draw) -> None:
    answers = {"payments_per_year": {"Hour": 2080, "Month": 12, "Year": 1}, "pay_basis": "as paid"}
    made = drafted({"roster.csv": ROSTER, "pay.csv": PAY}, PERIOD | answers)
    pays = dict(made.rows("compensation", "employee_id", "base_pay"))
    assert pays["0000013"] == 36012.0
    assert pays["0000012"] == 60000.0


def test_the_currency_may_stand_beside_the_number(drafted: Draw) -> None:
    pay = "Employee ID,Effective Date,Pay rate,Paid per\n0000011,2018-01-01,19.59 EUR,Hour\n"
    pay += "0000012,2018-02-01,20.41 EUR,Hour\n"
    pay += "0000013,2018-03-01,21.00 EUR,Hour\n0000011,2019-03-01,23.00 EUR,Hour\n"
    made = drafted({"roster.csv": ROSTER, "pay.csv": pay}, PERIOD | {"pay_basis": "full time"})
    assert {row[0] for row in made.rows("compensation", "currency")} == {"EUR"}
    assert ("0000011", 40747.2) in made.rows("compensation", "employee_id", "base_pay")


REGISTER = """File #,Pay #,Period End,Rate 1,O/T Hours
0000011,1,01/15/2020,1000.00,1.0
0000011,2,01/15/2020,0.00,0.0
0000011,1,01/31/2020,1000.00,2.5
0000012,1,01/15/2020,2000.00,0.0
0000012,1,01/31/2020,2100.00,0.0
0000012,2,01/31/2020,0.00,0.0
0000013,1,01/15/2020,1500.00,0.0
0000013,1,01/31/2020,1550.00,4.0
REPORT TOTALS,,,,7.5
"""


def test_second_payments_and_totals_are_no_pay_and_hours_are_summed(drafted: Draw) -> None:
    made = drafted(
        {"roster.csv": ROSTER.replace("FTE %", "Badge"), "register.csv": REGISTER}, PERIOD | {"pay_per_year": 24}
    )
    assert made.rows("compensation", "employee_id", "base_pay") == [
        ("0000011", 24000.0),
        ("0000011", 24000.0),
        ("0000012", 48000.0),
        ("0000012", 50400.0),
        ("0000013", 36000.0),
        ("0000013", 37200.0),
    ]
    january = date(2020, 1, 31)
    assert made.rows("working_time", "employee_id", "month", "overtime_hours") == [
        ("0000011", january, 3.5),
        ("0000012", january, 0.0),
        ("0000013", january, 4.0),
    ]


def test_a_prefix_before_the_id_is_removed(drafted: Draw) -> None:
    roster = ROSTER.replace("FTE %", "Badge").replace("\n00000", "\n7QX00000").replace("(00000", "(7QX00000")
    made = drafted({"roster.csv": roster, "register.csv": REGISTER}, PERIOD | {"pay_per_year": 24})
    assert made.rows("employees", "employee_id") == [("0000011",), ("0000012",), ("0000013",)]


def test_a_mass_change_is_no_day_of_entry(drafted: Draw) -> None:
    pay = PAY.replace("Currency", "Completed On").replace("EUR", "2021-06-30")
    made = drafted({"roster.csv": ROSTER, "pay.csv": pay}, PERIOD | {"pay_basis": "full time"})
    assert "entered_pay" not in {question.key for question in made.draft.questions}
    assert "recorded_at" not in {line.name for line in made.draft.tables["compensation"]}


def test_the_share_of_full_time_may_be_dated_in_another_table(drafted: Draw) -> None:
    jobs = "Employee ID,Effective Date,Department,FTE\n0000011,2018-01-01,Sales,1\n0000011,2020-01-01,Sales,0.5\n"
    jobs += "0000012,2018-02-01,Sales,1\n0000013,2018-03-01,Legal,0.8\n"
    pay = "Employee ID,Effective Date,Annual Salary\n0000011,2018-01-01,40000\n0000011,2020-05-01,21000\n"
    pay += "0000012,2018-02-01,60000\n0000013,2018-03-01,32000\n"
    roster = ROSTER.replace("FTE %", "Badge")
    made = drafted({"roster.csv": roster, "jobs.csv": jobs, "pay.csv": pay}, PERIOD | {"pay_basis": "as paid"})
    assert made.rows("compensation", "employee_id", "base_pay") == [
        ("0000011", 40000.0),
        ("0000011", 42000.0),
        ("0000012", 60000.0),
        ("0000013", 40000.0),
    ]


@pytest.mark.parametrize(("order", "day"), [("day first", date(2018, 4, 3)), ("month first", date(2018, 3, 4))])
def test_dates_that_can_be_read_both_ways_are_asked(drafted: Draw, order, day) -> None:
    roster = "Employee ID,Hire Date,Termination Date,Termination Reason\n11,03/04/2018,,\n12,03/04/2018,,\n"
    roster += "13,03/04/2018,05/06/2020,Resignation\n"
    made = drafted({"roster.csv": roster}, PERIOD | {"date_order": order})
    assert {row[0] for row in made.rows("employees", "hire_date")} == {day}


def test_two_different_dates_of_hire_are_asked(drafted: Draw) -> None:
    roster = ROSTER.replace("Hire Date", "Hire Date,Date of Joining").replace(",2018-0", ",2018-01-15,2017-0")
    made = drafted({"roster.csv": roster}, PERIOD | {"hire_column": "roster.Date of Joining"})
    assert {row[0].year for row in made.rows("employees", "hire_date")} == {2017}
