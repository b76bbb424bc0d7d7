"""PostgreSQL through ADBC.

Its messages may quote the data, so a finding holds only the error's code, its line in `source.toml` and the names of
tables, columns and functions.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, Final

import adbc_driver_postgresql.dbapi as postgresql  # type: ignore[import-untyped]
import pyarrow as pa

from features.errors import Finding
from features.reading.databases import adbc
from features.reading.databases.address import CONNECT_SECONDS, Address
from features.reading.databases.connector import A_VALUE, FIX, Connector, NotConnectedError, tables_of
from features.reading.databases.dialect import Dialect
from features.reading.queries.sql_statement import Statement
from features.sql import quoted

_SNAPSHOT: Final = "set transaction isolation level repeatable read, read only"
_GONE_STATES: Final = ("08", "53", "57", "58")
"""Classes of SQLSTATE: connection exception, insufficient resources, operator intervention, system error."""


class PostgreSql:
    """A read-only transaction that sees one snapshot."""

    notes: tuple[str, ...] = ()
    errors: tuple[type[Exception], ...] = (postgresql.Error,)

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._begin()

    def refusal(self, statement: Statement) -> Finding | None:
        """None: it is run as one statement in a read-only transaction, and the server refuses all others."""
        return None

    def stream(self, sql: str) -> AbstractContextManager[pa.RecordBatchReader]:
        return adbc.stream(self._connection, sql)

    def expression(self, column: pa.Field) -> str:
        """Plain types unchanged, times in the session's time zone, 'infinity' as a sentinel date, other types as text.

        A `numeric` is a number: as text, 42.700 could be forty-two thousand.
        """
        name, kind = quoted(column.name), column.type
        if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
            plain = "date" if pa.types.is_date(kind) else "timestamp"
            return (
                f"case {name} when 'infinity' then {plain} '9999-12-31' when '-infinity' then {plain} '1900-01-01' "
                f"else {name}::{plain} end as {name}"
            )
        plain_kinds = (pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating)
        if any(is_kind(kind) for is_kind in plain_kinds):
            return name
        if (column.metadata or {}).get(b"ADBC:postgresql:typname") == b"numeric":
            return f"{name}::double precision as {name}"
        return f"{name}::text as {name}"

    def tables(self, schema: str) -> list[str]:
        return adbc.names(self._connection, tables_of(schema, "current_schema()"))

    def is_gone(self, error: Exception) -> bool:
        """Also ends the failed transaction and begins another."""
        if adbc.sqlstate(error).startswith(_GONE_STATES) or "canceling statement" in str(error):
            return True
        try:
            self._connection.rollback()
            self._begin()
        except postgresql.Error:
            return True
        return False

    def finding(self, error: Exception, statement: Statement) -> Finding:
        state = adbc.sqlstate(error)
        details = {key.decode(): value.decode(errors="replace") for key, value in getattr(error, "details", None) or []}
        position = int(details["PG_DIAG_STATEMENT_POSITION"]) - 1 if "PG_DIAG_STATEMENT_POSITION" in details else None
        if state.startswith("42"):  # syntax, unknown names, missing rights: the message names them and no data
            return statement.finding(details.get("PG_DIAG_MESSAGE_PRIMARY", "wrong"), FIX, position)
        code = f" (SQLSTATE {state})" if state else ""
        return statement.finding(f"a data error while its rows were read{code}", A_VALUE, position)

    def _begin(self) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(_SNAPSHOT)


@contextmanager
def _connect(address: Address) -> Iterator[PostgreSql]:
    mark = "&" if "?" in address.rest else "?"
    wait = "" if "connect_timeout" in address.options else f"{mark}connect_timeout={CONNECT_SECONDS}"
    try:
        connection = postgresql.connect(f"postgresql://{address.rest}{wait}")
        snapshot = PostgreSql(connection)
    except postgresql.Error as error:
        raise NotConnectedError("FATAL" in str(error)) from None
    try:
        yield snapshot
    finally:
        with suppress(postgresql.Error):
            connection.close()


CONNECTOR: Final = Connector(
    schemes=("postgresql", "postgres"),
    package="adbc_driver_postgresql",
    extra="",
    example="postgresql://user:password@host:5432/database",
    dialect=Dialect(),
    connect=_connect,
)
