"""The definitions on Apache Spark, for a company that outgrows one machine."""

import math
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import narwhals as nw
import polars as pl

from features.calendar import Frame, day_number
from features.contract.vocabulary import EngineName
from features.errors import BadInput, Finding

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    from pyspark.sql.types import StructType


class SparkEngine:
    """Frames are Spark frames; only the finished table of one snapshot date comes into this process whole.

    Held frames are Parquet on disk. Later plans start from it instead of growing with all earlier steps (planning takes
    Spark longest here), unused columns are not read, and a lost executor loses no data.
    """

    name: EngineName = "spark"
    in_process = False
    rows_at_a_time: float = math.inf  # what does not fit in memory is spilled
    at_a_time = 1  # held frames are released after each date
    holds_between_dates = False

    def __init__(self, session: "SparkSession", folder: Path) -> None:
        self._session = session
        self._folder = folder
        self._held: list[Path] = []
        self._numbers = count()
        self._schemas: dict[Path, StructType] = {}

    def scan(self, files: Path) -> Frame:
        paths = _matching(files)
        if files not in self._schemas:  # Spark starts a job to infer a schema
            self._schemas[files] = self._session.read.parquet(*paths).schema
        rows: Frame = nw.from_native(self._session.read.schema(self._schemas[files]).parquet(*paths))
        return rows

    def seconds(self, column: str) -> nw.Expr:
        time = nw.col(column).dt
        clock = time.hour().cast(nw.Int64) * 3600 + time.minute().cast(nw.Int64) * 60 + time.second().cast(nw.Int64)
        return day_number(column).cast(nw.Int64) * 86400 + clock

    def hold(self, frame: Frame, *, of_many: bool = False) -> Frame:
        path = self._folder / str(next(self._numbers))
        self._held.append(path)
        self._schemas[path] = nw.to_native(frame).schema
        self.write(frame, path)
        return self.scan(path)

    def fill_forward(self, rows: Frame, names: Sequence[str], by: Sequence[str]) -> Frame:
        return rows.with_columns(nw.col(*names).fill_null(strategy="forward").over("employee_id", order_by=by))

    def with_row_before(self, rows: Frame, names: Sequence[str], by: str) -> Frame:
        before = (nw.col(name).shift(1).over("employee_id", order_by=by).alias(f"{name}_before") for name in names)
        return rows.with_columns(*before)

    def release(self) -> None:
        for path in self._held:
            shutil.rmtree(path)
            del self._schemas[path]
        self._held.clear()

    def write(self, frame: Frame, path: Path) -> None:
        nw.to_native(frame).write.parquet(_address(path))

    def to_polars(self, frame: Frame) -> pl.LazyFrame:
        return frame.collect("polars").to_polars().lazy()


def _matching(files: Path) -> list[str]:
    """The files that match a pattern; Spark would first look for a file named like the pattern, and log its absence."""
    return [_address(path) for path in sorted(files.parent.glob(files.name))]


def _address(path: Path) -> str:
    """The path as a URL: a bare path would mean the cluster's own file system."""
    return f"file://{path.absolute()}"


@contextmanager
def spark_engine(folder: Path) -> Iterator[SparkEngine]:
    """Spark with its own configuration (spark-defaults.conf, PYSPARK_SUBMIT_ARGS); stopped if it was started here.

    Raises BadInput where pyspark or Java is missing.
    """
    try:
        from pyspark.errors import PySparkRuntimeError
        from pyspark.sql import SparkSession
    except ImportError:
        raise _missing("pyspark is not installed", "Install it with: make setup SPARK=1") from None
    running = SparkSession.getActiveSession()
    try:
        session = running or SparkSession.builder.appName("retention").getOrCreate()
    except PySparkRuntimeError:
        remedy = "Install Java 17 (Debian: openjdk-17-jre-headless), or name its folder in JAVA_HOME."
        raise _missing("Spark found no Java", remedy) from None
    try:
        with tempfile.TemporaryDirectory(prefix="held-", dir=folder) as held:
            yield SparkEngine(session, Path(held))
    finally:
        if not running:
            session.stop()


def _missing(rule: str, remedy: str) -> BadInput:
    return BadInput(Finding(rule, "RETENTION_ENGINE", "", 0, f"{remedy} Or choose RETENTION_ENGINE=polars."))
