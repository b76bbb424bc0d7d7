"""Each rule of bad input -> the smallest input that breaks it -> what the report says."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from rich.console import Console

from features.contract.tables import ITEM_COLUMN, OWN_DATE, TABLES, column_order, required_columns
from features.contract.vocabulary import is_protected, is_refused
from features.errors import Finding
from features.validation import batches
from features.validation.expectations import Expectations
from features.validation.report import Report, render
from features.validation.rules import rule_of_check
from features.validation.validate import validate

Rows = list[dict[str, Any]]
Tables = Mapping[str, Rows]

PEOPLE: Rows = [
    {"employee_id": "anna", "hire_date": "2018-01-01"},
    {"employee_id": "boris", "hire_date": "2018-06-01"},
    {"employee_id": "clara", "hire_date": "2019-01-15"},
]
EXITS: Rows = [{"employee_id": "boris", "exit_date": "2020-03-31", "kind": "voluntary"}]
UNTIL = date(2020, 12, 31)

ONE_OF_EACH: Tables = {
    "assignments": [{"employee_id": "anna", "effective_date": "2018-01-01", "level": "2", "manager_id": "boris"}],
    "compensation": [{"employee_id": "anna", "effective_date": "2018-01-01", "base_pay": "1000"}],
    "surveys": [{"employee_id": "anna", "survey_date": "2018-02-01", "item": "mood", "score": "7"}],
    "collaboration": [
        {
            "client_id": "anna",
            "provider_id": "boris",
            "opened_at": "2018-07-01 10:00",
            "closed_at": "2018-07-02 10:00",
            "kind": "data",
            "rating": "4",
            "effort_hours": "1.5",
        }
    ],
    "competencies": [{"employee_id": "anna", "assessed_at": "2018-03-01", "competency": "coaching", "score": "3"}],
    "performance": [{"employee_id": "anna", "review_date": "2018-12-01", "rating": "3"}],
    "working_time": [{"employee_id": "anna", "month": "2018-03-31", "worked_hours": "160"}],
    "measures": [{"employee_id": "anna", "measured_at": "2018-04-01", "name": "sales", "value": "12"}],
}


def check(folder: Path, tables: Tables, **expected: Any) -> Report:
    raw = {}
    for table, rows in {"employees": PEOPLE, "exits": EXITS, **tables}.items():
        raw[table] = folder / f"{table}.raw.parquet"
        pl.DataFrame(rows, infer_schema_length=None).write_parquet(raw[table])
    return validate(raw, Expectations(**{"complete_until": UNTIL, **expected}), folder / "canonical")


def canonical(folder: Path, table: str) -> pl.DataFrame:
    return pl.read_parquet(folder / "canonical" / f"{table}.parquet")


def one(table: str, **change: Any) -> Tables:
    """The sound row of a table, with a change."""
    return {table: [{**ONE_OF_EACH[table][0], **change}]}


def without(table: str, column: str) -> Tables:
    rows = {"employees": PEOPLE, "exits": EXITS, **ONE_OF_EACH}[table]
    return {table: [{name: value for name, value in row.items() if name != column} for row in rows]}


def person(*rows: tuple[str, str]) -> Rows:
    return [*PEOPLE, *({"employee_id": name, "hire_date": hired} for name, hired in rows)]


def leaver(*rows: tuple[str, str]) -> Rows:
    return [{"employee_id": name, "exit_date": day, "kind": "other"} for name, day in rows]


ERRORS: list[tuple[str, Tables, tuple[str, str, int]]] = [
    ("a required column is missing", without("employees", "hire_date"), ("employees", "hire_date", 0)),
    ("a required column is missing", without("surveys", "score"), ("surveys", "score", 0)),
    (
        "a column is there twice, differing in capitals or separators only",
        {"exits": [{**EXITS[0], "Exit Date": "2020-01-01"}]},
        ("exits", "exit_date", 0),
    ),
    ("an id is empty", {"employees": [*PEOPLE, {"hire_date": "2018-01-01"}]}, ("employees", "employee_id", 1)),
    ("an id is empty", one("surveys", employee_id="  "), ("surveys", "employee_id", 1)),
    ("an id is empty", one("collaboration", provider_id=None), ("collaboration", "provider_id", 1)),
    ("a required value is empty", one("compensation", base_pay=""), ("compensation", "base_pay", 1)),
    ("a required value is empty", {"employees": person(("dora", ""))}, ("employees", "hire_date", 1)),
    ("is not a date that can be read", {"employees": person(("dora", "31.12.2019"))}, ("employees", "hire_date", 1)),
    ("is not a date that can be read", one("surveys", survey_date="2018-02-30"), ("surveys", "survey_date", 1)),
    ("is not a date that can be read", one("collaboration", closed_at="later"), ("collaboration", "closed_at", 1)),
    ("is not a date that can be read", one("measures", recorded_at="04/05/2018"), ("measures", "recorded_at", 1)),
    ("is not a number", one("compensation", base_pay="1,000"), ("compensation", "base_pay", 1)),
    ("is not a number", one("surveys", score="good"), ("surveys", "score", 1)),
    ("is not a number", one("performance", rating="A"), ("performance", "rating", 1)),
    ("is not a number", one("measures", value=float("inf")), ("measures", "value", 1)),
    ("is not a whole number", one("assignments", level="2.5"), ("assignments", "level", 1)),
    ("is of a type that cannot be read as text", one("surveys", item=["mood"]), ("surveys", "item", 1)),
    ("is not above 0", one("compensation", base_pay="0"), ("compensation", "base_pay", 1)),
    ("is not above 0", one("compensation", market_pay=-5.0), ("compensation", "market_pay", 1)),
    ("is below 0", one("collaboration", effort_hours="-1"), ("collaboration", "effort_hours", 1)),
    ("lies outside 0 to 10", one("surveys", score="10.5"), ("surveys", "score", 1)),
    ("lies outside 0 to 5", one("competencies", score="6"), ("competencies", "score", 1)),
    ("lies outside 1 to 5", one("collaboration", rating="0"), ("collaboration", "rating", 1)),
    ("lies outside 0 to 2", one("assignments", fte="100"), ("assignments", "fte", 1)),
    ("lies outside 0 to 744", one("working_time", overtime_hours="800"), ("working_time", "overtime_hours", 1)),
    (
        "is none of the kinds of the contract",
        {"exits": [{**EXITS[0], "kind": "resigned"}]},
        ("exits", "kind", 1),
    ),
    ("is none of the kinds of the contract", one("collaboration", kind="chat"), ("collaboration", "kind", 1)),
    ("is none of the kinds of the contract", one("assignments", reason="luck"), ("assignments", "reason", 1)),
    (
        "a rating by a person of themselves",
        one("collaboration", provider_id="anna"),
        ("collaboration", "rating", 1),
    ),
    (
        "lies more than 60 years before complete_until",
        {"employees": person(("dora", "1960-12-30"))},
        ("employees", "hire_date", 1),
    ),
    (
        "lies more than 60 years before complete_until",
        one("performance", review_date="1918-12-01"),
        ("performance", "review_date", 1),
    ),
    (
        "lies too far after complete_until for what it is",
        {"employees": person(("dora", "2022-01-02"))},
        ("employees", "hire_date", 1),
    ),
    (
        "lies too far after complete_until for what it is",
        one("surveys", survey_date="2081-02-01"),
        ("surveys", "survey_date", 1),
    ),
    ("two spells of one person overlap", {"employees": person(("anna", "2019-01-01"))}, ("employees", "hire_date", 1)),
    (
        "two spells of one person overlap",
        {"employees": person(("boris", "2020-03-01"))},  # the exit of 2020-03-31 then ends the second spell
        ("employees", "hire_date", 1),
    ),
    ("an exit lies before the hire", {"exits": leaver(("anna", "2017-12-31"))}, ("exits", "exit_date", 1)),
]

LEFT_OUT: list[tuple[str, Tables, tuple[str, str, int], str, int]] = [
    # rule, input, (table, column, rows), table looked at, rows left of it
    (
        "about a person who is not in employees",
        one("surveys", employee_id="nobody"),
        ("surveys", "employee_id", 1),
        "surveys",
        0,
    ),
    (
        "about a person who is not in employees",
        one("collaboration", provider_id="nobody"),
        ("collaboration", "provider_id", 1),
        "collaboration",
        0,
    ),
    (
        "about a person who is not in employees",
        {"exits": leaver(("nobody", "2019-01-01"))},
        ("exits", "employee_id", 1),
        "exits",
        0,
    ),
    (
        "an exact duplicate of another row",
        {"surveys": [*ONE_OF_EACH["surveys"]] * 3},
        ("surveys", "", 2),
        "surveys",
        1,
    ),
    ("an exact duplicate of another row", {"employees": [*PEOPLE, PEOPLE[0]]}, ("employees", "", 1), "employees", 3),
    (
        "dated after the person's exit",
        one("performance", employee_id="boris", review_date="2020-04-01"),
        ("performance", "review_date", 1),
        "performance",
        0,
    ),
    (
        "dated after the person's exit",
        one("collaboration", opened_at="2020-04-01", closed_at=None),
        ("collaboration", "opened_at", 1),
        "collaboration",
        0,
    ),
    (
        "a manager who is not in employees",
        one("assignments", manager_id="nobody"),
        ("assignments", "manager_id", 1),
        "assignments",
        0,
    ),
    (
        "people who lead each other in a circle, by the last manager of each; the rows are kept",
        {
            "assignments": [
                {"employee_id": "anna", "effective_date": "2018-01-15", "manager_id": "clara"},
                {"employee_id": "clara", "effective_date": "2018-01-15", "manager_id": None},
                {"employee_id": "clara", "effective_date": "2019-06-01", "manager_id": "anna"},
                {"employee_id": "boris", "effective_date": "2018-01-15", "manager_id": "anna"},  # below the circle
            ]
        },
        ("assignments", "manager_id", 2),
        "assignments",
        4,
    ),
    (
        "a placeholder instead of a date; the row is left out",
        {"employees": person(("dora", "1900-01-01"))},
        ("employees", "hire_date", 1),
        "employees",
        3,
    ),
    (
        "a placeholder instead of a date; the row is left out",
        one("compensation", effective_date="9999-12-31"),
        ("compensation", "effective_date", 1),
        "compensation",
        0,
    ),
    (
        "no exit: the date is empty or a placeholder; the row is left out",
        {"exits": leaver(("anna", "9999-12-31"), ("clara", ""), ("boris", "2020-03-31"))},
        ("exits", "exit_date", 2),
        "exits",
        1,
    ),
    ("no value; the row is left out", one("surveys", score=None), ("surveys", "score", 1), "surveys", 0),
    (
        "a service of a person to themselves",
        one("collaboration", provider_id="anna", rating=None),
        ("collaboration", "provider_id", 1),
        "collaboration",
        0,
    ),
    (
        "closed before it was opened",
        one("collaboration", closed_at="2018-07-01 09:59"),
        ("collaboration", "closed_at", 1),
        "collaboration",
        0,
    ),
    (
        "people whose first fact lies more than 12 months after both their hire and the source's first fact: "
        "until then they can only have stayed",
        {
            "surveys": [
                {"employee_id": "anna", "survey_date": "2018-02-01", "item": "mood", "score": 7},
                {
                    "employee_id": "boris",
                    "survey_date": "2019-06-01",
                    "item": "mood",
                    "score": 7,
                },  # 12 months to the day
                {"employee_id": "clara", "survey_date": "2020-01-16", "item": "mood", "score": 7},  # a day more
            ]
        },
        ("employees", "observed_from", 1),
        "employees",
        2,
    ),
]


@pytest.mark.parametrize(("rule", "tables", "place"), ERRORS)
def test_an_error_is_named_with_its_place_and_a_remedy_and_nothing_is_written(
    rule: str, tables: Tables, place: tuple[str, str, int], tmp_path: Path
) -> None:
    report = check(tmp_path, tables)
    assert [(found.rule, (found.table, found.column, found.rows)) for found in report.errors] == [(rule, place)]
    assert report.errors[0].remedy
    assert [path.name for path in tmp_path.iterdir() if not path.name.endswith(".raw.parquet")] == []


@pytest.mark.parametrize(("rule", "tables", "place", "table", "left"), LEFT_OUT)
def test_a_warning_is_counted_and_its_rows_are_left_out(
    rule: str, tables: Tables, place: tuple[str, str, int], table: str, left: int, tmp_path: Path
) -> None:
    report = check(tmp_path, tables)
    assert report.errors == ()
    assert [(found.rule, (found.table, found.column, found.rows)) for found in report.warnings] == [(rule, place)]
    assert canonical(tmp_path, table).height == left


def test_a_sound_source_has_neither_errors_nor_warnings(tmp_path: Path) -> None:
    report = check(tmp_path, ONE_OF_EACH)
    assert (report.errors, report.warnings, report.refused) == ((), (), ())
    assert report.tables == {"employees": 3, "exits": 1, **dict.fromkeys(ONE_OF_EACH, 1)}
    assert (report.people, report.voluntary_exits) == (3, 1)
    for table in TABLES:
        written = canonical(tmp_path, table)
        assert written.columns == [name for name in column_order(table) if name in written.columns]
        assert written.schema["recorded_at"] == pl.Date


def test_text_becomes_the_contracts_types(tmp_path: Path) -> None:
    check(tmp_path, ONE_OF_EACH)
    assert canonical(tmp_path, "collaboration").rows() == [
        ("anna", "boris", datetime(2018, 7, 1, 10), datetime(2018, 7, 2, 10), "data", 4.0, 1.5, None)
    ]
    assert canonical(tmp_path, "assignments").rows() == [("anna", date(2018, 1, 1), 2, "boris", None)]


def test_text_and_typed_columns_give_the_same_table(tmp_path: Path) -> None:
    typed = [{"employee_id": 7.0, "hire_date": datetime(2018, 1, 1, 8)}]
    text = [{"employee_id": " 7 ", "hire_date": "2018-01-01T08:00:00Z"}]
    results = []
    for form, rows in (("typed", typed), ("text", text)):
        (tmp_path / form).mkdir()
        assert check(tmp_path / form, {"employees": rows, "exits": leaver(("7", "2019-01-01"))}).errors == ()
        results.append(canonical(tmp_path / form, "employees").rows())
    assert results[0] == results[1] == [("7", date(2018, 1, 1), None)]


def test_a_missing_required_table_is_an_error(tmp_path: Path) -> None:
    report = validate({}, Expectations(), tmp_path / "canonical")
    assert [(found.rule, found.table) for found in report.errors] == [
        ("a required table is missing", "employees"),
        ("a required table is missing", "exits"),
    ]


def test_employees_without_rows_are_an_error(tmp_path: Path) -> None:
    raw = {}
    for table in ("employees", "exits"):
        raw[table] = tmp_path / f"{table}.parquet"
        pl.DataFrame(schema=dict.fromkeys(required_columns(table), pl.String)).write_parquet(raw[table])
    report = validate(raw, Expectations(complete_until=UNTIL), tmp_path / "canonical")
    assert [(found.rule, found.table) for found in report.errors] == [
        ("a required table has no usable rows", "employees")
    ]


@pytest.mark.parametrize("content", [b"", b"PAR1", b"name;date\n", "cut"])
def test_a_file_that_is_cut_or_not_parquet_is_an_error(content: bytes | str, tmp_path: Path) -> None:
    whole = tmp_path / "whole.parquet"
    pl.DataFrame({"employee_id": ["anna"], "exit_date": ["2020-01-01"], "kind": ["other"]}).write_parquet(whole)
    broken = tmp_path / "exits.parquet"
    broken.write_bytes(whole.read_bytes()[:-20] if isinstance(content, str) else content)
    pl.DataFrame(PEOPLE).write_parquet(tmp_path / "employees.parquet")
    raw = {table: tmp_path / f"{table}.parquet" for table in ("employees", "exits")}
    report = validate(raw, Expectations(), tmp_path / "canonical")
    assert [(found.rule, found.table) for found in report.errors] == [("the file cannot be read to its end", "exits")]


def test_a_period_that_ends_before_it_begins_is_an_error(tmp_path: Path) -> None:
    report = check(tmp_path, {}, complete_from=date(2021, 1, 1))
    assert [found.place for found in report.errors] == ["source.toml.complete_from"]


def test_whoever_any_table_knows_early_is_not_taken_for_a_late_arrival(tmp_path: Path) -> None:
    late_survey = [{"employee_id": "clara", "survey_date": "2020-06-01", "item": "mood", "score": 7}]
    early_pay = [{"employee_id": "clara", "effective_date": "2019-01-15", "base_pay": 100}]
    first_of_all = [{"employee_id": "anna", "survey_date": "2018-02-01", "item": "mood", "score": 7}]
    report = check(tmp_path, {"surveys": first_of_all + late_survey, "compensation": early_pay})
    assert report.warnings == ()
    (without := tmp_path / "without").mkdir()
    report = check(without, {"surveys": first_of_all + late_survey})
    assert [(found.column, found.rows) for found in report.warnings] == [("observed_from", 1)]


def test_errors_of_all_tables_come_in_one_report(tmp_path: Path) -> None:
    report = check(tmp_path, one("compensation", base_pay="0") | one("surveys", score="11") | without("exits", "kind"))
    assert [found.place for found in report.errors] == ["compensation.base_pay", "exits.kind", "surveys.score"]


def test_ten_thousand_errors_of_a_rule_are_one_finding(tmp_path: Path) -> None:
    rows = [{"employee_id": "anna", "effective_date": "2018-01-01", "base_pay": -pay} for pay in range(10_000)]
    report = check(tmp_path, {"compensation": rows})
    assert [found.rows for found in report.errors] == [10_000]


def test_duplicates_are_found_across_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BATCH_ROWS", 2)
    answers = [{**ONE_OF_EACH["surveys"][0], "score": score} for score in (1, 2, 3, 1, 1, 2, 4)]
    report = check(tmp_path, {"surveys": answers})
    assert [found.rows for found in report.warnings] == [3]
    assert canonical(tmp_path, "surveys")["score"].to_list() == [1, 2, 3, 4]


def test_rows_that_differ_in_an_unused_column_are_no_duplicates(tmp_path: Path) -> None:
    answers = [{**ONE_OF_EACH["surveys"][0], "ticket": ticket} for ticket in (1, 2)]
    report = check(tmp_path, {"surveys": answers})
    assert report.warnings == ()
    assert "surveys: ticket: not in the contract, not used." in report.notes


def test_headers_of_other_alphabets_and_without_a_name_are_columns_like_any_other(tmp_path: Path) -> None:
    answers = [{**ONE_OF_EACH["surveys"][0], "Номер": ticket, "Вид": 1, "": 2} for ticket in (1, 2)]
    report = check(tmp_path, {"surveys": answers})
    assert (report.errors, report.warnings) == ((), ())
    assert "surveys: номер, вид, (no name): not in the contract, not used." in report.notes


def test_a_placeholder_in_an_optional_date_is_taken_as_empty(tmp_path: Path) -> None:
    report = check(tmp_path, one("collaboration", closed_at="9999-12-31"))
    assert [(found.place, found.rows) for found in report.warnings] == [("collaboration.closed_at", 1)]
    assert canonical(tmp_path, "collaboration")["closed_at"].to_list() == [None]


def test_a_rehire_is_a_second_spell(tmp_path: Path) -> None:
    facts = [
        {"employee_id": "boris", "effective_date": day, "base_pay": 1}
        for day in ("2020-03-31", "2020-04-01", "2020-08-31", "2020-09-01", "2020-11-01")
    ]
    report = check(tmp_path, {"employees": person(("boris", "2020-09-01")), "compensation": facts})
    assert report.errors == ()
    assert [(found.rule, found.rows) for found in report.warnings] == [("dated after the person's exit", 2)]
    kept = canonical(tmp_path, "compensation")["effective_date"].to_list()
    assert kept == [date(2020, 3, 31), date(2020, 9, 1), date(2020, 11, 1)]


def test_a_rehire_on_the_day_of_the_exit_does_not_overlap(tmp_path: Path) -> None:
    report = check(tmp_path, {"employees": person(("boris", "2020-03-31"))})
    assert (report.errors, report.warnings) == ((), ())


def test_a_fact_known_before_the_exit_was_known_stays(tmp_path: Path) -> None:
    late_exit = [{**EXITS[0], "recorded_at": "2020-06-01"}]
    reviews = [{"employee_id": "boris", "review_date": day, "rating": 3} for day in ("2020-05-01", "2020-06-02")]
    report = check(tmp_path, {"exits": late_exit, "performance": reviews})
    assert [(found.place, found.rows) for found in report.warnings] == [("performance.review_date", 1)]
    assert canonical(tmp_path, "performance")["review_date"].to_list() == [date(2020, 5, 1)]


def test_the_month_of_the_exit_is_not_after_it(tmp_path: Path) -> None:
    exits = leaver(("boris", "2020-03-10"))
    months = [{"employee_id": "boris", "month": day, "worked_hours": 8} for day in ("2020-03-05", "2020-04-30")]
    report = check(tmp_path, {"exits": exits, "working_time": months})
    assert [found.rows for found in report.warnings] == [1]
    assert canonical(tmp_path, "working_time")["month"].to_list() == [date(2020, 3, 31)]


def test_the_month_of_a_rehire_is_not_before_it(tmp_path: Path) -> None:
    months = [{"employee_id": "boris", "month": day, "worked_hours": 8} for day in ("2020-08-31", "2020-09-30")]
    report = check(tmp_path, {"employees": person(("boris", "2020-09-15")), "working_time": months})
    assert [(found.place, found.rows) for found in report.warnings] == [("working_time.month", 1)]
    assert canonical(tmp_path, "working_time")["month"].to_list() == [date(2020, 9, 30)]


def test_exits_after_complete_until_are_kept_but_do_not_count(tmp_path: Path) -> None:
    report = check(tmp_path, {}, complete_until=date(2020, 3, 30))
    assert (report.voluntary_exits, [found.rows for found in report.warnings]) == (0, [1])
    assert canonical(tmp_path, "exits").height == 1


def test_the_exit_of_a_spell_that_was_left_out_goes_with_it(tmp_path: Path) -> None:
    employees = person(("dora", "1900-01-01"))
    report = check(
        tmp_path, {"employees": employees, "exits": leaver(("dora", "2019-01-01"))} | one("surveys", employee_id="dora")
    )
    assert report.errors == ()
    assert [found.place for found in report.warnings] == ["employees.hire_date"]
    assert canonical(tmp_path, "exits").is_empty()


def test_observed_from_makes_a_late_first_fact_sound(tmp_path: Path) -> None:
    tables = LEFT_OUT[-1][1] | {"employees": [{**row, "observed_from": "2020-01-01"} for row in PEOPLE]}
    report = check(tmp_path, tables)
    assert report.warnings == ()


def test_an_impossible_hire_is_replaced_by_observed_from(tmp_path: Path) -> None:
    employees = [*PEOPLE, {"employee_id": "dora", "hire_date": "1917-07-01", "observed_from": "2017-06-30"}]
    report = check(tmp_path, {"employees": employees})
    assert report.errors == ()
    assert [(found.place, found.rows) for found in report.warnings] == [("employees.hire_date", 1)]
    assert canonical(tmp_path, "employees")["hire_date"].to_list()[-1] == date(2017, 6, 30)


def test_planned_changes_may_lie_after_complete_until(tmp_path: Path) -> None:
    plans = one("assignments", effective_date="2023-01-01") | one("compensation", effective_date="2023-01-01")
    assert (check(tmp_path, plans).errors, check(tmp_path, plans).warnings) == ((), ())


def test_what_is_recorded_after_complete_until_is_kept(tmp_path: Path) -> None:
    report = check(tmp_path, one("surveys", recorded_at="2021-06-01"))
    assert (report.errors, report.warnings) == ((), ())
    assert canonical(tmp_path, "surveys")["recorded_at"].to_list() == [date(2021, 6, 1)]


def test_the_period_is_told_from_the_data_where_it_is_not_declared(tmp_path: Path) -> None:
    report = check(tmp_path, ONE_OF_EACH | one("surveys", survey_date="2020-05-06"), complete_until=None)
    assert (report.complete_from, report.complete_until) == (date(2020, 3, 1), date(2020, 5, 6))
    assert report.notes[0].startswith("complete_from is 2020-03-01, the first day of the month of the earliest exit")
    assert report.notes[1] == "complete_until is 2020-05-06, the latest date in any table (surveys.survey_date)."


def test_a_mistyped_year_does_not_move_the_end_of_the_data(tmp_path: Path) -> None:
    report = check(tmp_path, ONE_OF_EACH | {"employees": person(("dora", "2091-05-06"))}, complete_until=None)
    assert report.complete_until == date(2020, 3, 31)
    assert [found.place for found in report.errors] == ["employees.hire_date"]


def test_refused_columns_and_items_are_never_read_and_named(tmp_path: Path) -> None:
    tables = {
        "employees": [{**row, "SickDays": 3, "UnionMember": True} for row in PEOPLE],
        "measures": [*ONE_OF_EACH["measures"], {**ONE_OF_EACH["measures"][0], "name": "Sick days", "value": "many"}],
        "surveys": [*ONE_OF_EACH["surveys"], {**ONE_OF_EACH["surveys"][0], "item": "age"}],
    } | one("collaboration", body="about Anna")
    report = check(tmp_path, tables, employee_features=("SickDays",))
    assert report.errors == ()
    assert report.refused == (
        "collaboration.body",
        "employees.sick_days",
        "employees.union_member",
        "measures.sick_days",
        "surveys.age",
    )
    assert canonical(tmp_path, "employees").columns == ["employee_id", "hire_date", "recorded_at"]
    assert canonical(tmp_path, "measures")["name"].to_list() == ["sales"]
    assert canonical(tmp_path, "surveys")["item"].to_list() == ["mood"]


def test_protected_attributes_go_to_a_file_of_their_own(tmp_path: Path) -> None:
    employees = [{**row, "Gender": "f", "BirthYear": "1980", "Team": "red"} for row in PEOPLE]
    report = check(tmp_path, {"employees": employees}, employee_features=("gender", "team"), protected=("team",))
    assert canonical(tmp_path, "protected").row(0) == ("anna", date(2018, 1, 1), "f", 1980.0, "red")
    assert canonical(tmp_path, "employees").columns == ["employee_id", "hire_date", "recorded_at"]
    assert "employees: gender, birth_year, team: protected, read for the fairness review only." in report.notes


def test_declared_attributes_become_columns_of_employees(tmp_path: Path) -> None:
    employees = [{**row, "Education": " Master ", "distance": "12.5", "hobby": "chess"} for row in PEOPLE]
    check(tmp_path, {"employees": employees}, employee_features=("education", "Distance"))
    written = canonical(tmp_path, "employees")
    assert written.columns == ["employee_id", "hire_date", "recorded_at", "education", "distance"]
    assert written.row(0)[-2:] == ("Master", 12.5)


def test_what_is_ignored_is_dropped(tmp_path: Path) -> None:
    tables = {**ONE_OF_EACH, **one("compensation", market_pay=7)}
    report = check(tmp_path, tables, ignore=frozenset({"market_pay", "surveys.mood", "value"}))
    assert "market_pay" not in canonical(tmp_path, "compensation").columns
    assert canonical(tmp_path, "surveys").is_empty()
    assert canonical(tmp_path, "measures").height == 1, "a required column is needed to read the table at all"
    assert "surveys: mood: rows dropped, as `ignore` in source.toml asks." in report.notes


def test_an_error_leaves_the_tables_of_an_earlier_run_alone(tmp_path: Path) -> None:
    check(tmp_path, ONE_OF_EACH)
    check(tmp_path, one("surveys", score="11"))
    assert canonical(tmp_path, "surveys")["score"].to_list() == [7]
    check(tmp_path, {})
    assert sorted(path.name for path in (tmp_path / "canonical").iterdir()) == ["employees.parquet", "exits.parquet"]


@pytest.mark.parametrize("tables", [tables for _, tables, _ in ERRORS] + [tables for _, tables, *_ in LEFT_OUT])
def test_no_report_holds_a_person_or_a_value(tables: Tables, tmp_path: Path) -> None:
    report = check(tmp_path, tables)
    said = _screen(report, tmp_path) + str(report.as_dict())
    for secret in ("anna", "boris", "clara", "dora", "nobody", "31.12.2019", "1,000", "10.5", "resigned", "1917"):
        assert secret not in said


def test_the_report_as_json_has_the_keys_that_scripts_rely_on(tmp_path: Path) -> None:
    said = check(tmp_path, one("surveys", score="11")).as_dict()
    assert said["errors"] == [
        {
            "rule": "lies outside 0 to 10",
            "table": "surveys",
            "column": "score",
            "rows": 1,
            "remedy": "Bring it to the scale from 0 to 10.",
        }
    ]
    assert {"warnings", "refused", "tables", "people", "voluntary_exits", "complete_until"} <= said.keys()
    assert said["complete_until"] == "2020-12-31"


def _screen(report: Report, folder: Path, width: int = 120) -> str:
    with (folder / "screen").open("w") as file:
        console = Console(width=width, record=True, file=file)
        console.print(render(report))
    return console.export_text()


def test_the_screen_says_where_what_how_often_and_what_to_do(tmp_path: Path) -> None:
    text = _screen(Report(errors=(Finding("is [wrong]", "surveys", "score", 1200, "Mend it."),)), tmp_path)
    assert all(part in text for part in ("surveys.score", "is [wrong]", "1,200", "Mend it.", "1 error and 0 warnings"))
    text = _screen(check(tmp_path, ONE_OF_EACH), tmp_path)
    assert "No errors, 0 warnings: 3 people and 1 voluntary exit up to 2020-12-31 to learn from." in text


def test_no_place_is_broken_within_a_name_in_a_narrow_terminal(tmp_path: Path) -> None:
    long = Finding(
        "has a value that is no number in it", "collaboration", "provider_department", 12, "Correct the file."
    )
    query = Finding("SQL error at line 12: syntax error", "source.toml", "tables.compensation", 0, "Mend the query.")
    text = _screen(Report(errors=(long, query)), tmp_path, width=80)
    assert all(
        name in text for name in ("collaboration ", ".provider_department ", "source.toml ", ".tables.compensation ")
    )
    assert max(map(len, text.splitlines())) <= 80


def _describe(table: str) -> Callable[[str], str]:
    return lambda name: TABLES[table].to_schema().columns[name].description or ""


@pytest.mark.parametrize("table", TABLES)
def test_every_column_of_the_contract_is_described_allowed_and_checked_in_words(table: str) -> None:
    assert all(map(_describe(table), column_order(table)))
    assert not [name for name in column_order(table) if is_refused(name) or is_protected(name)]
    assert OWN_DATE[table] in required_columns(table)
    assert ITEM_COLUMN.get(table) in (None, *required_columns(table))
    for column in TABLES[table].to_schema().columns.values():
        for rule in column.checks:
            assert rule_of_check(rule.name, rule.statistics).remedy
