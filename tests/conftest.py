"""Shared by all tests: a real PostgreSQL server that lives as long as the test session, and companies of a few rows."""

import importlib.util
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from itertools import count
from pathlib import Path

import polars as pl
import psycopg
import pytest
from hypothesis import settings
from servers import free_port, mariadb, mysql_address, unprivileged_user

from features.build import feature_table
from features.source import Source
from features.validation.validate import Report

DATABASE_NUMBER = count(1)

# CI uses the same examples every time, so that a change never fails for code that it did not touch.
settings.register_profile("ci", derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "default")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name pytest-randomly's seed, which `-q` leaves out, and what failed in `make check` before the tests."""
    seed = config.getoption("randomly_seed", None)
    if seed is not None:
        terminalreporter.write_line(f"order of the tests: --randomly-seed={seed}")
    failed = os.environ.get("FAILED_CHECKS", "").strip()
    if failed:
        terminalreporter.write_line(f"FAILED before the tests: {failed}", red=True)


@pytest.fixture(scope="session", autouse=True)
def _no_state_from_outside() -> Iterator[None]:
    """Tests must not use a store or a tracking server named in the environment."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("RETENTION_", "MLFLOW_"))]:
            patch.delenv(name)
        yield


@pytest.fixture(autouse=True)
def _no_registry_of_another_test() -> Iterator[None]:
    """MLflow stores its last address in the environment too, where the commands of the next test would read it."""
    yield
    if mlflow := sys.modules.get("mlflow"):
        mlflow.set_tracking_uri(None)


def postgresql_binaries() -> Path | None:
    """The folder of `initdb` and `pg_ctl`: on PATH, or where Debian keeps them (newest first)."""
    folders = [Path(item).resolve().parent for item in [shutil.which("initdb")] if item]
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "pg_ctl").exists()), None)


@pytest.fixture
def full_disk() -> Callable[[], AbstractContextManager[None]]:
    """A context in which no file of this process grows beyond 4 KB, like a full disk or a quota."""

    @contextmanager
    def limited() -> Iterator[None]:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    return limited


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """URL, without a database name, of a throwaway cluster that only this session uses."""
    binaries = postgresql_binaries()
    if binaries is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI must test against PostgreSQL, and no initdb and pg_ctl were found")
        pytest.skip("no PostgreSQL binaries (initdb, pg_ctl) on this machine")
    home, port, owner = Path(tempfile.mkdtemp(prefix="postgresql-")), free_port(), unprivileged_user()
    if owner:
        os.chown(home, int(owner["user"]), int(owner["group"]))  # type: ignore[arg-type]

    def run(program: str, *arguments: str) -> None:
        command = [str(binaries / program), "--pgdata", str(home / "data"), *arguments]
        subprocess.run(command, check=True, cwd=home, stdout=subprocess.DEVNULL, **owner)  # type: ignore[call-overload]

    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={home} -c fsync=off"
    run("initdb", "--username", "tester", "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync")
    run("pg_ctl", "--wait", "--log", str(home / "log"), "--options", options, "start")
    try:
        yield f"postgresql://tester@127.0.0.1:{port}"
    finally:
        run("pg_ctl", "--wait", "--mode", "immediate", "stop")
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def postgresql_url(postgresql_server: str) -> str:
    """URL of an empty database that only this test uses."""
    name = f"test_{next(DATABASE_NUMBER)}"
    with psycopg.connect(f"{postgresql_server}/postgres", autocommit=True) as connection:
        connection.execute(f"create database {name}".encode())
    return f"{postgresql_server}/{name}"


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[str]:
    """URL, without a database name, of a throwaway MariaDB that only this session uses."""
    programs = [
        shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") for name in ("mariadb-install-db", "mariadbd")
    ]
    if None in programs or importlib.util.find_spec("pymysql") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI must test against MariaDB, and no mariadb-install-db, mariadbd or pymysql was found")
        pytest.skip("no MariaDB (mariadb-install-db, mariadbd), or no pymysql, on this machine")
    with mariadb(*map(str, programs)) as url:
        yield url


@pytest.fixture
def mariadb_url(mariadb_server: str) -> str:
    """URL of an empty database that only this test uses."""
    import pymysql

    name = f"test_{next(DATABASE_NUMBER)}"
    with pymysql.connect(**mysql_address(mariadb_server)) as connection:
        connection.cursor().execute(f"create database {name}")
    return f"{mariadb_server}/{name}"


NUMBERS = set(
    "level fte base_pay market_pay bonus_target score rating effort_hours value contracted_hours worked_hours "
    "overtime_hours leave_days remote_days".split()
)
DAYS = set(
    "hire_date observed_from recorded_at effective_date survey_date assessed_at review_date month measured_at "
    "exit_date".split()
)
MOMENTS = {"opened_at", "closed_at"}


def table_of(text: str) -> pl.DataFrame:
    """A canonical table from words in rows: the first row names the columns, `-` is null, T splits day and hour."""
    header, *rows = [line.split() for line in text.strip().splitlines()]
    columns = {name: [None if row[i] == "-" else row[i] for row in rows] for i, name in enumerate(header)}
    table = pl.DataFrame(columns, schema=dict.fromkeys(header, pl.String))
    if "recorded_at" not in header:
        table = table.with_columns(recorded_at=pl.lit(None, pl.String))
    return table.with_columns(
        pl.col(name).str.to_datetime("%Y-%m-%dT%H:%M", time_unit="us")
        if name in MOMENTS
        else pl.col(name).str.to_date()
        if name in DAYS
        else pl.col(name).cast(pl.Int64 if name == "level" else pl.Float64)
        for name in table.columns
        if name in MOMENTS | DAYS | NUMBERS
    )


@pytest.fixture(scope="session")
def source_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Source]:
    """Makes a Source of tables (text as for `table_of`, or frames); everyone named was hired in 2010."""

    def build(tables: dict[str, str | pl.DataFrame], **settings: object) -> Source:
        folder = tmp_path_factory.mktemp("company")
        frames = {name: table_of(rows) if isinstance(rows, str) else rows for name, rows in tables.items()}
        people = {
            person
            for frame in frames.values()
            for column in ("employee_id", "client_id", "provider_id", "manager_id")
            if column in frame.columns
            for person in frame[column].drop_nulls()
        }
        hired = "\n".join(f"{person} 2010-01-01" for person in sorted(people))
        frames.setdefault("employees", table_of(f"employee_id hire_date\n{hired}"))
        frames.setdefault("exits", table_of("employee_id exit_date kind"))
        for name, frame in frames.items():
            frame.write_parquet(folder / f"{name}.parquet")
        known = {
            "complete_from": date(2000, 1, 1),
            "complete_until": date(2024, 12, 31),
            "employee_features": (),
            "ignore": frozenset(),
            "items": {},
        }
        return Source(
            name="company",
            tables={name: folder / f"{name}.parquet" for name in frames},
            protected=None,
            protected_names=(),
            horizon_months=6,
            snapshot_every_months=1,
            data_hash="",
            report=Report(),
            **(known | settings),  # type: ignore[arg-type]
        )

    return build


@pytest.fixture(scope="session")
def features_of(
    source_of: Callable[..., Source], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., dict[str, dict[str, object]]]:
    """The features of everyone at risk on a date, by employee_id; takes tables like `source_of`."""

    def build(
        snapshot_date: str, tables: dict[str, str | pl.DataFrame], **settings: object
    ) -> dict[str, dict[str, object]]:
        source = source_of(tables, **settings)
        [path] = feature_table(source, [date.fromisoformat(snapshot_date)], tmp_path_factory.mktemp("features"))
        return {row["employee_id"]: row for row in pl.read_parquet(path).iter_rows(named=True)}

    return build
