"""A finished table of the simulated company: one frame, or files of some rows each where it is too large for memory."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from features.simulation.seats import Ints

Part = pl.DataFrame | Path


@dataclass(frozen=True)
class TableParts:
    """The rows of the parts, one after the other; `heights` are their numbers of rows."""

    parts: Sequence[Part]
    heights: Sequence[int]

    @staticmethod
    def of(*frames: pl.DataFrame) -> "TableParts":
        return TableParts(frames, [frame.height for frame in frames])

    @staticmethod
    def written(frames: Iterable[pl.DataFrame], folder: Path, name: str) -> "TableParts":
        """Writes each frame to a file of the folder before the next is made."""
        files, heights = [], []
        for number, frame in enumerate(frames):
            files.append(folder / f"{name}-{number}.arrow")
            frame.write_ipc(files[-1], compression="lz4")
            heights.append(frame.height)
        return TableParts(files, heights)

    @property
    def height(self) -> int:
        return sum(self.heights)

    def rows(self, numbers: Ints) -> pl.DataFrame:
        """Some rows, in the order of their numbers."""
        places = np.argsort(numbers, kind="stable")
        ends = np.searchsorted(numbers[places], np.cumsum([0, *self.heights]))
        found = [
            _frame(part)[numbers[places[first:end]] - start]
            for part, start, first, end in zip(self.parts, self._starts(), ends[:-1], ends[1:], strict=True)
            if first < end
        ]
        return pl.concat(found or [_frame(self.parts[0]).clear()])[np.argsort(places)]

    def frame(self) -> pl.DataFrame:
        """All rows; only for tables that are known to be small."""
        return self.lazy().collect()

    def lazy(self) -> pl.LazyFrame:
        frames = [part for part in self.parts if isinstance(part, pl.DataFrame)]
        if len(frames) == len(self.parts):
            return pl.concat(frames).lazy()
        return pl.concat([pl.scan_ipc(part) if isinstance(part, Path) else part.lazy() for part in self.parts])

    def with_more(self, frames: Sequence[pl.DataFrame]) -> "TableParts":
        return TableParts([*self.parts, *frames], [*self.heights, *(frame.height for frame in frames)])

    def _starts(self) -> Iterator[int]:
        start = 0
        for height in self.heights:
            yield start
            start += height


def _frame(part: Part) -> pl.DataFrame:
    return pl.read_ipc(part) if isinstance(part, Path) else part
