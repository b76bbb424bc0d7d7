"""The rows that the simulated company has recorded: in memory, and in files where a large company has too many."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.simulation.events import Columns

MOST_BYTES: Final = 1_000_000_000
"""Of rows in memory; those of 20,000 people and 48 months take half of it."""


class Recorded:
    """Rows by table, one part for each time that rows were added.

    With a folder, all parts are written there whenever those in memory are more than `most_bytes`; without one, all
    stay in memory.
    """

    def __init__(self, folder: Path | None = None, most_bytes: int = MOST_BYTES) -> None:
        self._parts: dict[str, list[Columns | Path]] = {}
        self._folder, self._most_bytes = folder, most_bytes
        self._bytes = self._files = 0

    @property
    def is_in_memory(self) -> bool:
        return self._files == 0

    @property
    def tables(self) -> list[str]:
        """In the order in which the first rows of each came."""
        return list(self._parts)

    def add(self, table: str, columns: Columns) -> None:
        """Adds rows, if there are columns."""
        if not columns:
            return
        part = {name: _compact(values) for name, values in columns.items()}
        self._parts.setdefault(table, []).append(part)
        self._bytes += sum(values.nbytes for values in part.values())
        if self._folder and self._bytes > self._most_bytes:
            self._write_all(self._folder)

    def taken(self, table: str) -> Iterator[Columns]:
        """The parts of a table, none of which is held here afterwards."""
        parts = self._parts.pop(table)[::-1]
        while parts:
            part = parts.pop()
            if isinstance(part, Path):
                yield _read(part)
                part.unlink()
            else:
                yield part

    def _write_all(self, folder: Path) -> None:
        for parts in self._parts.values():
            for number, part in enumerate(parts):
                if not isinstance(part, Path):
                    parts[number] = self._write(part, folder)
        self._bytes = 0

    def _write(self, part: Columns, folder: Path) -> Path:
        file = folder / f"recorded-{self._files}.arrow"
        pl.DataFrame(part).write_ipc(file, compression="lz4")
        self._files += 1
        return file


def _read(file: Path) -> Columns:
    return {column.name: column.to_numpy() for column in pl.read_ipc(file)}


def _compact(values: NDArray[Any]) -> NDArray[Any]:
    """Codes, spells, days and minutes in half the memory; other figures as they are."""
    return values.astype(np.int32) if values.dtype == np.int64 else values
