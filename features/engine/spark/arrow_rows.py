"""Rows between Spark's machines and Polars, as Arrow, and work on them by the Python of an executor."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from features.engine.protocol import PartWork
from features.engine.spark.failures import OTHER_VERSION

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql.types import StructType

PRODUCT: Final = "retention"
BATCH_ROWS: Final = 500_000
"""Rows that an executor works on at once: Spark sends ten thousand, and each expression has a cost of its own."""
ROWS_TO_JAVA: Final = 10_000


def check_product(product: str) -> None:
    """On an executor: whether it has the version of the product that the driver has."""
    if version(PRODUCT) != product:
        raise RuntimeError(OTHER_VERSION)


def worked_in_parts(
    work: PartWork, columns: Sequence[str], schema: "pa.Schema", product: str, batches: "Iterator[pa.RecordBatch]"
) -> "Iterator[pa.RecordBatch]":
    """On an executor: `work` of the rows of a part, whose columns have these names."""
    check_product(product)
    for done in work(_in_large_batches(batches, columns)):
        yield from as_lists(done).cast(schema).to_batches(ROWS_TO_JAVA)


def _in_large_batches(batches: "Iterable[pa.RecordBatch]", columns: Sequence[str]) -> Iterator[pl.DataFrame]:
    gathered: list[pa.RecordBatch] = []
    for batch in batches:
        gathered.append(batch)
        if sum(each.num_rows for each in gathered) >= BATCH_ROWS:
            yield _frame(gathered, columns)
            gathered = []
    if gathered:
        yield _frame(gathered, columns)


def _frame(batches: "list[pa.RecordBatch]", columns: Sequence[str]) -> pl.DataFrame:
    import pyarrow as pa

    return _named(pa.Table.from_batches(batches), columns)


def _named(rows: "pa.Table", columns: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame(rows.rename_columns(list(columns)))


def no_rows(types: "StructType", columns: Sequence[str]) -> pl.DataFrame:
    """A frame without rows of Spark's columns, as an executor would get them, with these names."""
    from pyspark.sql.pandas.types import to_arrow_schema

    return _named(to_arrow_schema(types).empty_table(), columns)


def as_lists(rows: pl.DataFrame) -> "pa.Table":
    """The rows as Spark's machines read Arrow: Java knows neither arrays of a fixed size nor text of any length."""
    import pyarrow as pa

    table = rows.to_arrow(compat_level=pl.CompatLevel.oldest())
    fields = [(field.name, _known_to_java(field.type)) for field in table.schema]
    return table.cast(pa.schema(fields))


def _known_to_java(type_: "pa.DataType") -> "pa.DataType":
    import pyarrow as pa

    if pa.types.is_fixed_size_list(type_):
        return pa.list_(type_.value_type)
    return pa.string() if pa.types.is_large_string(type_) else type_


def types_of(schema: "pa.Schema") -> "StructType":
    """Spark's types of Arrow's columns. A time without a zone has none in Spark either."""
    from pyspark.sql.pandas.types import from_arrow_schema

    return from_arrow_schema(schema, prefer_timestamp_ntz=True)


def has_plain_columns(file: Path) -> bool:
    """Whether Spark gives the values of a Parquet file as Polars does: not those of times with a zone, which it shows
    in the session's, nor of nanoseconds, times of day and nested columns."""
    import pyarrow.parquet as pq

    return all(_is_plain(field.type) for field in pq.read_schema(file))


def _is_plain(type_: "pa.DataType") -> bool:
    import pyarrow as pa

    if pa.types.is_timestamp(type_):
        return type_.tz is None and type_.unit in ("ms", "us")
    kinds: tuple[Callable[[pa.DataType], bool], ...] = (
        pa.types.is_boolean,
        pa.types.is_integer,
        pa.types.is_floating,
        pa.types.is_decimal128,
        pa.types.is_string,
        pa.types.is_large_string,
        pa.types.is_date32,
    )
    return any(is_kind(type_) for is_kind in kinds)
