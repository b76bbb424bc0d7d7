"""Spells, exits, the first observed day and the period of complete records."""

from datetime import date
from pathlib import Path

import pytest
from raw_company import EXITS, LATE_ANSWERS, ONE_OF_EACH, PEOPLE, Rows, canonical, check, leaver, one, person


def test_a_period_that_ends_before_it_starts_is_an_error(tmp_path: Path) -> None:
    report = check(tmp_path, {}, complete_from=date(2021, 1, 1))
    assert [finding.place for finding in report.errors] == ["source.toml.complete_from"]


def test_a_person_known_early_in_any_table_is_not_a_late_arrival(tmp_path: Path) -> None:
    late_survey = [{"employee_id": "clara", "survey_date": "2020-06-01", "item": "mood", "score": 7}]
    early_pay = [{"employee_id": "clara", "effective_date": "2019-01-15", "base_pay": 100}]
    first_of_all = [{"employee_id": "anna", "survey_date": "2018-02-01", "item": "mood", "score": 7}]
    report = check(tmp_path, {"surveys": first_of_all + late_survey, "compensation": early_pay})
    assert report.warnings == ()
    (without := tmp_path / "without").mkdir()
    report = check(without, {"surveys": first_of_all + late_survey})
    assert [(finding.column, finding.rows) for finding in report.warnings] == [("observed_from", 1)]


def test_a_rehire_is_a_second_spell(tmp_path: Path) -> None:
    facts = [
        {"employee_id": "boris", "effective_date": day, "base_pay": 1}
        for day in ("2020-03-31", "2020-04-01", "2020-08-31", "2020-09-01", "2020-11-01")
    ]
    report = check(tmp_path, {"employees": person(("boris", "2020-09-01")), "compensation": facts})
    assert report.errors == ()
    assert [(finding.rule, finding.rows) for finding in report.warnings] == [("dated after the person's exit", 2)]
    kept = canonical(tmp_path, "compensation")["effective_date"].to_list()
    assert kept == [date(2020, 3, 31), date(2020, 9, 1), date(2020, 11, 1)]


def test_a_rehire_on_the_day_of_the_exit_does_not_overlap(tmp_path: Path) -> None:
    report = check(tmp_path, {"employees": person(("boris", "2020-03-31"))})
    assert (report.errors, report.warnings) == ((), ())


def test_a_fact_known_before_the_exit_was_known_is_not_dropped(tmp_path: Path) -> None:
    late_exit = [{**EXITS[0], "recorded_at": "2020-06-01"}]
    reviews = [{"employee_id": "boris", "review_date": day, "rating": 3} for day in ("2020-05-01", "2020-06-02")]
    report = check(tmp_path, {"exits": late_exit, "performance": reviews})
    assert [(finding.place, finding.rows) for finding in report.warnings] == [("performance.review_date", 1)]
    assert canonical(tmp_path, "performance")["review_date"].to_list() == [date(2020, 5, 1)]


def test_the_month_of_the_exit_is_not_after_it(tmp_path: Path) -> None:
    exits = leaver(("boris", "2020-03-10"))
    months = [{"employee_id": "boris", "month": day, "worked_hours": 8} for day in ("2020-03-05", "2020-04-30")]
    report = check(tmp_path, {"exits": exits, "working_time": months})
    assert [finding.rows for finding in report.warnings] == [1]
    assert canonical(tmp_path, "working_time")["month"].to_list() == [date(2020, 3, 31)]


def test_the_month_of_a_rehire_is_not_before_it(tmp_path: Path) -> None:
    months = [{"employee_id": "boris", "month": day, "worked_hours": 8} for day in ("2020-08-31", "2020-09-30")]
    report = check(tmp_path, {"employees": person(("boris", "2020-09-15")), "working_time": months})
    assert [(finding.place, finding.rows) for finding in report.warnings] == [("working_time.month", 1)]
    assert canonical(tmp_path, "working_time")["month"].to_list() == [date(2020, 9, 30)]


def test_exits_after_complete_until_are_not_dropped_but_do_not_count(tmp_path: Path) -> None:
    report = check(tmp_path, {}, complete_until=date(2020, 3, 30))
    assert (report.voluntary_exits, [finding.rows for finding in report.warnings]) == (0, [1])
    assert canonical(tmp_path, "exits").height == 1


def test_the_exit_of_a_dropped_spell_is_dropped_too(tmp_path: Path) -> None:
    employees = person(("dora", "1900-01-01"))
    report = check(
        tmp_path, {"employees": employees, "exits": leaver(("dora", "2019-01-01"))} | one("surveys", employee_id="dora")
    )
    assert report.errors == ()
    assert [finding.place for finding in report.warnings] == ["employees.hire_date", "exits.employee_id"]
    assert canonical(tmp_path, "exits").is_empty()


def test_observed_from_justifies_a_late_first_fact(tmp_path: Path) -> None:
    tables = LATE_ANSWERS | {"employees": [{**row, "observed_from": "2020-01-01"} for row in PEOPLE]}
    report = check(tmp_path, tables)
    assert report.warnings == ()


def test_an_impossible_hire_is_replaced_by_observed_from(tmp_path: Path) -> None:
    employees = [*PEOPLE, {"employee_id": "dora", "hire_date": "1917-07-01", "observed_from": "2017-06-30"}]
    report = check(tmp_path, {"employees": employees})
    assert report.errors == ()
    assert [(finding.place, finding.rows) for finding in report.warnings] == [("employees.hire_date", 1)]
    assert canonical(tmp_path, "employees")["hire_date"].to_list()[-1] == date(2017, 6, 30)


def test_planned_changes_may_lie_after_complete_until(tmp_path: Path) -> None:
    plans = one("assignments", effective_date="2023-01-01") | one("compensation", effective_date="2023-01-01")
    assert (check(tmp_path, plans).errors, check(tmp_path, plans).warnings) == ((), ())


def test_rows_recorded_after_complete_until_are_not_dropped(tmp_path: Path) -> None:
    report = check(tmp_path, one("surveys", recorded_at="2021-06-01"))
    assert (report.errors, report.warnings) == ((), ())
    assert canonical(tmp_path, "surveys")["recorded_at"].to_list() == [date(2021, 6, 1)]


def test_an_undeclared_period_is_derived_from_the_data(tmp_path: Path) -> None:
    report = check(tmp_path, ONE_OF_EACH | one("surveys", survey_date="2020-05-06"), complete_until=None)
    assert (report.complete_from, report.complete_until) == (date(2020, 3, 1), date(2020, 5, 6))
    assert report.notes[0].startswith("complete_from is 2020-03-01, the first day of the month of the earliest exit")
    assert report.notes[1] == "complete_until is 2020-05-06, the latest date in any table (surveys.survey_date)."


def test_a_mistyped_year_does_not_move_the_end_of_the_data(tmp_path: Path) -> None:
    report = check(tmp_path, ONE_OF_EACH | {"employees": person(("dora", "2091-05-06"))}, complete_until=None)
    assert report.complete_until == date(2020, 3, 31)
    assert [finding.place for finding in report.errors] == ["employees.hire_date"]


def monthly_exits(number: int, *strays: str) -> Rows:
    """An exit on the 15th of each month from 2016 on, and further exits on the days in `strays`."""
    days = [f"{2016 + month // 12}-{month % 12 + 1:02}-15" for month in range(number)] + list(strays)
    return [{"employee_id": f"p{n}", "exit_date": day, "kind": "voluntary"} for n, day in enumerate(days)]


@pytest.mark.parametrize(
    ("number", "strays", "start"),
    [
        (120, ("1999-03-01",), date(2016, 1, 1)),
        (120, ("1999-03-01", "1999-04-01", "2003-01-01"), date(2016, 1, 1)),  # more than 1 % of them
        (20, ("2003-06-01",), date(2016, 1, 1)),  # one of a few
        (120, tuple(f"1999-{month:02}-01" for month in range(1, 13)), date(1999, 1, 1)),  # too many for a mistake
        (120, ("2015-06-01",), date(2015, 6, 1)),  # less than a year before
    ],
)
def test_exits_with_a_mistyped_year_do_not_move_the_start_and_are_counted(
    number: int, strays: tuple[str, ...], start: date, tmp_path: Path
) -> None:
    exits = monthly_exits(number, *strays)
    employees = [{"employee_id": row["employee_id"], "hire_date": "1995-01-01"} for row in exits]
    report = check(tmp_path, {"employees": employees, "exits": exits}, complete_until=date(2025, 12, 31))
    assert report.complete_from == start
    ignored = len(strays) if start.year == 2016 else 0
    assert [(found.place, found.rows) for found in report.warnings] == [("exits.exit_date", ignored)] * bool(ignored)
    assert (f"({ignored} long before the others ignored)" in report.notes[0]) == bool(ignored)
    assert canonical(tmp_path, "exits").height == len(exits)


def test_dates_long_after_the_end_of_the_data_are_ignored_and_counted(tmp_path: Path) -> None:
    plans = {"assignments": [{"employee_id": "anna", "effective_date": "2028-01-01", "fte": 0.5}]}
    report = check(tmp_path, plans, complete_until=None)
    assert report.complete_until == date(2020, 3, 31)
    assert report.notes[1].endswith("(exits.exit_date); 1 date long after it ignored.")
