"""A small company in a database of each kind, and sources over it."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import databases
import pytest
from databases import ELSEWHERE, GIVEN, OWN, TestDatabase

from features.reading.definition.source_definition import read_definition
from features.reading.raw_tables import Raw, read_tables

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
