"""The definitions on Apache Spark, for a company that outgrows one machine."""

import math
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import narwhals as nw
import polars as pl

from features.calendar import Frame, day_number
from features.contract.vocabulary import EngineName
from features.engine.protocol import Work
from features.engine.spark.exchange import Exchange
from features.errors import BadInput, Finding

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import SparkSession
    from pyspark.sql.types import StructType

LEAST_ROWS_A_TASK: Final = 1_000
"""Fewer cost an executor less than loading what it does with them."""
PRODUCT: Final = "retention"
_ROW: Final = "row of the whole"
_OTHER_VERSION: Final = "another version of the product"
_OTHER_PYTHON: Final = ("ModuleNotFoundError", "PackageNotFoundError", "PYTHON_VERSION_MISMATCH", _OTHER_VERSION)
"""What the text of an executor's error holds: of its type, Spark hands on nothing else."""


class SparkEngine:
    """Frames are Spark frames; only the finished table of one snapshot date comes into this process whole.

    Held frames are Parquet. Later plans start from it instead of growing with all earlier steps (planning takes
    Spark longest here), unused columns are not read, and a lost executor loses no data.
    """

    name: EngineName = "spark"
    in_process = False
    rows_at_a_time: float = math.inf  # what does not fit in memory is spilled
    at_a_time = 1  # held frames are released after each date
    holds_between_dates = False

    def __init__(self, session: "SparkSession", exchange: Exchange, folder: Path) -> None:
        self._session = session
        self._exchange = exchange
        self._folder = folder
        self._held: list[str] = []
        self._schemas: dict[Path, StructType] = {}

    def scan(self, files: Path) -> Frame:
        addresses = self._exchange.addresses(files)
        if files not in self._schemas:  # Spark starts a job to infer a schema
            self._schemas[files] = self._session.read.parquet(*addresses).schema
        return self._read(addresses, self._schemas[files])

    def seconds(self, column: str) -> nw.Expr:
        time = nw.col(column).dt
        clock = time.hour().cast(nw.Int64) * 3600 + time.minute().cast(nw.Int64) * 60 + time.second().cast(nw.Int64)
        return day_number(column).cast(nw.Int64) * 86400 + clock

    def hold(self, frame: Frame, *, of_many: bool = False) -> Frame:
        address = self._exchange.new()
        self._held.append(address)
        rows = nw.to_native(frame)
        rows.write.parquet(address)
        return self._read([address], rows.schema)

    def fill_forward(self, rows: Frame, names: Sequence[str], by: Sequence[str]) -> Frame:
        return rows.with_columns(nw.col(*names).fill_null(strategy="forward").over("employee_id", order_by=by))

    def with_row_before(self, rows: Frame, names: Sequence[str], by: str) -> Frame:
        before = (nw.col(name).shift(1).over("employee_id", order_by=by).alias(f"{name}_before") for name in names)
        return rows.with_columns(*before)

    def release(self) -> None:
        for address in self._held:
            self._exchange.remove(address)
        self._held.clear()

    def write(self, frame: Frame, path: Path) -> None:
        self._exchange.write(nw.to_native(frame).write.parquet, path)

    def to_polars(self, frame: Frame) -> pl.LazyFrame:
        return frame.collect("polars").to_polars().lazy()

    def map_rows(self, rows: pl.DataFrame, work: Work, least_rows: int = LEAST_ROWS_A_TASK) -> pl.DataFrame:
        """In tasks of at least `least_rows` rows, as many as `spark.sql.shuffle.partitions` allows.

        Python on the executors must have this product. The first row is computed here: it tells the types.
        """
        from pyspark.errors import PythonException

        first = work(rows.head(1))
        schema = _as_lists(first.with_columns(pl.lit(0, dtype=pl.Int64).alias(_ROW))).schema
        tasks = min(int(self._session.conf.get("spark.sql.shuffle.partitions")), -(-rows.height // least_rows))
        with tempfile.TemporaryDirectory(prefix="rows-", dir=self._folder) as folder:
            given, done = Path(folder) / "given.parquet", Path(folder) / "done"
            rows.with_row_index(_ROW).with_columns(pl.col(_ROW).cast(pl.Int64)).write_parquet(given)
            parts = nw.to_native(self.scan(given)).repartition(max(1, tasks))
            try:
                self.write(
                    nw.from_native(parts.mapInArrow(partial(_worked, work, schema, version(PRODUCT)), _types(schema))),
                    done,
                )
            except PythonException as error:
                raise _without_product(error) from None
            return pl.read_parquet(done / "*.parquet").sort(_ROW).select(first.columns).cast(first.schema)

    def _read(self, addresses: Sequence[str], schema: "StructType") -> Frame:
        rows: Frame = nw.from_native(self._session.read.schema(schema).parquet(*addresses))
        return rows


def _worked(
    work: Work, schema: "pa.Schema", product: str, batches: "Iterator[pa.RecordBatch]"
) -> "Iterator[pa.RecordBatch]":
    """On an executor: `work` of each batch, by the version of the product that this process has."""
    if version(PRODUCT) != product:
        raise RuntimeError(_OTHER_VERSION)
    for batch in batches:
        rows: Any = pl.from_arrow(batch)
        done = work(rows.drop(_ROW)).with_columns(rows[_ROW])
        yield from _as_lists(done).cast(schema).to_batches()


def _as_lists(rows: pl.DataFrame) -> "pa.Table":
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


def _types(schema: "pa.Schema") -> "StructType":
    from pyspark.sql.pandas.types import from_arrow_schema

    return from_arrow_schema(schema)


def _without_product(error: Exception) -> Exception:
    """BadInput where an executor's Python is another one than the driver's; any other error stays what it is."""
    if not any(sign in str(error) for sign in _OTHER_PYTHON):
        return error
    rule = "Python on the executors lacks this product, or has another version of it or of Python"
    remedy = "Ship the environment of the driver to the executors (spark.archives; docs/scaling.md)."
    return BadInput(Finding(rule, "RETENTION_ENGINE", remedy=remedy))
