"""Oracle through python-oracledb in thin mode, which needs no client of Oracle and gives Arrow batches."""

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from itertools import chain
from typing import Any, Final

import pyarrow as pa

from features.errors import Finding
from features.reading.databases.address import CONNECT_SECONDS, Address
from features.reading.databases.arrow_types import BATCH_ROWS
from features.reading.databases.connector import A_VALUE, FIX, Connector, NotConnectedError
from features.reading.databases.dialect import COMMENT, LINE_COMMENT, NAME, TEXT, Dialect
from features.reading.queries.sql_statement import Statement
from features.sql import literal

_OWN_QUOTES: Final = r"\bn?q'(?:\[.*?\]|\{.*?\}|\(.*?\)|<.*?>|([^\s\[{(<]).*?\1)'"
_DIALECT: Final = Dialect(skipped=(_OWN_QUOTES, TEXT, NAME, LINE_COMMENT, COMMENT), upper_case=True)
_NAMING: Final = {
    900: "a wrong syntax",
    903: "a wrong name of a table",
    904: "an unknown column",
    907: "a parenthesis is missing",
    911: "a wrong sign",
    918: "a column of two tables",
    923: "FROM is missing",
    933: "a wrong end",
    936: "an expression is missing",
    942: "an unknown table, or one that the user may not read",
    979: "a column that is not grouped",
    1031: "a missing right",
    1456: "it changes data",
}
"""What the codes of errors about the query itself mean."""
_NO_ENTRY: Final = frozenset({1005, 1017, 1045, 12505, 12514, 28000, 28001})
_GONE: Final = frozenset({28, 600, 1012, 1013, 1033, 1034, 1089, 1555, 3113, 3114, 3135, 4036, 12170, 12537, 12541})


class Oracle:
    """A read-only transaction, which sees the data as they were when it began."""

    notes: tuple[str, ...] = ()

    def __init__(self, connection: Any, errors: tuple[type[Exception], ...]) -> None:
        self._connection, self.errors = connection, errors
        with closing(connection.cursor()) as cursor:
            cursor.execute("set transaction read only")

    def refusal(self, statement: Statement) -> Finding | None:
        return _DIALECT.refusal(statement)

    @contextmanager
    def stream(self, sql: str) -> Iterator[pa.RecordBatchReader]:
        frames = iter(self._connection.fetch_df_batches(sql, size=BATCH_ROWS))
        first = pa.table(next(frames))  # without rows, but with its columns, where there are none
        tables = chain([first], (pa.table(frame) for frame in frames))
        batches = (batch for table in tables for batch in table.to_batches())
        yield pa.RecordBatchReader.from_batches(first.schema, batches)

    def expression(self, column: pa.Field) -> str:
        return _DIALECT.quoted(column.name)

    def tables(self, schema: str) -> list[str]:
        owner = literal(schema) if schema else "sys_context('userenv', 'current_schema')"
        names = " union ".join(
            f"select {name} from {view} where owner = {owner}"  # noqa: S608 (a literal)
            for name, view in (("table_name", "all_tables"), ("view_name", "all_views"))
        )
        with closing(self._connection.cursor()) as cursor:
            return sorted(str(name) for (name,) in cursor.execute(names))

    def is_gone(self, error: Exception) -> bool:
        details = _details(error)
        return details is not None and (details.code in _GONE or details.full_code.startswith("DPY-4011"))

    def finding(self, error: Exception, statement: Statement) -> Finding:
        details = _details(error)
        code, name = (details.code, details.full_code) if details else (0, "")
        if code in _NAMING:
            return statement.finding(f"{_NAMING[code]} ({name})", FIX, details.offset or None)
        return statement.finding(f"a data error while its rows were read ({name or 'no code'})", A_VALUE)


def _details(error: Exception) -> Any:
    return error.args[0] if error.args and hasattr(error.args[0], "code") else None


@contextmanager
def _connect(address: Address) -> Iterator[Oracle]:
    import oracledb

    address.options_among()
    try:
        connection = oracledb.connect(
            user=address.user,
            password=address.password,
            host=address.host,
            port=address.port or 1521,
            service_name=address.path.removeprefix("/"),
            tcp_connect_timeout=CONNECT_SECONDS,
        )
        snapshot = Oracle(connection, (oracledb.Error,))
    except oracledb.Error as error:
        details = _details(error)
        raise NotConnectedError(details is not None and details.code in _NO_ENTRY) from None
    try:
        yield snapshot
    finally:
        with suppress(oracledb.Error):
            connection.close()


CONNECTOR: Final = Connector(
    schemes=("oracle",),
    package="oracledb",
    extra="oracle",
    example="oracle://user:password@host:1521/service_name",
    dialect=_DIALECT,
    connect=_connect,
)
