"""Queries of `source.toml` in Spark's SQL, over the tables of its catalogues -> frames that stay on its machines.

Spark's configuration says what a catalogue is: a metastore, Delta, Iceberg, or a database by JDBC, with its secrets.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import narwhals as nw
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from features.calendar import Frame
from features.engine.protocol import Engine
from features.engine.spark.engine import SparkEngine
from features.engine.spark.failures import RejectedQueryError
from features.errors import BadInput, Finding
from features.reading.databases.dialect import SPARK_SQL
from features.reading.definition.source_definition import FILE_NAME, SourceDefinition
from features.reading.limits import MOST_COLUMNS
from features.reading.queries.sql_statement import Query, Statement, refused_among, select

DIALECT: Final = replace(
    SPARK_SQL,
    also_changing=frozenset("using reflect try_reflect java_method".split()),  # they run programs and Java's methods
)
_PLAIN: Final = (nw.Boolean, nw.String, nw.Date, nw.Datetime, nw.Float32, nw.Float64, nw.Decimal)
_SELECT: Final = "Correct the query; it is Spark's SQL, over the tables of its catalogues"


@dataclass
class FoundRows:
    """The rows of one query without the refused columns; None with the errors."""

    table: str
    rows: Frame | None = None
    refused: list[str] = field(default_factory=list)
    errors: list[Finding] = field(default_factory=list)


def query_spark(definition: SourceDefinition, engine: Engine, queries: Sequence[Query]) -> Iterator[FoundRows]:
    """The rows of each query, which Spark has not read yet. Raises BadInput where another engine runs."""
    if not isinstance(engine, SparkEngine):
        remedy = "Set RETENTION_ENGINE=spark, or read these tables with queries under [tables]"
        raise BadInput(Finding("tables that only Spark reads", FILE_NAME, "spark.tables", 0, remedy))
    for query in queries:
        yield _found(definition, engine, query)


def write_rows(engine: Engine, rows: Frame, out: Path) -> None:
    """The rows of a small table as Parquet of this process."""
    table = engine.to_polars(rows).collect().to_arrow(compat_level=pl.CompatLevel.oldest())
    text = [(each.name, pa.string() if pa.types.is_large_string(each.type) else each.type) for each in table.schema]
    pq.write_table(table.cast(pa.schema(text)), out)


def _found(definition: SourceDefinition, engine: SparkEngine, query: Query) -> FoundRows:
    if finding := DIALECT.refusal(Statement(definition, query.sql, ((0, query),))):
        return FoundRows(query.table, errors=[finding])
    statement = select(definition, "", "*", query)
    try:
        schema = engine.query(statement.text).collect_schema()
    except RejectedQueryError as error:
        return FoundRows(query.table, errors=[statement.finding(f"Spark rejects it ({error})", _SELECT)])
    if len(schema) > MOST_COLUMNS:
        rule, remedy = f"more than {MOST_COLUMNS:,} columns", "Select the columns that are needed"
        return FoundRows(query.table, errors=[Finding(rule, FILE_NAME, f"spark.tables.{query.key}", 0, remedy)])
    refused = refused_among(list(schema))
    columns = [_as_plain(name, dtype) for name, dtype in schema.items() if name not in refused]
    rows = engine.query(select(definition, "", ", ".join(columns) or "null as nothing", query).text)
    return FoundRows(query.table, rows, refused)


def _as_plain(name: str, dtype: nw.dtypes.DType) -> str:
    """A column as it is, or as text where it has parts."""
    quoted = DIALECT.quoted(name)
    return quoted if dtype.is_integer() or isinstance(dtype, _PLAIN) else f"cast({quoted} as string) as {quoted}"
