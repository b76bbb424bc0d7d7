"""The definitions on Apache Spark, for a company that outgrows one machine."""

import logging
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
from features.engine.protocol import PartWork, Work
from features.engine.spark.arrow_rows import (
    PRODUCT,
    as_lists,
    check_product,
    has_plain_columns,
    no_rows,
    types_of,
    worked_in_parts,
)
from features.engine.spark.exchange import Exchange
from features.engine.spark.failures import RejectedQueryError, condition_of, explained, without_product

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import SparkSession
    from pyspark.sql.types import StructType

LEAST_ROWS_A_TASK: Final = 1_000
"""Fewer cost an executor less than loading what it does with them."""
_ROW: Final = "row of the whole"


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
        schema = as_lists(first.with_columns(pl.lit(0, dtype=pl.Int64).alias(_ROW))).schema
        tasks = min(int(self._session.conf.get("spark.sql.shuffle.partitions")), -(-rows.height // least_rows))
        with tempfile.TemporaryDirectory(prefix="rows-", dir=self._folder) as folder:
            given, done = Path(folder) / "given.parquet", Path(folder) / "done"
            rows.with_row_index(_ROW).with_columns(pl.col(_ROW).cast(pl.Int64)).write_parquet(given)
            parts = nw.to_native(self.scan(given)).repartition(max(1, tasks))
            try:
                self.write(
                    nw.from_native(
                        parts.mapInArrow(partial(_worked, work, schema, version(PRODUCT)), types_of(schema))
                    ),
                    done,
                )
            except PythonException as error:
                raise without_product(error) from None
            return pl.read_parquet(done / "*.parquet").sort(_ROW).select(first.columns).cast(first.schema)

    def map_parts(self, rows: Frame, columns: Sequence[str], work: PartWork, by: str | None = None) -> Frame:
        """On the executors, whose Python must have this product. Parts by a column are as many as
        `spark.sql.shuffle.partitions` allows."""
        from pyspark.errors import PySparkException

        native = nw.to_native(rows)
        places = [native[_quoted(name)].alias(f"c{place}") for place, name in enumerate(columns)]
        given = native.select(*places)  # mapInArrow takes a name with a point in it for that of a field
        schema = as_lists(pl.concat(work(iter([no_rows(given.schema, columns)])))).schema
        parts = given if by is None else given.repartition(f"c{columns.index(by)}")
        on_executor = partial(worked_in_parts, work, list(columns), schema, version(PRODUCT))
        done = parts.mapInArrow(on_executor, types_of(schema))
        try:
            return self.hold(nw.from_native(done))
        except PySparkException as error:
            raise explained(error) from None

    def query(self, sql: str) -> Frame:
        """The rows of one SELECT in Spark's SQL, not read yet. Raises RejectedQueryError where it cannot be planned."""
        from pyspark.errors import PySparkException

        logging.getLogger("SQLQueryContextLogger").disabled = True  # pyspark's own: its lines quote values
        try:
            rows = self._session.sql(sql)
            rows.schema  # noqa: B018 (Spark Connect plans a query only when it is asked about it)
        except PySparkException as error:
            raise RejectedQueryError(condition_of(error)) from None
        found: Frame = nw.from_native(rows)
        return found

    def can_scan(self, file: Path) -> bool:
        return has_plain_columns(file)

    def _read(self, addresses: Sequence[str], schema: "StructType") -> Frame:
        rows: Frame = nw.from_native(self._session.read.schema(schema).parquet(*addresses))
        return rows


def _quoted(name: str) -> str:
    """A name as a column, also one with a point in it."""
    return "`" + name.replace("`", "``") + "`"


def _worked(
    work: Work, schema: "pa.Schema", product: str, batches: "Iterator[pa.RecordBatch]"
) -> "Iterator[pa.RecordBatch]":
    """On an executor: `work` of each batch, by the version of the product that this process has."""
    check_product(product)
    for batch in batches:
        rows: Any = pl.from_arrow(batch)
        done = work(rows.drop(_ROW)).with_columns(rows[_ROW])
        yield from as_lists(done).cast(schema).to_batches()
