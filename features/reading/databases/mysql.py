"""MySQL and MariaDB through PyMySQL, whose rows become batches with the types that the server declares."""

import re
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime
from typing import Any, Final

import pyarrow as pa

from features.errors import Finding, counted
from features.reading.databases.address import CONNECT_SECONDS, Address
from features.reading.databases.arrow_types import from_rows, whole
from features.reading.databases.connector import A_VALUE, FIX, Connector, NotConnectedError, tables_of
from features.reading.databases.dialect import BACKTICKS, COMMENT, ESCAPED_NAME, ESCAPED_TEXT, Dialect
from features.reading.queries.sql_statement import Statement

_DIALECT: Final = Dialect(
    marks="``",
    skipped=(ESCAPED_TEXT, ESCAPED_NAME, BACKTICKS, r"--(?=[\x00-\x20]|$)[^\n]*", r"#[^\n]*", COMMENT),
    forbidden=r"/\*M?!",  # a comment that the server runs
)
_OTHER_TEXTS: Final = frozenset("ANSI ANSI_QUOTES NO_BACKSLASH_ESCAPES DB2 MAXDB MSSQL ORACLE POSTGRESQL".split())
"""Modes in which quotes mean something else than the check of a query expects."""
_SNAPSHOT: Final = (
    "set session transaction isolation level repeatable read",
    "set session transaction read only",
    "start transaction with consistent snapshot, read only",
)
_OLDER_ENGINES: Final = (
    "select count(*) from information_schema.tables where table_schema = database() and table_type = 'BASE TABLE' "
    "and engine not in ('InnoDB', 'ROCKSDB', 'ndbcluster', 'TokuDB')"
)
_NO_ENTRY: Final = (1044, 1045, 1049, 1698, 1129, 1130, 1203, 1226, 1820, 3118)
_GONE: Final = frozenset({0, 1040, 1053, 1077, 1078, 1079, 1158, 1159, 1160, 1161, 1205, 1317, 1927, 1969, 3024})
_SYNTAX: Final = (1064, 1149)
_NAMING: Final = frozenset({1046, 1051, 1052, 1054, 1060, 1066, 1103, 1109, 1146, 1222, 1248, 1305, 1582, 1630})
"""Errors whose messages hold names of the query, and no values of rows."""
_NO_RIGHT: Final = (1142, 1143, 1370, 1227)
_CHANGES: Final = (1792, 1290)
_BINARY: Final = 63
"""The number of the character set of bytes."""
_EMPTY_DAY: Final = date(1900, 1, 1)
"""What the sentinel 0000-00-00 becomes: a sentinel that the check of every source knows."""


class MySql:
    """A read-only transaction that sees one snapshot."""

    def __init__(self, connection: Any, errors: tuple[type[Exception], ...]) -> None:
        self._connection, self.errors = connection, errors
        modes = str(self._first("select @@sql_mode")[0]).split(",")
        mode = ",".join(each for each in modes if each not in _OTHER_TEXTS)
        for statement in (f"set session sql_mode = '{mode}'", *_SNAPSHOT):
            with connection.cursor() as cursor:
                cursor.execute(statement)
        older = int(self._first(_OLDER_ENGINES)[0])
        rule = f"{counted(older, 'table')} of the database without transactions (MyISAM or Aria, say)"
        self.notes = (f"{rule}: what is written to such a table meanwhile is read, or half of it.",) * (older > 0)

    def refusal(self, statement: Statement) -> Finding | None:
        return _DIALECT.refusal(statement)

    @contextmanager
    def stream(self, sql: str) -> Iterator[pa.RecordBatchReader]:
        from pymysql.cursors import SSCursor

        cursor = self._connection.cursor(SSCursor)
        try:
            cursor.execute(sql)
            yield _batches(cursor)
        finally:
            if cursor._result and not self._connection.open:
                cursor._result.unbuffered_active = False  # there is nobody to send the rest
            cursor.close()

    def expression(self, column: pa.Field) -> str:
        return _DIALECT.quoted(column.name)

    def tables(self, schema: str) -> list[str]:
        with self._connection.cursor() as cursor:
            cursor.execute(tables_of(schema, "database()"))
            return sorted(str(name) for (name,) in cursor.fetchall())

    def is_gone(self, error: Exception) -> bool:
        return _code(error) in _GONE or (_code(error) >= 2000 and _code(error) < 3000)

    def finding(self, error: Exception, statement: Statement) -> Finding:
        code, message = _code(error), str(error.args[-1]) if error.args else ""
        if code in _SYNTAX:
            line = re.search(r"at line (\d+)$", message)
            return statement.finding("syntax error", FIX, _start_of_line(statement.text, int(line[1]) if line else 1))
        if code in _NAMING:
            return statement.finding(message, FIX)
        if code in _NO_RIGHT:
            return statement.finding("the user has no right to read what it names", "Grant SELECT on it to the user")
        if code in _CHANGES:
            return statement.finding("it changes data", "Write a query that only reads")
        return statement.finding(f"a data error while its rows were read (error {code})", A_VALUE)

    def _first(self, sql: str) -> Sequence[Any]:
        with self._connection.cursor() as cursor:
            cursor.execute(sql)
            row: Sequence[Any] = cursor.fetchone()
            return row


def _batches(cursor: Any) -> pa.RecordBatchReader:
    fields = cursor._result.fields
    columns = [_column(field) for field in fields]

    def fetch(number: int) -> list[list[Any]]:
        return [
            [None if value is None else convert(value) for value, (_, convert) in zip(row, columns, strict=True)]
            for row in cursor.fetchmany(number)
        ]

    return from_rows(fetch, [field.name for field in fields], [kind for kind, _ in columns])


def _code(error: Exception) -> int:
    return int(error.args[0]) if error.args and isinstance(error.args[0], int) else 0


def _start_of_line(text: str, line: int) -> int:
    return sum(len(each) + 1 for each in text.split("\n")[: line - 1])


def _column(field: Any) -> tuple[pa.DataType, Callable[[str | bytes], Any]]:
    """The type of a column and what makes its values from the server's text."""
    from pymysql.constants import FIELD_TYPE as KIND

    kind = field.type_code
    if kind == KIND.TINY and field.length == 1:  # how both servers keep `boolean`
        return pa.bool_(), lambda value: int(value) != 0
    if kind in (KIND.TINY, KIND.SHORT, KIND.INT24, KIND.LONG, KIND.YEAR):
        return pa.int64(), int
    if kind == KIND.LONGLONG:
        return (pa.uint64() if field.flags & 32 else pa.int64()), int
    if kind in (KIND.DECIMAL, KIND.NEWDECIMAL) and field.scale == 0:
        digits = whole(field.length - 1)  # the length counts the sign
        return digits, int if pa.types.is_integer(digits) else _text
    if kind in (KIND.FLOAT, KIND.DOUBLE, KIND.DECIMAL, KIND.NEWDECIMAL):
        return pa.float64(), float
    if kind in (KIND.DATE, KIND.NEWDATE):
        return pa.date32(), _day
    if kind in (KIND.DATETIME, KIND.TIMESTAMP):
        return pa.timestamp("us"), _moment
    if kind == KIND.BIT:
        return pa.int64(), lambda value: int.from_bytes(value if isinstance(value, bytes) else value.encode(), "big")
    is_text = kind in (KIND.TIME, KIND.JSON) or field.charsetnr != _BINARY
    return pa.string(), _text if is_text else _hexadecimal


def _day(value: str | bytes) -> date:
    try:
        return date.fromisoformat(_text(value))
    except ValueError:
        return _EMPTY_DAY


def _moment(value: str | bytes) -> datetime:
    try:
        return datetime.fromisoformat(_text(value))
    except ValueError:
        return datetime(_EMPTY_DAY.year, 1, 1)


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _hexadecimal(value: str | bytes) -> str:
    return (value if isinstance(value, bytes) else value.encode()).hex()


def _encryption(options: Mapping[str, str]) -> dict[str, Any]:
    """`ssl=true` checks the server's certificate, by `ssl_ca` where it is given."""
    if options.get("ssl", "false").lower() in ("false", "0", "no") and "ssl_ca" not in options:
        return {}
    return {"ssl": ssl.create_default_context(cafile=options.get("ssl_ca"))}


@contextmanager
def _connect(address: Address) -> Iterator[MySql]:
    import pymysql
    from pymysql.converters import encoders

    options = address.options_among("ssl", "ssl_ca", "unix_socket")
    errors: tuple[type[Exception], ...] = (pymysql.err.Error, OSError)
    try:
        connection = pymysql.connect(
            host=address.host or "localhost",
            port=address.port or 3306,
            user=address.user,
            password=address.password,
            database=address.path.removeprefix("/") or None,
            unix_socket=options.get("unix_socket"),
            connect_timeout=CONNECT_SECONDS,
            charset="utf8mb4",
            conv=dict(encoders),  # and no decoders: the values come as the server writes them
            **_encryption(options),
        )
        snapshot = MySql(connection, (pymysql.err.Error,))
    except errors as error:
        raise NotConnectedError(_code(error) in _NO_ENTRY) from None
    try:
        yield snapshot
    finally:
        with suppress(*errors):
            connection.close()


CONNECTOR: Final = Connector(
    schemes=("mysql", "mariadb"),
    package="pymysql",
    extra="mysql",
    example="mysql://user:password@host:3306/database",
    dialect=_DIALECT,
    connect=_connect,
)
