"""The first row of a file without a header is data, and no message shows it."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from source_files import write

from features.reading.column_names import check_header, looks_like_a_name
from features.source import check_source

PEOPLE = "E0017,Josephine Baker,1990-04-05,Paris\nE0018,Ann Lee,1985-11-30,Rome\nE0019,Bo Ek,1979-01-02,Paris\n"
EXITS = "employee_id,exit_date,kind\nE0017,2022-03-31,voluntary\n"
SECRETS = ("josephine", "baker", "e0017", "1990", "paris")


def everything_said(folder: Path, files: dict[str, Any], tmp_path: Path) -> tuple[list[str], str]:
    folder.mkdir()
    write(folder, files)
    report = check_source(folder, tmp_path / "staging")
    return [error.rule for error in report.errors], str(report.as_dict()).lower()


TABLES = "[tables]\nexits = \"from 'exits.csv'\"\n"
WITHOUT_HEADER = {
    "a table": {"employees.csv": PEOPLE},
    "another delimiter": {"employees.csv": PEOPLE.replace(",", ";"), "source.toml": '[files]\ndelimiter = ";"\n'},
    "a workbook": {"employees.xlsx": [("employees", [row.split(",") for row in PEOPLE.splitlines()])]},
    "Parquet made of such a file": {
        "employees.parquet": pl.DataFrame(
            [row.split(",") for row in PEOPLE.splitlines()[1:]], schema=PEOPLE.splitlines()[0].split(","), orient="row"
        )
    },
    "an input": {
        "staff.csv": PEOPLE,
        "source.toml": f'[inputs.staff]\nfile = "staff.csv"\n{TABLES}employees = "from staff"\n',
    },
    "named in SQL": {"staff.csv": PEOPLE, "source.toml": f"{TABLES}employees = \"from 'staff.csv'\"\n"},
}


@pytest.mark.parametrize("form", WITHOUT_HEADER)
def test_a_first_row_of_data_is_named_as_such_and_not_shown(form: str, tmp_path: Path) -> None:
    rules, said = everything_said(tmp_path / "company", {"exits.csv": EXITS, **WITHOUT_HEADER[form]}, tmp_path)
    assert "row 1 looks like data: no header" in rules
    assert not [secret for secret in SECRETS if secret in said]


def test_words_alone_are_not_shown_either_where_no_column_is_known(tmp_path: Path) -> None:
    text = "Josephine Baker,Paris\nAnn Lee,Rome\nBo Ek,Oslo\n"
    rules, said = everything_said(tmp_path / "company", {"exits.csv": EXITS, "employees.csv": text}, tmp_path)
    assert rules
    assert not [secret for secret in SECRETS if secret in said]


def test_a_column_twice_in_a_row_of_words_is_named_by_its_number(tmp_path: Path) -> None:
    text = "Josephine Baker,Paris,Paris\nAnn Lee,Rome,Oslo\n"
    _, said = everything_said(tmp_path / "company", {"exits.csv": EXITS, "employees.csv": text}, tmp_path)
    assert "column 3" in said
    assert "paris" not in said


def test_a_column_that_is_named_like_data_is_counted_and_not_named(tmp_path: Path) -> None:
    text = "employee_id,hire_date,shoes,1990-04-05,ann@example.org\n1,2020-01-31,,,\n"
    _, said = everything_said(tmp_path / "company", {"exits.csv": EXITS, "employees.csv": text}, tmp_path)
    assert "employees: shoes, 2 columns named like data: not in the contract" in said
    assert "1990" not in said
    assert "example" not in said


@pytest.mark.parametrize("sql", ["select nam from t", "select t.nam from t", "select * exclude (nam) from t"])
def test_a_wrong_name_in_sql_is_answered_without_the_words_of_the_first_row(sql: str, tmp_path: Path) -> None:
    toml = "[prepare]\nt = \"from read_csv('staff.csv', header = true)\"\n[tables]\nexits = \"from 'exits.csv'\"\n"
    files = {"exits.csv": EXITS, "staff.csv": PEOPLE, "source.toml": toml + f'employees = "{sql}"\n'}
    rules, said = everything_said(tmp_path / "company", files, tmp_path)
    assert any("nam" in rule for rule in rules)
    assert not [secret for secret in SECRETS if secret in said]


def test_a_slip_in_sql_is_answered_with_the_right_name(tmp_path: Path) -> None:
    toml = "[tables]\nexits = \"from 'exits.csv'\"\nemployees = \"select person_numer from 'staff.csv'\"\n"
    files = {"exits.csv": EXITS, "staff.csv": "person_number,hired\n1,2020-01-31\n", "source.toml": toml}
    rules, _ = everything_said(tmp_path / "company", files, tmp_path)
    assert any('"person_number"' in rule for rule in rules)


@pytest.mark.parametrize(
    ("header", "below"),
    [
        (["employee_id", "hire_date"], [["E1", "2020-01-31"]]),
        (["Personalnummer", "Eintritt", "Abteilung"], [["17", "31.01.2020", "Vertrieb"], ["18", "01.02.2020", "IT"]]),
        (["name", "2022", "2023"], [["Ann", "5", "6"], ["Bo", "7", "8"]]),
        (["id", "2024-01-31", "2024-02-29"], [["1", "5.5", "6"], ["2", "7", "8"]]),
        (["q1", "q2", "q3"], [["5", "6", "7"], ["3", "2", "1"]]),
        (["person", "1", "2", "12"], [["A", "1", "0", "1"]]),
        (["Department", "Manager"], [["Sales", "Ann"], ["IT", "Bo"]]),
        (["employee", "note"], []),
        (["Employee ID 2024", "Name"], [["E1", "Ann"], ["E2", "Bo"]]),
    ],
)
def test_names_of_columns_are_taken_for_names(header: list[str], below: list[list[str]]) -> None:
    check_header(header, below, "x.csv")


@pytest.mark.parametrize("name", ["hire_date", "Hire Date", "q12", "Größe", "401k", "Отдел", "% of target", "2024 pay"])
def test_what_looks_like_a_name(name: str) -> None:
    assert looks_like_a_name(name)


@pytest.mark.parametrize(
    "value", ["4711", "1990-04-05", "5.4.1990", "ann@example.org", "1,200.50", "E0017", "x" * 65, "a\nb", ""]
)
def test_what_does_not(value: str) -> None:
    assert not looks_like_a_name(value)
