"""Where the definitions of the features run: Polars in this process, or Spark on one machine or many.

A definition is Narwhals expressions, the same on each engine. What those cannot say stands here: how Parquet is read
and written, how a frame is worked out once for the many that read it, and how a table reaches this process.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

import narwhals as nw
import polars as pl

from features.calendar import Frame
from features.vocabulary import EngineName


class Engine(Protocol):
    """What runs the definitions. Every engine gives the same features, to 1e-9."""

    name: EngineName
    services_at_a_time: float
    """How many internal services are summed together, in whole months."""

    def scan(self, files: Path) -> Frame:
        """The rows of a Parquet file, or of all that a pattern names, as far as they are asked for."""

    def seconds(self, column: str) -> nw.Expr:
        """Whole seconds of a column of times, since a moment that is the same for all."""

    def hold(self, frame: Frame) -> Frame:
        """The frame worked out now: a plan that names it many times would be planned, and partly run, many times."""

    def release(self) -> None:
        """Let go of all that is held; no frame that was made of it may be used any more."""

    def write(self, frame: Frame, path: Path, order: tuple[str, ...]) -> None:
        """Write Parquet that `scan` reads, in an order of rows that lets a reader skip what it does not ask for."""

    def to_polars(self, frame: Frame) -> pl.LazyFrame:
        """The whole frame for Polars in this process; what another engine runs is run now."""


class PolarsEngine:
    """In this process, on all its cores, a snapshot date in memory."""

    name: EngineName = "polars"
    services_at_a_time: float = 2_000_000  # about 0.5 GB with all that is summed from them

    def scan(self, files: Path) -> Frame:
        return nw.from_native(pl.scan_parquet(files))

    def seconds(self, column: str) -> nw.Expr:
        return nw.col(column).dt.timestamp("ms") // 1000

    def hold(self, frame: Frame) -> Frame:
        return frame.collect().lazy()

    def release(self) -> None:
        """What is held goes when nothing names it."""

    def write(self, frame: Frame, path: Path, order: tuple[str, ...]) -> None:
        nw.to_native(frame).sort(*order).sink_parquet(path, compression="lz4")  # read at every snapshot date

    def to_polars(self, frame: Frame) -> pl.LazyFrame:
        native: pl.LazyFrame = nw.to_native(frame)
        return native


POLARS: Final = PolarsEngine()


@contextmanager
def engine_named(name: EngineName, folder: Path) -> Iterator[Engine]:
    """The engine of that name; what it must keep on disk meanwhile lies under `folder`, which all its machines see.

    Raises BadInput where Spark or Java is not installed.
    """
    if name == "polars":
        yield POLARS
        return
    from features.spark import spark_engine

    with spark_engine(folder) as engine:
        yield engine
