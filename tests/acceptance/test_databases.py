"""What every kind of database keeps: types, one snapshot, reading only, errors without data, views, and drafts."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import databases
import polars as pl
import pytest
from database_sources import EXITS, raw, source
from databases import OWN, TestDatabase

from features.reading.databases import queries as running
from features.source import check_source


def test_types_arrive_as_the_database_declares_them(database: TestDatabase, tmp_path: Path) -> None:
    columns = {
        "name": str,
        "day": date,
        "moment": datetime,
        "share": float,
        "number": int,
        "pay": Decimal,
        "flag": bool,
    }
    row = ("Zoë", date(2020, 1, 15), datetime(2020, 5, 6, 12, 30), 0.5, 7, Decimal("42.700"), True)
    database.table("kinds", columns, [row, (None,) * 7])
    read = raw(tmp_path, {"measures": "select * from kinds"})
    assert not read.errors
    rows = pl.read_parquet(read.tables["measures"]).rename(str.lower).sort("name", nulls_last=True).rows(named=True)
    expected = dict(zip(columns, row, strict=True)) | {"pay": 42.7}
    if database.kind == "sqlite":  # it has neither days nor truth values
        expected |= {"day": "2020-01-15", "moment": "2020-05-06 12:30:00", "flag": 1}
    if database.kind == "oracle":
        expected |= {"day": datetime(2020, 1, 15), "flag": 1}
    assert rows == [expected, dict.fromkeys(columns)]


def test_refused_columns_are_not_read(company: TestDatabase, tmp_path: Path) -> None:
    read = raw(tmp_path, {"employees": "select * from employees"})
    assert [name.lower() for name in read.refused] == ["employees.sick_days"]
    assert [name.lower() for name in pl.read_parquet_schema(read.tables["employees"])] == ["employee_id", "hire_date"]


def test_queries_share_the_views_of_prepare(company: TestDatabase, tmp_path: Path) -> None:
    views = {"everyone": "select * from employees", "same": "select * from everyone -- all\n"}
    tables = {"employees": "select * from same", "exits": "select * from exits"}
    report = check_source(source(tmp_path / "sql", tables, views), tmp_path / "staging")
    assert report.errors == ()
    assert report.tables == {"employees": 2, "exits": 1}


def test_all_queries_see_one_snapshot_while_others_write(
    company: TestDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not company.keeps_snapshots:
        pytest.skip(f"{company.kind} has no snapshot of several queries; the check says so")

    def written_to_after_the_first(*arguments: Any) -> Any:
        queried = one_query(*arguments)
        with suppress(Exception):  # a file of DuckDB cannot be written while it is read
            company.insert("exits", list(EXITS[1]), [("a", date(2021, 4, 6), "voluntary", None)])
        return queried

    one_query = running.query_table
    monkeypatch.setattr(running, "query_table", written_to_after_the_first)
    tables = {"employees": "select * from employees", "exits": "select * from exits"}
    read = raw(tmp_path, tables)
    assert not read.errors
    assert pl.read_parquet(read.tables["exits"]).height == 1
    assert company.count("exits") == (1 if company.kind == "duckdb" else 3)


CHANGES = {
    "inserts": "insert into exits select * from exits",
    "deletes": "delete from exits",
    "drops": "drop table exits",
    "two statements": "select 1 as x; delete from exits",
    "ends the query around it": "select 1 as x) t; delete from exits; select * from (select 1 as x",
    "ends it without a second statement": "select 1 as x) t where 1 = (select 1",
    "deletes after with": "with a as (select 1 as x) delete from exits",
    "makes a table": "select * into copied from exits",
    "a comment that a server runs": "select 1 as x /*!) t; delete from exits */",
    "a comment in a comment": "select 1 as x /* /* */ from exits */",
    "a text without its end": "select 'x from exits",
}


HARMLESS = {
    "ends it without a second statement": ("postgresql", "duckdb"),
    "a comment that a server runs": ("postgresql", "duckdb", "sqlite", "mssql", "oracle"),
    "a comment in a comment": ("postgresql", "duckdb"),
}


@pytest.mark.parametrize("attack", CHANGES)
@pytest.mark.parametrize("place", ["tables", "prepare"])
def test_sql_that_does_more_than_read_changes_nothing(
    company: TestDatabase, attack: str, place: str, tmp_path: Path
) -> None:
    if attack in HARMLESS and company.kind in HARMLESS[attack]:
        pytest.skip("there it is one SELECT, or a comment")
    sql = CHANGES[attack]
    tables = {"employees": sql} if place == "tables" else {"employees": "select * from p"}
    read = raw(tmp_path, tables, {"p": sql} if place == "prepare" else None)
    [error] = read.errors
    assert "SQL error" in error.rule
    assert error.column == f"{place}.{'p' if place == 'prepare' else 'employees'}" or company.kind == "postgresql"
    assert company.count("exits") == 1


def test_a_function_of_the_database_cannot_write(company: TestDatabase, tmp_path: Path) -> None:
    if company.kind != "mariadb":
        pytest.skip("a function of MariaDB; PostgreSQL's has a test of its own, and files have no functions")
    company.execute("create function wipe() returns int modifies sql data begin delete from exits; return 1; end")
    [error] = raw(tmp_path, {"employees": "select wipe() as x"}).errors
    assert "it changes data" in error.rule
    assert company.count("exits") == 1


def test_wrong_names_and_syntax_name_the_query_and_what_is_wrong(company: TestDatabase, tmp_path: Path) -> None:
    tables = {
        "employees": "select nam from employees",
        "exits": "select * from exit_list",
        "surveys": "select *\nform exits",
    }
    errors = {error.column: error for error in raw(tmp_path, tables).errors}
    assert set(errors) == {"tables.employees", "tables.exits", "tables.surveys"}
    assert all("SQL error" in error.rule for error in errors.values())
    if company.kind in OWN:
        assert "nam" in errors["tables.employees"].rule
        assert "exit_list" in errors["tables.exits"].rule
        assert "line 9" in errors["tables.surveys"].rule or company.kind == "sqlite"


DATA_ERRORS = {
    "postgresql": "select kind::integer as x from exits",
    "mariadb": "select exp(length(kind) * 1000) as x from exits",
    "sqlite": "select json_extract(kind, '$.x') as x from exits",
    "duckdb": "select kind::integer as x from exits",
    "mysql": "select exp(length(kind) * 1000) as x from exits",
    "mssql": "select cast(kind as integer) as x from exits",
    "oracle": "select to_number(kind) as x from exits",
    "snowflake": "select kind::integer as x from exits",
    "bigquery": "select cast(kind as int64) as x from exits",
    "databricks": "select assert_true(kind = 'x') as x from exits",
}


def test_an_error_about_a_value_quotes_no_value(company: TestDatabase, tmp_path: Path) -> None:
    [error] = raw(tmp_path, {"exits": DATA_ERRORS[company.kind]}).errors
    assert error.column == "tables.exits"
    assert "while its rows were read" in error.rule
    assert "voluntary" not in str(error)


def test_what_a_server_cannot_promise_is_a_note_of_the_check(company: TestDatabase, tmp_path: Path) -> None:
    tables = {"employees": "select * from employees", "exits": "select * from exits"}
    if company.kind == "mariadb":
        company.execute("create table old (x int) engine = myisam")
    report = check_source(source(tmp_path / "sql", tables), tmp_path / "staging")
    notes = [note for note in report.notes if note.startswith("database: ")]
    if company.kind == "mariadb":
        assert len(notes) == 1
        assert "1 table of the database without transactions" in notes[0]
    elif company.kind in ("postgresql", "sqlite", "duckdb", "oracle"):
        assert notes == []
    elif company.kind != "mysql":
        assert notes


@pytest.fixture(scope="session")
def simulated(retention: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated company in Parquet files, and its features beside them."""
    folder = tmp_path_factory.mktemp("simulated")
    files = folder / "files"
    retention("simulate", "--out", files, "--employees", 120, "--months", 18, var=folder / "var")
    (files / "truth.parquet").unlink()
    retention("features", files, "--out", folder / "features.parquet", var=folder / "var")
    return folder


def test_the_features_of_a_company_in_a_database_are_those_of_its_files_byte_for_byte(
    retention: Callable[..., Any], database: TestDatabase, simulated: Path, tmp_path: Path
) -> None:
    files, sql = simulated / "files", tmp_path / "sql"
    for file in files.glob("*.parquet"):
        database.frame(file.stem, pl.read_parquet(file).sample(fraction=1, shuffle=True, seed=7))
    sql.mkdir()
    queries = "".join(f'{file.stem} = "select * from {file.stem}"\n' for file in files.glob("*.parquet"))
    head, items = (files / "source.toml").read_text().split("\n\n", 1)
    declared = f'[database]\nurl_env = "HR_DATABASE"\n\n[tables]\n{queries}'
    (sql / "source.toml").write_text(f"{head}\n\n{declared}\n{items}")
    retention("features", sql, "--out", tmp_path / "features.parquet", var=tmp_path / "var")
    assert pl.read_parquet(tmp_path / "features.parquet")["snapshot_date"].n_unique() == 18
    assert (tmp_path / "features.parquet").read_bytes() == (simulated / "features.parquet").read_bytes()


def test_zero_days_of_mariadb_become_the_sentinel_that_every_check_knows(
    mariadb_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = databases.mariadb(mariadb_url)
    monkeypatch.setenv("HR_DATABASE", mariadb_url)
    database.table("days", {"day": date}, [])
    database.execute("insert ignore into days values ('0000-00-00')")
    read = raw(tmp_path, {"exits": "select * from days"})
    assert pl.read_parquet(read.tables["exits"])["day"].to_list() == [date(1900, 1, 1)]


def test_a_column_of_sqlite_has_the_one_type_that_fits_all_its_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = databases.sqlite(tmp_path)
    monkeypatch.setenv("HR_DATABASE", database.url)
    database.execute("create table mixed (whole, number, either, empty, bytes)")
    rows: list[tuple[Any, ...]] = [(1, 1, 1, None, b"\x0a\xff")] * 10_000 + [(2, 0.5, "x", None, None)]
    database.insert("mixed", ["whole", "number", "either", "empty", "bytes"], rows)
    read = pl.read_parquet(raw(tmp_path, {"measures": "select * from mixed"}).tables["measures"])
    texts = ("either", "empty", "bytes")
    assert read.schema == {"whole": pl.Int64(), "number": pl.Float64()} | dict.fromkeys(texts, pl.String())
    assert read.row(0) == (1, 1.0, "1", None, "0aff")
    assert read.row(-1) == (2, 0.5, "x", None, None)
