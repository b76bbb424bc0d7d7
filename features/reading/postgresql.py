"""Queries of `source.toml` in a PostgreSQL database -> raw Parquet, in Arrow batches.

PostgreSQL's messages may quote the data, so a finding holds only the error's code, its line in `source.toml` and the
names of tables, columns and functions. No message holds the URL.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import adbc_driver_postgresql.dbapi as postgresql  # type: ignore[import-untyped]
import pyarrow as pa
import pyarrow.parquet as pq

from features.errors import BadInput, Finding
from features.reading.source_definition import FILE_NAME, SourceDefinition
from features.reading.sql_statement import Queried, Query, Statement, refused_among, select, shared_queries
from features.sql import quoted

CONNECT_SECONDS: Final = 15

_SNAPSHOT: Final = "set transaction isolation level repeatable read, read only"
_RETRY: Final = "Nothing was written. Check that the server is up and reachable, then run the same command again"
_GONE_STATES: Final = ("08", "53", "57", "58")
"""Classes of SQLSTATE: connection exception, insufficient resources, operator intervention, system error."""


def query_postgresql(definition: SourceDefinition, queries: Sequence[Query], out_dir: Path) -> Iterator[Queried]:
    """Writes each query to `out_dir/TABLE.parquet`, all in one read-only snapshot; [prepare] becomes WITH.

    Raises BadInput with advice to retry when the database is down, refuses the connection or drops it.
    """
    with _connect(definition) as connection:
        for query in queries:
            yield _query_table(connection, definition, query, out_dir / f"{query.table}.parquet")


@contextmanager
def _connect(definition: SourceDefinition) -> Iterator[Any]:
    url = _url(definition)
    try:
        connection = postgresql.connect(url)
        _begin(connection)
    except postgresql.Error as error:
        refuses = "FATAL" in str(error)
        rule = "the database refuses the connection" if refuses else "the database cannot be reached"
        advice = f"Check that user, password and database in the URL are right. {_RETRY}" if refuses else _RETRY
        raise BadInput(Finding(rule, FILE_NAME, "database.url_env", 0, advice)) from None
    try:
        yield connection
    finally:
        with suppress(postgresql.Error):
            connection.close()


def _url(definition: SourceDefinition) -> str:
    name = definition.settings.database.url_env if definition.settings.database else ""
    url = os.environ.get(name, "")
    scheme, separator, rest = url.partition("://")
    if scheme.partition("+")[0] not in ("postgresql", "postgres") or not separator:
        rule = "does not hold a PostgreSQL URL" if url else "is not set"
        remedy = f"export {name}=postgresql://user:password@host:5432/database"
        raise BadInput(Finding(f"the environment variable {name} {rule}", FILE_NAME, "database.url_env", 0, remedy))
    wait = "" if "connect_timeout=" in rest else f"{'&' if '?' in rest else '?'}connect_timeout={CONNECT_SECONDS}"
    return f"postgresql://{rest}{wait}"


def _begin(connection: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_SNAPSHOT)


def _query_table(connection: Any, definition: SourceDefinition, query: Query, out: Path) -> Queried:
    shared = shared_queries(definition)
    statement = select(definition, "", "*", query, shared)
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"{statement.text} limit 0")
            schema = cursor.fetch_record_batch().schema
        refused = refused_among(schema.names)
        columns = ", ".join(_readable(field) for field in schema if field.name not in refused)
        statement = select(definition, "", columns or "null as nothing", query, shared)
        _write(connection, statement.text, out)
    except (postgresql.Error, OSError, pa.ArrowException) as error:
        if getattr(error, "errno", None) is not None:  # the disk failed, not the database
            raise
        out.unlink(missing_ok=True)
        if _is_gone(connection, error):
            rule = "the connection to the database was lost"
            raise BadInput(Finding(rule, FILE_NAME, "database", 0, _RETRY)) from None
        return Queried(query.table, errors=[_finding(error, statement)])
    return Queried(query.table, out, refused)


def _write(connection: Any, text: str, out: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text)
        batches = cursor.fetch_record_batch()
        with pq.ParquetWriter(out, batches.schema, compression="zstd") as file:
            for batch in batches:
                file.write_batch(batch)


def _readable(field: Any) -> str:
    """Plain types unchanged, times in the session's time zone, 'infinity' as a sentinel date, other types as text.

    A `numeric` is a number: as text, 42.700 could be forty-two thousand.
    """
    column, kind = quoted(field.name), field.type
    if pa.types.is_temporal(kind) and (pa.types.is_date(kind) or pa.types.is_timestamp(kind)):
        plain = "date" if pa.types.is_date(kind) else "timestamp"
        return (
            f"case {column} when 'infinity' then {plain} '9999-12-31' when '-infinity' then {plain} '1900-01-01' "
            f"else {column}::{plain} end as {column}"
        )
    plain_kinds = (pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating)
    if any(is_kind(kind) for is_kind in plain_kinds):
        return column
    if (field.metadata or {}).get(b"ADBC:postgresql:typname") == b"numeric":
        return f"{column}::double precision as {column}"
    return f"{column}::text as {column}"


def _is_gone(connection: Any, error: Exception) -> bool:
    """Whether the database failed or was stopped, rather than rejected the query. Ends the transaction."""
    state = str(getattr(error, "sqlstate", None) or "")
    if state.startswith(_GONE_STATES) or "canceling statement" in str(error):
        return True
    try:
        connection.rollback()
        _begin(connection)
    except postgresql.Error:
        return True
    return False


def _finding(error: Exception, statement: Statement) -> Finding:
    state = str(getattr(error, "sqlstate", None) or "")
    details = {key.decode(): value.decode(errors="replace") for key, value in getattr(error, "details", None) or []}
    position = int(details["PG_DIAG_STATEMENT_POSITION"]) - 1 if "PG_DIAG_STATEMENT_POSITION" in details else None
    if state.startswith("42"):  # syntax, unknown names, missing rights: the message names them and no data
        return statement.finding(details.get("PG_DIAG_MESSAGE_PRIMARY", "wrong"), "Fix the query", position)
    code = f" (SQLSTATE {state})" if state else ""
    remedy = "A value cannot be converted or computed: select the column as text, or clean it in the query"
    return statement.finding(f"a data error while its rows were read{code}", remedy, position)
