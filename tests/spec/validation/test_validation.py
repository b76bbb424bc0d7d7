"""From raw to canonical tables: types, duplicates, attributes, and what is never read."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
from raw_company import ONE_OF_EACH, PEOPLE, UNTIL, canonical, check, leaver, one

from features.contract.tables import DIRECTORY, ITEM_COLUMN, OWN_DATE, TABLES, column_order, required_columns
from features.contract.vocabulary import is_protected, is_refused
from features.validation import batches
from features.validation.expectations import Expectations
from features.validation.rules import rule_of_column
from features.validation.validate import validate


def test_a_sound_source_has_neither_errors_nor_warnings(tmp_path: Path) -> None:
    report = check(tmp_path, ONE_OF_EACH)
    assert (report.errors, report.warnings, report.refused) == ((), (), ())
    assert report.tables == {"employees": 3, "exits": 1, **dict.fromkeys(ONE_OF_EACH, 1)}
    assert (report.people, report.voluntary_exits) == (3, 1)
    for table in report.tables:
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
    assert [(finding.rule, finding.table) for finding in report.errors] == [
        ("a required table is missing", "employees"),
        ("a required table is missing", "exits"),
    ]


def test_employees_without_rows_are_an_error(tmp_path: Path) -> None:
    raw = {}
    for table in ("employees", "exits"):
        raw[table] = tmp_path / f"{table}.parquet"
        pl.DataFrame(schema=dict.fromkeys(required_columns(table), pl.String)).write_parquet(raw[table])
    report = validate(raw, Expectations(complete_until=UNTIL), tmp_path / "canonical")
    assert [(finding.rule, finding.table) for finding in report.errors] == [
        ("a required table has no usable rows", "employees")
    ]


@pytest.mark.parametrize("content", [b"", b"PAR1", b"name;date\n", "cut"])
def test_a_truncated_or_non_parquet_file_is_an_error(content: bytes | str, tmp_path: Path) -> None:
    whole = tmp_path / "whole.parquet"
    pl.DataFrame({"employee_id": ["anna"], "exit_date": ["2020-01-01"], "kind": ["other"]}).write_parquet(whole)
    broken = tmp_path / "exits.parquet"
    broken.write_bytes(whole.read_bytes()[:-20] if isinstance(content, str) else content)
    pl.DataFrame(PEOPLE).write_parquet(tmp_path / "employees.parquet")
    raw = {table: tmp_path / f"{table}.parquet" for table in ("employees", "exits")}
    report = validate(raw, Expectations(), tmp_path / "canonical")
    assert [(finding.rule, finding.table) for finding in report.errors] == [
        ("the file cannot be read to its end", "exits")
    ]


def test_duplicates_are_found_across_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BATCH_ROWS", 2)
    given = (1, 2, 3, 1, 1, 2, 4)
    answers = [{**ONE_OF_EACH["surveys"][0], "item": f"q{number}", "score": number} for number in given]
    report = check(tmp_path, {"surveys": answers})
    assert [finding.rows for finding in report.warnings] == [3]
    assert canonical(tmp_path, "surveys")["score"].to_list() == [1, 2, 3, 4]


def test_rows_that_differ_in_an_unused_column_repeat_each_other(tmp_path: Path) -> None:
    answers = [{**ONE_OF_EACH["surveys"][0], "ticket": ticket} for ticket in (1, 2)]
    report = check(tmp_path, {"surveys": answers})
    assert [(finding.rule, finding.rows) for finding in report.warnings] == [
        ("a repetition of another row in all columns that are used", 1)
    ]
    assert canonical(tmp_path, "surveys").height == 1
    assert "surveys: ticket: not in the contract, not used." in report.notes


def test_foreign_and_empty_headers_are_ordinary_columns(tmp_path: Path) -> None:
    report = check(tmp_path, one("surveys", **{"Номер": 1, "Вид": 1, "": 2}))
    assert (report.errors, report.warnings) == ((), ())
    assert "surveys: номер, вид, (no name): not in the contract, not used." in report.notes


def test_a_placeholder_in_an_optional_date_counts_as_empty(tmp_path: Path) -> None:
    report = check(tmp_path, one("collaboration", closed_at="9999-12-31"))
    assert [(finding.place, finding.rows) for finding in report.warnings] == [("collaboration.closed_at", 1)]
    assert canonical(tmp_path, "collaboration")["closed_at"].to_list() == [None]


def test_refused_columns_and_items_are_named_and_never_read(tmp_path: Path) -> None:
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


def test_protected_attributes_go_to_a_separate_file(tmp_path: Path) -> None:
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


def test_ignored_columns_are_dropped(tmp_path: Path) -> None:
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


def _describe(table: str) -> Callable[[str], str]:
    return lambda name: TABLES[table].columns[name].description


@pytest.mark.parametrize("table", TABLES)
def test_every_column_of_the_contract_has_a_description_allowed_values_and_checks(table: str) -> None:
    assert all(map(_describe(table), column_order(table)))
    assert not [name for name in column_order(table) if is_refused(name) or is_protected(name)]
    is_dated = table not in (DIRECTORY, "criticality", "market_rates")  # nothing is computed from these by date
    assert (OWN_DATE.get(table) in required_columns(table)) == is_dated
    assert ITEM_COLUMN.get(table) in (None, *required_columns(table))
    for name, column in TABLES[table].columns.items():
        if column.possible(name) is not None:
            assert rule_of_column(column).remedy
