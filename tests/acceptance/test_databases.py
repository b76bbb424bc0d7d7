"""What every kind of database keeps: types, one snapshot, reading only, errors without data, views, and drafts."""

import importlib.util
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import databases
import polars as pl
import pytest
from databases import ELSEWHERE, GIVEN, OWN, TestDatabase
from documents import page, section

from features.drafting.draft import draft_database, draft_source
from features.errors import BadInput
from features.reading.databases import queries as running
from features.reading.databases.connectors import CONNECTORS
from features.reading.definition.source_definition import read_definition
from features.reading.raw_tables import Raw, read_tables
from features.source import Source, check_source, load_source

EMPLOYEES = ("employees", {"employee_id": str, "hire_date": date, "sick_days": int})
EXITS = ("exits", {"employee_id": str, "exit_date": date, "kind": str, "recorded_at": date})
STAFF = [("a", date(2020, 1, 15), 3), ("b", date(2020, 2, 15), 0)]
LEAVERS = [("b", date(2021, 3, 5), "voluntary", date(2021, 2, 5))]


@pytest.fixture(params=[*OWN, *ELSEWHERE])
def database(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestDatabase]:
    """An empty database of each kind, named by the variable HR_DATABASE."""
    made = _database(request.param, request, tmp_path)
    monkeypatch.setenv("HR_DATABASE", made.url)
    yield made
    if request.param in ELSEWHERE:
        made.drop()


def _database(kind: str, request: pytest.FixtureRequest, folder: Path) -> TestDatabase:
    if kind in ELSEWHERE:
        if not GIVEN[kind]:
            pytest.skip(f"no {kind} to test with (RETENTION_TEST_{kind.upper()}_URL names one)")
        return databases.elsewhere(kind)
    if kind == "postgresql":
        return databases.postgresql(request.getfixturevalue("postgresql_url"))
    if kind == "mariadb":
        return databases.mariadb(request.getfixturevalue("mariadb_url"))
    home = folder / "database"
    home.mkdir()
    return databases.sqlite(home) if kind == "sqlite" else databases.duckdb_file(home)


@pytest.fixture
def company(database: TestDatabase) -> TestDatabase:
    """A database with two people, one of whom has left."""
    database.table(*EMPLOYEES, STAFF)
    database.table(*EXITS, LEAVERS)
    return database


def source(folder: Path, tables: dict[str, str], prepare: dict[str, str] | None = None) -> Path:
    folder.mkdir(exist_ok=True)
    queries = "".join(f"{name} = '''{sql}'''\n" for name, sql in tables.items())
    views = "".join(f"{name} = '''{sql}'''\n" for name, sql in (prepare or {}).items())
    text = f'name = "company"\n[database]\nurl_env = "HR_DATABASE"\n[prepare]\n{views}[tables]\n{queries}'
    (folder / "source.toml").write_text(text)
    return folder


def raw(folder: Path, tables: dict[str, str], prepare: dict[str, str] | None = None) -> Raw:
    out = folder / "raw"
    out.mkdir()
    return read_tables(read_definition(source(folder / "source", tables, prepare)), out)


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


WORKERS = {
    "employee_number": int,
    "hire_date": date,
    "termination_date": date,
    "termination_reason": str,
    "department": str,
    "annual_salary": Decimal,
    "currency": str,
    "sick_days": int,
}
PEOPLE = [
    (1001, date(2018, 1, 2), None, None, "Sales", Decimal("42125.375"), "EUR", 1),
    (1002, date(2018, 3, 1), date(2020, 5, 31), "Better offer", "Sales", Decimal("51000.125"), "EUR", 0),
    (1003, date(2019, 4, 1), None, None, "Plant", Decimal("38500.500"), "EUR", 7),
    (1004, date(2019, 5, 2), date(2021, 6, 30), "Retirement", "Plant", Decimal("61250.875"), "EUR", 2),
    (1005, date(2020, 6, 1), None, None, "Office", Decimal("45000.250"), "EUR", 0),
]
ANSWERS = {
    "complete_from": "2020-01-01",
    "complete_until": "2021-12-31",
    "exit_kinds": {"Better offer": "voluntary", "Retirement": "other"},
}
Drafting = Callable[[dict[str, Any], Path], Any]


def answered(drafting: Drafting, out: Path) -> str:
    """The text of a draft in which the suggestions are the answers to what nobody has said."""
    given: dict[str, Any] = dict(ANSWERS)
    out.mkdir()
    for attempt in range(5):
        work = out.parent / f"{out.name}-{attempt}"
        work.mkdir()
        draft = drafting(given, work)
        if not draft.open:
            break
        given |= dict.fromkeys(draft.open, "suggested")
    (out / "source.toml").write_text(draft.text, encoding="utf-8")
    return str(draft.text)


def loaded(folder: Path, staging: Path) -> Source:
    given = load_source(folder, staging)
    assert isinstance(given, Source)
    return given


def test_a_draft_over_a_database_reads_what_a_draft_over_files_reads(database: TestDatabase, tmp_path: Path) -> None:
    database.table("worker", WORKERS, PEOPLE)
    database.table("planned", {"employee_number": int}, [])
    export = tmp_path / "export"
    export.mkdir()
    texts = [[None if value is None else str(value) for value in row] for row in PEOPLE]
    pl.DataFrame(texts, schema=dict.fromkeys(WORKERS, pl.String), orient="row").write_csv(export / "worker.csv")

    def over_database(given: dict[str, Any], work: Path) -> Any:
        tables = ["worker"] if database.kind in ELSEWHERE else []
        return draft_database("HR_DATABASE", None, tables, given, work, lambda _: None)

    def over_files(given: dict[str, Any], work: Path) -> Any:
        return draft_source(export, tmp_path / "files" / "source.toml", given, work, lambda _: None)

    toml = answered(over_database, tmp_path / "drafted")
    answered(over_files, tmp_path / "files")
    assert "[database.read]" in toml
    assert database.url not in toml
    assert check_source(tmp_path / "drafted", tmp_path / "staging").errors == ()
    once = loaded(tmp_path / "drafted", tmp_path / "once")
    assert once.report.tables["employees"] == 5
    assert once.data_hash == loaded(tmp_path / "drafted", tmp_path / "twice").data_hash
    assert once.data_hash == loaded(tmp_path / "files", tmp_path / "of_files").data_hash
    assert once.report.refused == ("worker_table.sick_days",)
    if database.kind in OWN:
        assert "# - planned: no rows" in toml


def test_the_command_drafts_a_database_and_names_it_in_the_next_command(
    retention: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = databases.sqlite(tmp_path)
    database.table("worker", WORKERS, PEOPLE)
    database.table("planned", {"number": int}, [(1,)])
    monkeypatch.setenv("HR_DATABASE", database.url)
    toml, answers = tmp_path / "drafted.toml", tmp_path / "answers.toml"
    command = ["draft", "--database-url-env", "HR_DATABASE", "--table", "worker", "--out", toml, "--answers", answers]
    first = retention(*command, var=tmp_path / "var", exit_code=3)
    assert f"retention draft --database-url-env HR_DATABASE --table worker --out {toml}" in first.stderr
    given = answers.read_text()
    given = given.replace('complete_from = ""', 'complete_from = "2020-01-01"')
    given = given.replace('complete_until = ""', 'complete_until = "2021-12-31"')
    given = given.replace('""', '"suggested"').replace('"Better offer" = "suggested"', '"Better offer" = "voluntary"')
    answers.write_text(given.replace('Retirement = "suggested"', 'Retirement = "other"'))
    second = retention(*command, var=tmp_path / "var")
    assert f"Next: retention check {toml}" in second.stderr
    assert "planned" not in toml.read_text()
    assert "5 people" in retention("check", toml, var=tmp_path / "var").stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "nothing to draft. Name either PATH or --database-url-env"),
        (["export", "--database-url-env", "X"], "two things to draft. Name either PATH or --database-url-env"),
        (["export", "--schema", "x"], "--schema: no effect on files. Leave it out"),
        (["--database-url-env", "NOT_SET"], "the environment variable NOT_SET is not set"),
        (["--database-url-env", "RETENTION_DATABASE"], "source.toml.database.url_env: wrong value. write another name"),
    ],
)
def test_a_draft_of_nothing_or_of_two_things_is_an_error(
    arguments: list[str], message: str, retention: Callable[..., Any], tmp_path: Path
) -> None:
    done = retention("draft", *arguments, "--out", tmp_path / "x.toml", var=tmp_path / "var", exit_code=2)
    assert message in " ".join(done.stderr.split())


def test_a_draft_names_the_tables_it_cannot_find_and_stops_at_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = databases.sqlite(tmp_path)
    monkeypatch.setenv("HR_DATABASE", database.url)
    for number in range(61):
        database.execute(f"create table t_{number} (x)")
    for wanted, rule in (([], "more than 60 tables"), (["T_1", "t_1"], "no table T_1"), (["t_1"], "nothing to read")):
        with pytest.raises(BadInput) as bad:
            draft_database("HR_DATABASE", None, wanted, {}, tmp_path, lambda _: None)
        assert [finding.rule for finding in bad.value.findings] == [rule]


def test_a_table_that_is_not_there_is_an_error_where_it_is_named(company: TestDatabase, tmp_path: Path) -> None:
    toml = (
        '[database]\nurl_env = "HR_DATABASE"\n[database.read]\nstaff = "employees"\nleft = "leavers"\n'
        '[tables]\nemployees = "select * from staff"\nexits = "select * from \\"left\\""\n'
    )
    (tmp_path / "source.toml").write_text(toml)
    [error] = check_source(tmp_path, tmp_path.parent / f"{tmp_path.name}-staging").errors
    assert error.place == "source.toml.database.read.left"
    assert "SQL error at line 5" in error.rule


def test_copied_tables_are_text_for_the_queries_of_duckdb(company: TestDatabase, tmp_path: Path) -> None:
    toml = (
        '[database]\nurl_env = "HR_DATABASE"\n[database.read]\nstaff = "employees"\nleavers = "exits"\n'
        "[prepare]\neveryone = \"select employee_id, strptime(left(hire_date, 10), '%Y-%m-%d')::date as hire_date "
        'from staff"\n[tables]\nemployees = "select * from everyone"\n'
        'exits = "select employee_id, left(exit_date, 10) as exit_date, kind from leavers"\n'
    )
    (tmp_path / "source.toml").write_text(toml)
    report = check_source(tmp_path, tmp_path.parent / f"{tmp_path.name}-staging")
    assert report.errors == ()
    assert [name.lower() for name in report.refused] == ["staff.sick_days"]
    assert report.tables == {"employees": 2, "exits": 1}


def the_finding(folder: Path) -> Any:
    [finding] = raw(folder, {"employees": "select * from employees"}).errors
    return finding


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("mariadb://u:secret@127.0.0.1:1/company", "the database cannot be reached"),
        ("sqlite:////no/such/secret", "the database refuses the connection"),
        ("duckdb:////no/such/secret", "the database refuses the connection"),
        ("db2://u:secret@host/db", "the environment variable HR_DATABASE does not hold the URL of a known database"),
        ("mysql://u:secret@host:port/db", "the environment variable HR_DATABASE holds a URL that cannot be read"),
        ("sqlite:////no/such?secret=1", "the URL in the environment variable HR_DATABASE has 1 unknown options"),
    ],
)
def test_a_connection_that_fails_says_why_and_holds_no_part_of_the_url(
    url: str, rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if url.startswith("mariadb"):
        pytest.importorskip("pymysql")
    monkeypatch.setenv("HR_DATABASE", url)
    finding = the_finding(tmp_path)
    assert (finding.rule, finding.place) == (rule, "source.toml.database.url_env")
    assert "secret" not in str(finding)


def test_a_wrong_password_is_told_apart_from_a_server_that_is_down(
    mariadb_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HR_DATABASE", mariadb_url.replace("root@", "root:secret@"))
    finding = the_finding(tmp_path)
    assert finding.rule == "the database refuses the connection"
    assert "secret" not in str(finding)


def test_a_connection_to_mariadb_that_breaks_within_a_table_writes_nothing(
    mariadb_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = databases.mariadb(mariadb_url)

    class DyingFile(running.pq.ParquetWriter):
        def write_batch(self, *arguments: Any) -> None:
            super().write_batch(*arguments)
            with database.connect() as connection, connection.cursor() as cursor:
                cursor.execute(
                    "select id from information_schema.processlist where id <> connection_id() and user = 'root'"
                )
                for (number,) in cursor.fetchall():
                    cursor.execute(f"kill {number}")

    monkeypatch.setenv("HR_DATABASE", mariadb_url)
    monkeypatch.setattr(running.pq, "ParquetWriter", DyingFile)
    read = raw(tmp_path, {"employees": "select seq as employee_id from seq_1_to_2000000"})
    assert [finding.rule for finding in read.errors] == ["the connection to the database was lost"]
    assert not list((tmp_path / "raw").iterdir())


def test_a_missing_driver_names_the_extra_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = [
        connector
        for connector in CONNECTORS.values()
        if not importlib.util.find_spec(connector.package.partition(".")[0])
    ]
    if not missing:
        pytest.skip("every driver is installed")
    monkeypatch.setenv("HR_DATABASE", missing[0].example)
    finding = the_finding(tmp_path)
    assert finding.rule == f"the database driver of {missing[0].schemes[0]} is not installed"
    assert finding.remedy == f"pip install 'retention[{missing[0].extra}]'"


def test_an_unknown_scheme_names_the_known_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HR_DATABASE", "db2://host/db")
    assert the_finding(tmp_path).remedy == f"Schemes that are known: {', '.join(sorted(CONNECTORS))}"


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


def test_the_page_has_an_example_for_every_scheme() -> None:
    text = section(page("docs/files-and-databases.md"), "A database")
    assert not [connector.example for connector in CONNECTORS.values() if connector.example not in text]
