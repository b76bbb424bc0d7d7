"""Databases of every kind for the tests: their names, how tables are made in them, and how they are written to.

PostgreSQL and MariaDB are servers of the test session, SQLite and DuckDB files. Another kind takes part where
`RETENTION_TEST_SCHEME_URL` is set, as in RETENTION_TEST_MSSQL_URL; its tables are made in the schema of that URL.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import psycopg
import pytest
from servers import mysql_address

from features.reading.databases.address import address_of
from features.reading.databases.connectors import CONNECTORS

OWN = ("postgresql", "mariadb", "sqlite", "duckdb")
ELSEWHERE = ("mysql", "mssql", "oracle", "snowflake", "bigquery", "databricks")
GIVEN = {kind: os.environ.get(f"RETENTION_TEST_{kind.upper()}_URL", "") for kind in ELSEWHERE}
"""Read when this module is loaded: a fixture removes our variables from the environment of the tests."""

_TYPES: dict[str, Sequence[str]] = {
    # text, date, moment, double, whole number, decimal, truth
    "postgresql": ("text", "date", "timestamp", "double precision", "bigint", "numeric(12, 3)", "boolean"),
    "mariadb": ("varchar(80)", "date", "datetime(6)", "double", "bigint", "decimal(12, 3)", "boolean"),
    "mysql": ("varchar(80)", "date", "datetime(6)", "double", "bigint", "decimal(12, 3)", "boolean"),
    "sqlite": ("text", "date", "datetime", "real", "integer", "decimal(12, 3)", "boolean"),
    "duckdb": ("varchar", "date", "timestamp", "double", "bigint", "decimal(12, 3)", "boolean"),
    "mssql": ("nvarchar(80)", "date", "datetime2", "float", "bigint", "decimal(12, 3)", "bit"),
    "oracle": ("varchar2(80)", "date", "timestamp", "binary_double", "number(18)", "number(12, 3)", "number(1)"),
    "snowflake": ("varchar", "date", "timestamp_ntz", "double", "bigint", "number(12, 3)", "boolean"),
    "bigquery": ("string", "date", "datetime", "float64", "int64", "numeric", "bool"),
    "databricks": ("string", "date", "timestamp_ntz", "double", "bigint", "decimal(12, 3)", "boolean"),
}
_OF_VALUES = (str, date, datetime, float, int, Decimal, bool)


@dataclass
class TestDatabase:
    """One database. connect: a connection of its own that commits each statement, for the test to write with."""

    __test__ = False

    kind: str
    url: str
    connect: Callable[[], Any]
    made: list[str] = field(default_factory=list)

    @property
    def keeps_snapshots(self) -> bool:
        return self.kind not in ("snowflake", "bigquery", "databricks")

    def table(self, name: str, columns: dict[str, type], rows: Sequence[Sequence[Any]]) -> None:
        """Makes a table and fills it."""
        types = dict(zip(_OF_VALUES, _TYPES[self.kind], strict=True))
        declared = ", ".join(f"{column} {types[kind]}" for column, kind in columns.items())
        self.execute(f"create table {name} ({declared})")
        self.made.append(name)
        self.insert(name, list(columns), rows)

    def insert(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        marks = {"postgresql": "%s", "mariadb": "%s", "mysql": "%s", "oracle": ":{}"}.get(self.kind, "?")
        values = ", ".join(marks.format(number) for number in range(1, len(columns) + 1))
        plain = [[self._plain(value) for value in row] for row in rows]
        if not plain:
            return
        with self._connected() as connection, closing(connection.cursor()) as cursor:
            cursor.executemany(f"insert into {name} ({', '.join(columns)}) values ({values})", plain)

    def frame(self, name: str, rows: pl.DataFrame) -> None:
        """A table with the rows of a frame."""
        kinds = {pl.String: str, pl.Date: date, pl.Float64: float, pl.Int64: int, pl.Int32: int, pl.Boolean: bool}
        columns = {column: kinds.get(type(kind), datetime) for column, kind in rows.schema.items()}
        if self.kind != "duckdb":
            self.table(name, columns, rows.rows())
            return
        with self._connected() as connection:
            connection.register("given", rows.to_arrow())
            connection.execute(f"create table {name} as select * from given")

    def execute(self, sql: str) -> None:
        with self._connected() as connection, closing(connection.cursor()) as cursor:
            cursor.execute(sql)

    def count(self, name: str) -> int:
        with self._connected() as connection, closing(connection.cursor()) as cursor:
            cursor.execute(f"select count(*) from {name}")
            return int(cursor.fetchone()[0])

    def drop(self) -> None:
        """Removes what was made, where the database outlives the test."""
        for name in self.made:
            self.execute(f"drop table {name}")

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        with closing(self.connect()) as connection:
            yield connection
            if self.kind in ("mssql", "oracle", "snowflake"):
                connection.commit()

    def _plain(self, value: Any) -> Any:
        if self.kind == "sqlite":
            value = float(value) if isinstance(value, Decimal) else value
            return str(value) if isinstance(value, date) else value
        return int(value) if self.kind == "oracle" and isinstance(value, bool) else value


def postgresql(url: str) -> TestDatabase:
    return TestDatabase("postgresql", url, lambda: psycopg.connect(url, autocommit=True))


def mariadb(url: str) -> TestDatabase:
    import pymysql

    return TestDatabase("mariadb", url.replace("mysql://", "mariadb://"), lambda: pymysql.connect(**mysql_address(url)))


def sqlite(folder: Path) -> TestDatabase:
    """In the journal mode in which a reader keeps its snapshot while others write."""
    file = folder / "company.db"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(file, isolation_level=None, timeout=1)
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = off")
        return connection

    connect().close()
    return TestDatabase("sqlite", f"sqlite:///{file}", connect)


def duckdb_file(folder: Path) -> TestDatabase:
    file = folder / "company.duckdb"
    duckdb.connect(file).close()
    return TestDatabase("duckdb", f"duckdb:///{file}", lambda: duckdb.connect(file))


def elsewhere(kind: str) -> TestDatabase:
    """The database that the environment names, written to through the connection of our own connector."""
    url, opened = GIVEN[kind], list[Any]()

    def connect() -> Any:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TEST_DATABASE", url)
            address = address_of(
                "TEST_DATABASE", {scheme: connector.example for scheme, connector in CONNECTORS.items()}
            )
        opened.append(CONNECTORS[kind].connect(address))  # as long as it is kept, the connection stays open
        connection = opened[-1].__enter__()._connection
        if kind in ("mysql", "oracle"):
            connection.rollback()
        if kind == "mysql":
            connection.cursor().execute("set session transaction read write")
            connection.autocommit(True)
        return connection

    return TestDatabase(kind, url, connect)
