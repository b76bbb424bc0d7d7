"""A file of SQLite, through Python's own module.

A column of SQLite has values of several types. Before a query is read, SQLite counts the types of each column: whole
numbers only, numbers, or text.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from features.errors import Finding
from features.reading.databases.address import Address
from features.reading.databases.arrow_types import from_rows
from features.reading.databases.connector import A_VALUE, FIX, Connector, NotConnectedError
from features.reading.databases.dialect import BACKTICKS, COMMENT, LINE_COMMENT, NAME, TEXT, Dialect
from features.reading.queries.sql_statement import Statement
from features.sql import select_from

_DIALECT: Final = Dialect(skipped=(TEXT, NAME, BACKTICKS, LINE_COMMENT, COMMENT))
_READING: Final = frozenset(
    (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE)
)
_GONE: Final = ("SQLITE_BUSY", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_NOMEM")
_NAMING: Final = re.compile(
    r"(no such (table|column|function)|ambiguous column name|wrong number of arguments|near |not authorized|"
    r"misuse of|incomplete input|circular reference|a GROUP BY|sub-select|table .* has \d+ values)"
)
"""Messages of SQLite that hold names from the query, and no values of rows."""
_BUSY_SECONDS: Final = 15


class Sqlite:
    """One read transaction over the file, in which SQLite runs nothing but reading."""

    notes: tuple[str, ...] = ()
    errors: tuple[type[Exception], ...] = (sqlite3.Error,)

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.execute("pragma query_only = on")
        connection.execute("begin")
        connection.execute("select count(*) from sqlite_schema").fetchone()  # the snapshot begins with the first read
        connection.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY)

    def refusal(self, statement: Statement) -> Finding | None:
        return _DIALECT.refusal(statement)

    @contextmanager
    def stream(self, sql: str) -> Iterator[pa.RecordBatchReader]:
        with closing(self._connection.execute(f"{select_from('*', _nested(sql))} where 0")) as described:
            names = [column[0] for column in described.description]
        types = self._types(sql, names)
        with closing(self._connection.execute(sql)) as cursor:
            yield from_rows(lambda number: _converted(cursor.fetchmany(number), types), names, types)

    def expression(self, column: pa.Field) -> str:
        return _DIALECT.quoted(column.name)

    def tables(self, schema: str) -> list[str]:
        place = f"{_DIALECT.quoted(schema)}." if schema else ""
        named = select_from("name", f"{place}sqlite_schema")
        rows = self._connection.execute(f"{named} where type in ('table', 'view') and name not glob 'sqlite_*'")
        return sorted(name for (name,) in rows)

    def is_gone(self, error: Exception) -> bool:
        return str(getattr(error, "sqlite_errorname", "")).startswith(_GONE)

    def finding(self, error: Exception, statement: Statement) -> Finding:
        message = str(error)
        if _NAMING.match(message):
            return statement.finding(message, FIX)
        code = getattr(error, "sqlite_errorname", "")
        return statement.finding(f"a data error while its rows were read{f' ({code})' if code else ''}", A_VALUE)

    def _types(self, sql: str, names: list[str]) -> list[pa.DataType]:
        kinds = ("text", "blob", "real", "integer")
        counts = [f"max(typeof({_DIALECT.quoted(name)}) = '{kind}')" for name in names for kind in kinds]
        row = self._connection.execute(select_from(", ".join(counts), _nested(sql))).fetchone()
        present = [
            {kind for kind, is_there in zip(kinds, row[start : start + len(kinds)], strict=True) if is_there}
            for start in range(0, len(row), len(kinds))
        ]
        return [_type(found) for found in present]


def _nested(sql: str) -> str:
    return f"({sql}\n)"


def _type(kinds: set[str]) -> pa.DataType:
    if not kinds or kinds & {"text", "blob"}:
        return pa.string()
    return pa.float64() if "real" in kinds else pa.int64()


def _converted(rows: list[tuple[Any, ...]], types: list[pa.DataType]) -> list[list[Any]]:
    is_text = [pa.types.is_string(kind) for kind in types]
    return [[_text(value) if text else value for value, text in zip(row, is_text, strict=True)] for row in rows]


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return value.hex() if isinstance(value, bytes) else str(value)


@contextmanager
def _connect(address: Address) -> Iterator[Sqlite]:
    address.options_among()
    file = Path(address.path.removeprefix("/"))
    if not file.is_file():
        raise NotConnectedError(True, "The URL names no file: sqlite:///relative/path, or sqlite:////absolute/path")
    try:
        connection = sqlite3.connect(
            f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=_BUSY_SECONDS, isolation_level=None
        )
    except sqlite3.Error:
        raise NotConnectedError(True, "Give read permission for the file") from None
    with closing(connection):
        try:
            snapshot = Sqlite(connection)
        except sqlite3.Error:
            raise NotConnectedError(True, "The URL must name a file of SQLite that nobody locks") from None
        yield snapshot


CONNECTOR: Final = Connector(
    schemes=("sqlite",),
    package="sqlite3",
    extra="",
    example="sqlite:////absolute/path/to/company.db",
    dialect=_DIALECT,
    connect=_connect,
)
