"""The SQL of a source.toml: its errors, its names, and what it may see."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from source_files import EMPLOYEES, ROWS, rows, write

from features.reading.definition.source_definition import read_definition
from features.reading.raw_tables import read_tables

SQL_ERRORS = {
    "unknown column": (
        '[tables]\nexits = """\nselect employee_id,\n  nam\nfrom \'e.csv\'"""',
        'source.toml.tables.exits: SQL error at line 4: Referenced column "nam" not found in FROM clause!',
    ),
    "syntax": (
        '[tables]\nexits = """\nselect employee_id\nform \'e.csv\'"""',
        "source.toml.tables.exits: SQL error at line 4: syntax error at or near",
    ),
    "no file": (
        "[tables]\nexits = \"from 'f.csv'\"",
        'source.toml.tables.exits: SQL error at line 2: No files found that match the pattern "f.csv".',
    ),
    "two statements": (
        '[tables]\nexits = "select 1; select 2"',
        "source.toml.tables.exits: SQL error at line 2: 2 statements instead of one SELECT.",
    ),
    "not a query": ('[tables]\nexits = "drop table x"', "source.toml.tables.exits: SQL error at line 2: not a SELECT."),
    "a view": (
        '[prepare]\na = "select nam from \'e.csv\'"\nb = "select * from a"\n[tables]\nexits = "select * from b"',
        'source.toml.prepare.a: SQL error at line 2: Referenced column "nam" not found',
    ),
    "a value": (
        "[tables]\nexits = \"select concat(note, '')::int as x from read_csv('e.csv', all_varchar = true)\"",
        "source.toml.tables.exits: SQL error at line 2: an error of type 'conversion' while its rows were read.",
    ),
    "a line of a file": (
        "[tables]\nexits = \"from read_csv('e.csv', columns = {'a': 'text'}, auto_detect = false)\"",
        "source.toml.tables.exits: SQL error at line 2: it reads a CSV file with an error in line 1.",
    ),
    "a damaged file": (
        "[tables]\nexits = \"from 'cut.parquet'\"",
        "source.toml.tables.exits: SQL error at line 2: it reads a file that is truncated or not Parquet.",
    ),
}


@pytest.mark.parametrize("wrong", SQL_ERRORS)
def test_an_sql_error_names_the_table_and_the_line_but_no_value(wrong: str, read: Any) -> None:
    toml, message = SQL_ERRORS[wrong]
    files = {"e.csv": "employee_id,note\n1,Josephine\n", "cut.parquet": b"PAR1" + b"\x00" * 50, "source.toml": toml}
    raw = read(files)
    assert len(raw.errors) == 1
    assert str(raw.errors[0]).startswith(message)
    assert "Josephine" not in str(raw.errors[0])
    assert raw.failed >= {"exits"}


@pytest.mark.parametrize(("column", "expected"), [("left", 'needs double quotes, such as "left"'), ('"left"', "")])
def test_an_error_about_an_sql_keyword_as_a_column_says_to_quote_it(column: str, expected: str, read: Any) -> None:
    toml = f'[tables]\nexits = """select employee_id, {column} as exit_date from \'e.csv\'"""\n'
    raw = read({"e.csv": "employee_id,left\n1,2020-01-31\n", "source.toml": toml})
    assert len(raw.errors) == bool(expected)
    assert expected in " ".join(finding.remedy for finding in raw.errors)


def test_python_variables_are_not_tables(read: Any) -> None:
    raw = read({"source.toml": '[tables]\nexits = "select * from definition"'})
    assert "Table with name definition does not exist" in raw.errors[0].rule


@pytest.mark.parametrize("name", ["a b", "a,b", "it's", "données", "a;b", "50%", "a[1]", "a*b", "a?b", "{a,b}", "~"])
def test_a_folder_may_have_any_name(name: str, tmp_path: Path) -> None:
    source = tmp_path / name
    source.mkdir()
    write(
        source,
        {"e.csv": EMPLOYEES, "source.toml": "[tables]\nemployees = \"from read_csv('e*.csv', all_varchar = true)\""},
    )
    assert rows(read_tables(read_definition(source), tmp_path), "employees") == ROWS
    write(source, {"employees.csv": EMPLOYEES, "source.toml": ""})
    assert rows(read_tables(read_definition(source), tmp_path), "employees") == ROWS


def test_types_outside_the_contract_become_text(read: Any) -> None:
    query = "select uuid() as a, [1, 2] as b, interval 1 day as c, 1.5::decimal(9, 2) as d, 10::hugeint as e"
    raw = read({"source.toml": f'[tables]\nmeasures = "{query}"'})
    schema = pl.read_parquet_schema(raw.tables["measures"])
    assert [schema[name] for name in "abc"] == [pl.String] * 3
    assert all(schema[name].is_numeric() for name in "de")


def test_a_folder_name_is_not_a_glob_pattern(tmp_path: Path) -> None:
    for name in ("a?b", "axb"):
        (tmp_path / name).mkdir()
        write(tmp_path / name, {"employees.csv": EMPLOYEES})
    assert rows(read_tables(read_definition(tmp_path / "a?b"), tmp_path), "employees") == ROWS
    toml = "[tables]\nemployees = \"from read_csv('employees.csv', all_varchar = true)\""
    write(tmp_path / "a?b", {"source.toml": toml})
    assert rows(read_tables(read_definition(tmp_path / "a?b"), tmp_path), "employees") == ROWS
