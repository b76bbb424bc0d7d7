"""The definitions on Polars, in this process: sufficient for a company of any usual size."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import narwhals as nw
import polars as pl

from features.calendar import Frame
from features.contract.vocabulary import EngineName
from features.engine.protocol import Work

_IS_FIRST: Final = pl.col("employee_id").ne_missing(pl.col("employee_id").shift(1))
"""Whether a row is the first of its person, in rows sorted by person."""


class PolarsEngine:
    """In this process, on all its cores, a snapshot date in memory."""

    name: EngineName = "polars"
    in_process = True
    rows_at_a_time: float = 600_000  # some 0.25 GB, with the sums computed from them
    at_a_time = 3  # while one date waits for a single core, the others keep the rest busy
    holds_between_dates = True

    def scan(self, files: Path) -> Frame:
        return nw.from_native(pl.scan_parquet(files))

    def seconds(self, column: str) -> nw.Expr:
        return nw.col(column).dt.timestamp("ms") // 1000

    def hold(self, frame: Frame, *, of_many: bool = False) -> Frame:
        """The streaming engine halves the time for many rows; for a row per person, its set-up takes longer."""
        held: pl.DataFrame = nw.to_native(frame).collect(engine="streaming" if of_many else "in-memory")
        return nw.from_native(held.lazy())

    def fill_forward(self, rows: Frame, names: Sequence[str], by: Sequence[str]) -> Frame:
        """Sorts all rows once: a window per person would sort each person's few rows for each column."""
        row = pl.int_range(pl.len())
        first = pl.when(_IS_FIRST).then(row).forward_fill()
        known = {name: pl.when(pl.col(name).is_not_null()).then(row).forward_fill() for name in names}
        filled = (pl.when(known[name] >= first).then(pl.col(name).forward_fill()).alias(name) for name in names)
        return _sorted(rows, *by, columns=filled)

    def with_row_before(self, rows: Frame, names: Sequence[str], by: str) -> Frame:
        before = (pl.when(~_IS_FIRST).then(pl.col(name).shift(1)).alias(f"{name}_before") for name in names)
        return _sorted(rows, by, columns=before)

    def release(self) -> None:
        """Does nothing: a held frame is freed when nothing refers to it."""

    def write(self, frame: Frame, path: Path) -> None:
        nw.to_native(frame).sink_parquet(path, compression="uncompressed")  # read at every snapshot date

    def to_polars(self, frame: Frame) -> pl.LazyFrame:
        native: pl.LazyFrame = nw.to_native(frame)
        return native

    def map_rows(self, rows: pl.DataFrame, work: Work) -> pl.DataFrame:
        return work(rows)


def _sorted(rows: Frame, *by: str, columns: Iterable[pl.Expr]) -> Frame:
    """The rows sorted by person and `by`, with columns that look at the previous row."""
    result: Frame = nw.from_native(nw.to_native(rows).sort("employee_id", *by).with_columns(*columns))
    return result


POLARS: Final = PolarsEngine()
