"""What an engine must offer to run the definitions: Polars in this process, or Spark on one machine or many.

A definition consists of Narwhals expressions, the same on each engine. This protocol covers what they cannot express:
reading and writing Parquet, computing a frame once for its many readers, bringing a table into this process, and work
on rows that is not an expression.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import narwhals as nw
import polars as pl

from features.calendar import Frame
from features.contract.vocabulary import EngineName

Work = Callable[[pl.DataFrame], pl.DataFrame]
"""Rows to rows: one for each, in their order, which depends on no other row; its columns are the same for any rows."""

PartWork = Callable[[Iterator[pl.DataFrame]], Iterator[pl.DataFrame]]
"""The rows of one part of a frame, in batches, to rows. Its columns are the same for any rows; nothing of no batch."""


class Engine(Protocol):
    """What runs the definitions. Every engine gives the same features, to 1e-9."""

    name: EngineName
    in_process: bool
    """Whether frames are Polars frames in this process: compiled passes can then read their columns as arrays."""
    rows_at_a_time: float
    """The number of rows of the largest table that are summed together, in whole months."""
    at_a_time: int
    """The number of snapshot dates, or groups of months, of a small company that are computed in parallel."""
    holds_between_dates: bool
    """Whether held frames may still be used after `release`."""

    def scan(self, files: Path) -> Frame:
        """The rows of a Parquet file, or of all files that match a pattern, read lazily."""

    def seconds(self, column: str) -> nw.Expr:
        """A column of times in whole seconds since a fixed moment."""

    def hold(self, frame: Frame, *, of_many: bool = False) -> Frame:
        """The frame, computed now: in a plan that uses it many times it would be planned, and partly run, many times.

        `of_many`: it is computed from far more rows than there are people.
        """

    def fill_forward(self, rows: Frame, names: Sequence[str], by: Sequence[str]) -> Frame:
        """Replaces a null in the named columns by the value of the person's previous row, in the order of `by`."""

    def with_row_before(self, rows: Frame, names: Sequence[str], by: str) -> Frame:
        """Adds `{name}_before`: the value of the person's previous row, by a date that is unique per person."""

    def release(self) -> None:
        """Release all held frames. Unless `holds_between_dates`, no frame derived from them may be used afterwards."""

    def write(self, frame: Frame, path: Path) -> None:
        """Write Parquet that `scan` reads."""

    def to_polars(self, frame: Frame) -> pl.LazyFrame:
        """The whole frame for Polars in this process; another engine computes it now."""

    def map_rows(self, rows: pl.DataFrame, work: Work) -> pl.DataFrame:
        """`work` of rows that are in this process; another engine does it in parts, on its machines."""


@runtime_checkable
class ClusterEngine(Engine, Protocol):
    """An engine that works on the parts of a frame side by side, on machines of its own."""

    def can_scan(self, file: Path) -> bool:
        """Whether the values of a Parquet file arrive as they are in it."""

    def map_parts(self, rows: Frame, columns: Sequence[str], work: PartWork, by: str | None = None) -> Frame:
        """`work` of each part of these columns of a frame, done now and held. Rows that are equal in `by` are in one
        part, which is in memory then; without it a part is any rows."""
