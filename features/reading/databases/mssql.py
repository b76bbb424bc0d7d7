"""SQL Server and Azure SQL through Microsoft's driver, which gives Arrow batches.

The server has no transaction that refuses writing: each query is checked to be one SELECT, and the transaction is
undone at the end. One snapshot for all queries needs a setting of the database.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any, Final

import pyarrow as pa

from features.errors import Finding
from features.reading.databases.address import CONNECT_SECONDS, Address
from features.reading.databases.arrow_types import BATCH_ROWS
from features.reading.databases.connector import A_VALUE, FIX, Connector, NotConnectedError, tables_of
from features.reading.databases.dialect import COMMENT, LINE_COMMENT, NAME, TEXT, Dialect
from features.reading.queries.sql_statement import Statement

_DIALECT: Final = Dialect(marks="[]", skipped=(TEXT, NAME, r"\[(?:[^\]]|\]\])*\]", LINE_COMMENT, COMMENT))
_STATE: Final = "select snapshot_isolation_state from sys.databases where database_id = db_id()"
_NO_SNAPSHOT: Final = (
    "The database does not allow snapshots, so rows that change while it is read may be of two moments. "
    "alter database … set allow_snapshot_isolation on"
)
_NO_READ_ONLY: Final = "SQL Server has no read-only transaction: give the user SELECT on the tables and nothing else."


class SqlServer:
    """A transaction that is undone at the end; of one snapshot, where the database allows it."""

    def __init__(self, connection: Any, errors: tuple[type[Exception], ...]) -> None:
        self._connection, self.errors = connection, errors
        has_snapshots = self._rows(_STATE) == ["1"]
        connection.commit()
        with closing(connection.cursor()) as cursor:
            cursor.execute(f"set transaction isolation level {'snapshot' if has_snapshots else 'read committed'}")
        self.notes = (_NO_READ_ONLY,) if has_snapshots else (_NO_READ_ONLY, _NO_SNAPSHOT)

    def refusal(self, statement: Statement) -> Finding | None:
        return _DIALECT.refusal(statement)

    @contextmanager
    def stream(self, sql: str) -> Iterator[pa.RecordBatchReader]:
        with closing(self._connection.cursor()) as cursor:
            cursor.execute(sql)
            yield pa.RecordBatchReader.from_stream(cursor.arrow_reader(BATCH_ROWS))

    def expression(self, column: pa.Field) -> str:
        return _DIALECT.quoted(column.name)

    def tables(self, schema: str) -> list[str]:
        return sorted(self._rows(tables_of(schema, "schema_name()")))

    def is_gone(self, error: Exception) -> bool:
        return any(mark in str(error) for mark in ("08S01", "08001", "HYT00", "HYT01", "40001", "Communication link"))

    def finding(self, error: Exception, statement: Statement) -> Finding:
        kind = type(error).__name__
        if kind == "ProgrammingError":
            return statement.finding("a wrong name, a wrong syntax, or a missing right", FIX)
        return statement.finding(f"a data error while its rows were read ({kind})", A_VALUE)

    def _rows(self, sql: str) -> list[str]:
        with closing(self._connection.cursor()) as cursor:
            cursor.execute(sql)
            return [str(row[0]) for row in cursor.fetchall()]


def _connection_string(address: Address) -> str:
    options = address.options_among("Encrypt", "TrustServerCertificate", "Authentication")
    server = f"{address.host},{address.port}" if address.port else address.host
    parts = {"SERVER": server, "DATABASE": address.path.removeprefix("/"), "UID": address.user, "PWD": address.password}
    given = {key: value for key, value in (parts | options).items() if value}
    return "".join(f"{key}={{{value.replace('}', '}}')}}};" for key, value in given.items())


@contextmanager
def _connect(address: Address) -> Iterator[SqlServer]:
    import mssql_python

    errors: tuple[type[Exception], ...] = (mssql_python.Error,)
    try:
        connection = mssql_python.connect(_connection_string(address), autocommit=False, timeout=CONNECT_SECONDS)
        snapshot = SqlServer(connection, errors)
    except errors as error:
        raise NotConnectedError("18456" in str(error) or "4060" in str(error) or "28000" in str(error)) from None
    try:
        yield snapshot
    finally:
        with suppress(*errors):
            connection.rollback()
            connection.close()


CONNECTOR: Final = Connector(
    schemes=("mssql", "sqlserver"),
    package="mssql_python",
    extra="mssql",
    example="mssql://user:password@host:1433/database",
    dialect=_DIALECT,
    connect=_connect,
)
