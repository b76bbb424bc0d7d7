"""A file of DuckDB, opened for reading only."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, cast

import duckdb
import pyarrow as pa

from features.errors import Finding
from features.reading.databases.address import Address
from features.reading.databases.arrow_types import BATCH_ROWS
from features.reading.databases.connector import Connector, NotConnectedError, tables_of
from features.reading.databases.dialect import Dialect
from features.reading.queries.duckdb_errors import duckdb_finding
from features.reading.queries.read_only import refusal
from features.reading.queries.sql_statement import Statement
from features.sql import MEMORY_LIMIT

_DIALECT: Final = Dialect()


class DuckdbFile:
    """One transaction over the file, which no other process can write meanwhile."""

    notes: tuple[str, ...] = ()
    errors: tuple[type[Exception], ...] = (duckdb.Error,)

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        for setting in ("errors_as_json = true", "python_enable_replacements = false", "timezone = 'UTC'"):
            connection.execute(f"set {setting}")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        connection.execute("begin transaction")

    def refusal(self, statement: Statement) -> Finding | None:
        return refusal(self._connection, statement)

    @contextmanager
    def stream(self, sql: str) -> Iterator[pa.RecordBatchReader]:
        yield self._connection.sql(sql).to_arrow_reader(BATCH_ROWS)

    def expression(self, column: pa.Field) -> str:
        return _DIALECT.quoted(column.name)

    def tables(self, schema: str) -> list[str]:
        rows = self._connection.execute(tables_of(schema, "current_schema()")).fetchall()
        return sorted(name for (name,) in rows)

    def is_gone(self, error: Exception) -> bool:
        return isinstance(error, (duckdb.IOException, duckdb.ConnectionException))

    def finding(self, error: Exception, statement: Statement) -> Finding:
        return duckdb_finding(cast("duckdb.Error", error), statement)


@contextmanager
def _connect(address: Address) -> Iterator[DuckdbFile]:
    address.options_among()
    file = Path(address.path.removeprefix("/"))
    if not file.is_file():
        raise NotConnectedError(True, "The URL names no file: duckdb:///relative/path, or duckdb:////absolute/path")
    with tempfile.TemporaryDirectory(prefix="duckdb-") as scratch:
        settings: dict[str, Any] = {
            "memory_limit": MEMORY_LIMIT,
            "temp_directory": scratch,
            "autoload_known_extensions": "false",
        }
        settings |= {"autoinstall_known_extensions": "false", "allow_community_extensions": "false"}
        try:
            connection = duckdb.connect(file, read_only=True, config=settings)
        except duckdb.Error:
            advice = "The URL must name a file of DuckDB of this version or an older one, which no other program writes"
            raise NotConnectedError(True, advice) from None
        with connection:
            yield DuckdbFile(connection)


CONNECTOR: Final = Connector(
    schemes=("duckdb",),
    package="duckdb",
    extra="",
    example="duckdb:////absolute/path/to/company.duckdb",
    dialect=_DIALECT,
    connect=_connect,
)
