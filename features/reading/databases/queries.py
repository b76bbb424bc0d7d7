"""Queries of `source.toml` in its database -> raw Parquet, in Arrow batches, all in one snapshot.

The servers' messages may quote the data, so a finding holds names of the query and codes at most; and never the URL.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from features.errors import BadInput, Finding
from features.reading.databases.arrow_types import plain
from features.reading.databases.connector import Connector, Snapshot
from features.reading.databases.connectors import RETRY, opened
from features.reading.definition.source_definition import FILE_NAME, SourceDefinition
from features.reading.definition.source_toml import Database
from features.reading.limits import MOST_COLUMNS
from features.reading.queries.sql_statement import Queried, Query, Statement, refused_among, select, shared_queries


def query_database(
    definition: SourceDefinition, database: Database, queries: Sequence[Query], out_dir: Path
) -> Iterator[Queried]:
    """Writes each query to `out_dir/TABLE.parquet`; [prepare] becomes WITH.

    Raises BadInput with advice to retry when the database is down, refuses the connection or drops it.
    """
    with opened(database) as (connector, snapshot):
        yield Queried("", notes=notes_of(snapshot))
        shared = shared_queries(definition)
        if wrong := [finding for query in shared if (finding := _refusal(snapshot, definition, query))]:
            yield Queried("", errors=wrong)
            return
        for query in queries:
            yield query_table(snapshot, connector, definition, query, shared, out_dir / f"{query.table}.parquet")


def notes_of(snapshot: Snapshot) -> list[str]:
    """What the server cannot promise, for the report of the check."""
    return [f"database: {note}" for note in snapshot.notes]


def query_table(
    snapshot: Snapshot,
    connector: Connector,
    definition: SourceDefinition,
    query: Query,
    shared: Sequence[Query],
    out: Path,
) -> Queried:
    """One query as Parquet without its refused columns, which the server does not send."""
    if finding := _refusal(snapshot, definition, query):
        return Queried(query.table, errors=[finding])
    name_of = connector.dialect.shared_name
    statement = select(definition, "", "*", query, shared, name_of)
    try:
        with snapshot.stream(f"{statement.text} where 1 = 0") as rows:
            columns = list(rows.schema)
        if len(columns) > MOST_COLUMNS:
            rule, remedy = f"more than {MOST_COLUMNS:,} columns", "Select the columns that are needed"
            return Queried(query.table, errors=[Finding(rule, FILE_NAME, f"{query.section}.{query.key}", 0, remedy)])
        refused = refused_among([column.name for column in columns])
        wanted = ", ".join(snapshot.expression(column) for column in columns if column.name not in refused)
        statement = select(definition, "", wanted or "null as nothing", query, shared, name_of)
        with snapshot.stream(statement.text) as rows:
            _write(plain(rows), out)
    except (*snapshot.errors, OSError, pa.ArrowException) as error:
        if getattr(error, "errno", None) is not None:  # the disk failed, not the database
            raise
        out.unlink(missing_ok=True)
        if snapshot.is_gone(error):
            raise BadInput(
                Finding("the connection to the database was lost", FILE_NAME, "database", 0, RETRY)
            ) from None
        return Queried(query.table, errors=[snapshot.finding(error, statement)])
    return Queried(query.table, out, refused)


def _write(rows: pa.RecordBatchReader, out: Path) -> None:
    with pq.ParquetWriter(out, rows.schema, compression="zstd") as file:
        for batch in rows:
            file.write_batch(batch)


def _refusal(snapshot: Snapshot, definition: SourceDefinition, query: Query) -> Finding | None:
    return snapshot.refusal(Statement(definition, query.sql, ((0, query),)))
