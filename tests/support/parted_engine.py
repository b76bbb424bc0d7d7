"""Polars as an engine of several machines: it works on parts of a frame, as Spark does, in this process."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import narwhals as nw
import polars as pl

from features.calendar import Frame
from features.engine.polars import PolarsEngine
from features.engine.protocol import PartWork
from features.engine.spark.arrow_rows import has_plain_columns

BATCHES = 2


class PartedEngine(PolarsEngine):
    """Parts of any size, also empty ones; rows of a part in two batches, in no order."""

    in_process = False

    def __init__(self, parts: int, seed: int = 1) -> None:
        self._parts = parts
        self._seed = seed

    def can_scan(self, file: Path) -> bool:
        return has_plain_columns(file)

    def map_parts(self, rows: Frame, columns: Sequence[str], work: PartWork, by: str | None = None) -> Frame:
        given: pl.DataFrame = nw.to_native(rows).select(columns).collect()
        shuffled = given.sample(fraction=1, shuffle=True, seed=self._seed)
        number = pl.col(by).hash() if by else pl.int_range(pl.len())
        parts = [shuffled.filter(number % self._parts == part) for part in range(self._parts)]
        none = [frame.clear() for frame in work(iter([given.clear()]))]
        done = [frame for part in parts for frame in work(self._batches(part))]
        return nw.from_native(pl.concat([*none, *done]).lazy())

    def write(self, frame: Frame, path: Path) -> None:
        """As many files as there are parts."""
        rows: pl.DataFrame = nw.to_native(frame).collect()
        path.mkdir()
        for part in range(self._parts):
            rows.gather_every(self._parts, part).write_parquet(path / f"{part}.parquet")

    def _batches(self, part: pl.DataFrame) -> Iterator[pl.DataFrame]:
        return iter([part.gather_every(BATCHES, start) for start in range(BATCHES)] if part.height else [])
