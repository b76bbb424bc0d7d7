"""A PostgreSQL database gives the same tables as files, and a database that fails leaves nothing behind."""

from pathlib import Path
from typing import Any

import psycopg
import pytest
from documents import blocks, page, section

from features.errors import BadInput, Finding
from features.reading.databases import queries as running
from features.source import Source, check_source, load_source

TABLES = {
    "employees": (
        "employee_id text, hire_date date, gender text, sick_days integer",
        "employee_id,hire_date,gender,sick_days\na,2020-01-15,f,3\nb,2020-02-15,,0\n",
    ),
    "exits": (
        "employee_id text, exit_date date, kind varchar(20), recorded_at timestamptz",
        "employee_id,exit_date,kind,recorded_at\nb,2021-03-05,voluntary,2021-02-05\n",
    ),
    "compensation": (
        "employee_id char(1), effective_date date, base_pay numeric(12, 2), bonus_target real",
        "employee_id,effective_date,base_pay,bonus_target\na,2020-01-15,30000.50,0.5\na,2021-01-15,31000.00,\n",
    ),
    "assignments": (
        "employee_id text, effective_date date, level smallint, manager_id text",
        "employee_id,effective_date,level,manager_id\na,2020-01-15,3,\nb,2020-02-15,,a\n",
    ),
    "collaboration": (
        "client_id text, provider_id text, opened_at timestamp, closed_at timestamp, rating integer",
        "client_id,provider_id,opened_at,closed_at,rating\na,b,2020-05-06 12:30:00,2020-05-07 08:00:00,4\n",
    ),
}
PREPARE = 'everyone = "select * from employees"\nsame = "select * from everyone"\n'
QUERIES = {table: f"select * from {table}" for table in TABLES} | {"employees": "select * from same -- all of them"}


def write_toml(folder: Path, queries: dict[str, str], prepare: str = PREPARE) -> Path:
    folder.mkdir(exist_ok=True)
    tables = "".join(f'{table} = """\n{sql}"""\n' for table, sql in queries.items())
    text = f'name = "company"\n[database]\nurl_env = "HR_DATABASE"\n[prepare]\n{prepare}[tables]\n{tables}'
    (folder / "source.toml").write_text(text)
    return folder


@pytest.fixture
def database(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with the tables, named by the environment."""
    with psycopg.connect(postgresql_url) as connection:
        for table, (columns, csv) in TABLES.items():
            connection.execute(f"create table {table} ({columns})".encode())
            with connection.cursor().copy(f"copy {table} from stdin (format csv, header)".encode()) as copy:
                copy.write(csv)
    monkeypatch.setenv("HR_DATABASE", postgresql_url)
    return postgresql_url


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "company"
    folder.mkdir()
    for table, (_, csv) in TABLES.items():
        (folder / f"{table}.csv").write_text(csv)
    return folder


def load(source: Path, staging: Path) -> Source:
    loaded = load_source(source, staging)
    assert isinstance(loaded, Source)
    return loaded


def the_error(source: Path, tmp_path: Path) -> Finding:
    """The single error of a load that wrote nothing."""
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(BadInput) as bad:
        load_source(source, tmp_path / "staging")
    assert sorted(tmp_path.rglob("*")) == before
    (finding,) = bad.value.findings
    return finding


def test_a_database_gives_the_same_tables_as_files(database: str, folder: Path, tmp_path: Path) -> None:
    files = load(folder, tmp_path / "from_files")
    rows = load(write_toml(tmp_path / "sql", QUERIES), tmp_path / "from_database")
    assert rows.data_hash == files.data_hash
    assert rows.report.tables == files.report.tables
    assert rows.report.refused == files.report.refused == ("employees.sick_days",)
    for table in TABLES:
        expected, given = files.scan(table), rows.scan(table)
        assert expected is not None
        assert given is not None
        assert given.collect().equals(expected.collect())


def test_the_source_toml_of_the_page_reads_a_database(
    postgresql_url: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(postgresql_url) as connection:
        connection.execute("create schema hr")
        connection.execute("create table hr.contracts as select 'a' as person_no, date '2020-01-15' as hired")
        connection.execute("create table hr.leavers as select 'a' as person_no, date '2021-03-05' as left_on")
    monkeypatch.setenv("HR_DATABASE", postgresql_url)
    (folder / "source.toml").write_text(blocks(section(page("docs/files-and-databases.md"), "A database"), "toml")[0])
    report = check_source(folder, tmp_path / "staging")
    assert not report.errors
    assert report.tables == {"employees": 1, "exits": 1}


def test_an_sqlalchemy_url_is_accepted(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HR_DATABASE", database.replace("postgresql://", "postgresql+psycopg://"))
    assert check_source(write_toml(tmp_path / "sql", QUERIES), tmp_path / "staging").errors == ()


def test_infinity_becomes_the_sentinel_date_that_files_would_contain(database: str, tmp_path: Path) -> None:
    query = QUERIES["collaboration"].replace(
        "*", "client_id, provider_id, opened_at, 'infinity'::timestamp as closed_at"
    )
    report = check_source(write_toml(tmp_path / "sql", QUERIES | {"collaboration": query}), tmp_path / "staging")
    assert report.errors == ()
    assert [(finding.place, finding.rows) for finding in report.warnings] == [("collaboration.closed_at", 1)]


WRONG_SQL = {
    "unknown column": ("select\n  nam\nfrom exits", 'line 12: column "nam" does not exist'),
    "unknown table": ("select * from exit", 'line 11: relation "exit" does not exist'),
    "syntax": ("select *\nform exits", "line 12: syntax error"),
    "two statements": ("select 1; select 2", 'line 11: syntax error at or near ";"'),
    "a value when planned": ("select 'Josephine'::integer as x", "line 11: a data error"),
    "a value when run": ("select kind::integer as x from exits", "line 11: a data error"),
    "a change": ("delete from exits returning *", "line 11: syntax error"),
}


HOSTILE_SQL = {
    "ends the statement around it": "select 1) as t; drop table exits; select * from (select 1",
    "ends the transaction": "select 1) as t; commit; drop table exits; select * from (select 1",
    "ends it alone": "commit",
    "several statements": "select 1; commit; drop table exits",
    "deletes after WITH": "with a as (delete from exits returning *) select * from a",
    "makes the transaction writable": "select set_config('transaction_read_only', 'off', false) as x",
    "writes a file": "select 1) to '/tmp/x'; select * from (select 1",
    "counts": "select nextval('numbers') as x",
    "starts a program": "select 1) to program 'touch x' with (select 1",
}


HOSTILE_CASES = [(attack, "tables") for attack in HOSTILE_SQL] + [
    ("ends the transaction", "prepare"),
    ("ends the transaction", "cross_section"),
    ("deletes after WITH", "prepare"),
]


@pytest.mark.parametrize(("attack", "section"), HOSTILE_CASES)
def test_sql_that_does_more_than_read_changes_nothing(attack: str, section: str, database: str, tmp_path: Path) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("create sequence numbers")
    sql = HOSTILE_SQL[attack]
    toml = {
        "tables": f'[tables]\nemployees = """{sql}"""\n',
        "prepare": f'[prepare]\np = """{sql}"""\n[tables]\nemployees = "select * from p"\n',
        "cross_section": f'[cross_section]\nemployee_id = "x"\nleft = "true"\nquery = """{sql}"""\n',
    }[section]
    (tmp_path / "source.toml").write_text(f'[database]\nurl_env = "HR_DATABASE"\n{toml}')
    errors = [error for error in check_source(tmp_path, tmp_path / "staging").errors if error.table == "source.toml"]
    assert "SQL error" in errors[0].rule
    with psycopg.connect(database) as connection:
        assert connection.execute("select count(*) from exits").fetchone() == (1,)
        assert connection.execute("select is_called from numbers").fetchone() == (False,)


def test_what_a_function_writes_in_spite_of_the_read_only_transaction_is_undone(database: str, tmp_path: Path) -> None:
    queries = {"employees": "select *, lo_from_bytea(0, 'x') as lo from employees", "exits": "select * from exits"}
    check_source(write_toml(tmp_path / "sql", queries, ""), tmp_path / "staging")
    with psycopg.connect(database) as connection:
        assert connection.execute("select count(*) from pg_largeobject_metadata").fetchone() == (0,)


@pytest.mark.parametrize("wrong", WRONG_SQL)
def test_an_sql_error_names_the_table_and_line_but_no_value(wrong: str, database: str, tmp_path: Path) -> None:
    sql, message = WRONG_SQL[wrong]
    finding = the_error(write_toml(tmp_path / "sql", {"employees": QUERIES["employees"], "exits": sql}), tmp_path)
    assert str(finding).startswith(f"source.toml.tables.exits: SQL error at {message}")
    assert "Josephine" not in str(finding)
    assert "voluntary" not in str(finding)


def test_an_error_in_a_shared_query_is_reported_there_and_once(database: str, tmp_path: Path) -> None:
    queries = {"employees": "select * from a", "exits": "select * from a"}
    finding = the_error(write_toml(tmp_path / "sql", queries, 'a = "select nam from exits"\n'), tmp_path)
    assert str(finding).startswith('source.toml.prepare.a: SQL error at line 5: column "nam" does not exist')


def test_the_database_is_never_written_to(database: str, tmp_path: Path) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "create function wipe() returns text language sql volatile as $$ delete from exits returning kind $$"
        )
        finding = the_error(
            write_toml(tmp_path / "sql", {"employees": QUERIES["employees"], "exits": "select wipe() as kind"}),
            tmp_path,
        )
        assert finding.column == "tables.exits"
        assert connection.execute("select count(*) from exits").fetchone() == (1,)


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        (None, "the environment variable HR_DATABASE is not set"),
        ("db2://u:secret@host/db", "the environment variable HR_DATABASE does not hold the URL of a known database"),
    ],
)
def test_a_missing_url_names_the_variable(
    url: str | None, rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HR_DATABASE", raising=False)
    if url:
        monkeypatch.setenv("HR_DATABASE", url)
    finding = the_error(write_toml(tmp_path / "sql", QUERIES), tmp_path)
    assert (finding.rule, finding.place) == (rule, "source.toml.database.url_env")
    assert "secret" not in str(finding)


def test_a_database_outage_says_to_try_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HR_DATABASE", "postgresql://u:secret@127.0.0.1:1/company")
    finding = the_error(write_toml(tmp_path / "sql", QUERIES), tmp_path)
    assert finding.rule == "the database cannot be reached"
    assert "run the same command again" in finding.remedy
    assert "secret" not in str(finding)


def test_a_refused_connection_says_so(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HR_DATABASE", f"{database}_of_somebody_else")
    finding = the_error(write_toml(tmp_path / "sql", QUERIES), tmp_path)
    assert finding.rule == "the database refuses the connection"
    assert "run the same command again" in finding.remedy


def kill_connections(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid()"
        )


def test_a_connection_that_breaks_between_two_tables_writes_nothing(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed_after_the_first(*arguments: Any) -> Any:
        queried = one_query(*arguments)
        kill_connections(database)
        return queried

    one_query = running.query_table
    monkeypatch.setattr(running, "query_table", killed_after_the_first)
    finding = the_error(write_toml(tmp_path / "sql", QUERIES), tmp_path)
    assert finding.rule == "the connection to the database was lost"
    assert "run the same command again" in finding.remedy


def test_a_connection_that_breaks_within_a_table_writes_nothing(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class DyingFile(running.pq.ParquetWriter):
        def write_batch(self, *arguments: Any) -> None:
            super().write_batch(*arguments)
            kill_connections(database)

    rows = "select i::text as employee_id, date '2020-01-01' as hire_date from generate_series(1, 2000000) as i"
    monkeypatch.setattr(running.pq, "ParquetWriter", DyingFile)
    finding = the_error(write_toml(tmp_path / "sql", {"employees": rows}), tmp_path)
    assert finding.rule == "the connection to the database was lost"
