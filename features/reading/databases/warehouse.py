"""What the warehouses of the cloud have in common: no transaction that only reads, and no snapshot of several queries.

Each query is checked to be one SELECT and sees one state of its tables. The check reports what that does not cover.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, Final

import pyarrow as pa

from features.errors import Finding
from features.reading.databases import adbc
from features.reading.databases.connector import A_VALUE, FIX, NotConnectedError
from features.reading.databases.dialect import Dialect
from features.reading.queries.sql_statement import Statement

NOTES: Final = (
    "Each query sees one moment, but not all queries the same one: read while nothing is loaded into the tables.",
    "This warehouse has no read-only transaction: give the user the right to read the tables and nothing else.",
)
_REJECTED: Final = ("ProgrammingError", "ServerOperationError")
_LOST: Final = ("OperationalError", "InterfaceError", "RequestError")

Rows = Callable[[Any, str], AbstractContextManager[pa.RecordBatchReader]]


class Warehouse:
    """A connection without a transaction. tables_sql: the query that lists the tables of a schema."""

    notes: tuple[str, ...] = NOTES

    def __init__(
        self,
        connection: Any,
        dialect: Dialect,
        errors: tuple[type[Exception], ...],
        tables_sql: Callable[[str], str],
        rows: Rows = adbc.stream,
    ) -> None:
        self._connection, self._dialect, self.errors = connection, dialect, errors
        self._tables_sql, self._rows = tables_sql, rows

    def refusal(self, statement: Statement) -> Finding | None:
        return self._dialect.refusal(statement)

    def stream(self, sql: str) -> AbstractContextManager[pa.RecordBatchReader]:
        return self._rows(self._connection, sql)

    def expression(self, column: pa.Field) -> str:
        return self._dialect.quoted(column.name)

    def tables(self, schema: str) -> list[str]:
        return adbc.names(self._connection, self._tables_sql(schema))

    def is_gone(self, error: Exception) -> bool:
        return adbc.sqlstate(error).startswith(("08", "57")) or type(error).__name__ in _LOST

    def finding(self, error: Exception, statement: Statement) -> Finding:
        state = adbc.sqlstate(error).strip("\0")
        code = f" (SQLSTATE {state})" if state else ""
        if state.startswith("42") or type(error).__name__ in _REJECTED:
            return statement.finding(f"the server rejects it{code}", f"{FIX}; the server's own client shows the reason")
        return statement.finding(f"a data error while its rows were read{code}", A_VALUE)


@contextmanager
def opened(
    connect: Callable[[], Any], errors: tuple[type[Exception], ...], made: Callable[[Any], Warehouse]
) -> Iterator[Warehouse]:
    """A warehouse over a connection, which is closed at the end."""
    try:
        connection = connect()
    except errors as error:
        is_refused = adbc.sqlstate(error).startswith("28") or type(error).__name__ == "ProgrammingError"
        raise NotConnectedError(is_refused) from None
    try:
        yield made(connection)
    finally:
        with suppress(*errors):
            connection.close()


def given(options: dict[str, str]) -> dict[str, str]:
    """The options of a connection that have a value."""
    return {name: value for name, value in options.items() if value}
