"""What runs the definitions of the features: Polars in this process, or Spark on one machine or many.

A definition is Narwhals expressions, the same on each engine. What those cannot say stands here: how Parquet is read
and written, how a frame is worked out once for the many that read it, and how a table reaches this process.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import narwhals as nw
import polars as pl

from features.calendar import Frame
from features.contract.vocabulary import EngineName


class Engine(Protocol):
    """What runs the definitions. Every engine gives the same features, to 1e-9."""

    name: EngineName
    in_process: bool
    """Whether frames are Polars' own, in this process: compiled passes can then read their columns as arrays."""
    rows_at_a_time: float
    """How many rows of the largest table are summed together, in whole months."""
    at_a_time: int
    """How many snapshot dates, or groups of months, of a small company are worked out side by side."""
    holds_between_dates: bool
    """Whether what is held may still be used after `release`."""

    def scan(self, files: Path) -> Frame:
        """The rows of a Parquet file, or of all that a pattern names, as far as they are asked for."""

    def seconds(self, column: str) -> nw.Expr:
        """Whole seconds of a column of times, since a moment that is the same for all."""

    def hold(self, frame: Frame, *, of_many: bool = False) -> Frame:
        """The frame worked out now: a plan that names it many times would be planned, and partly run, many times.

        `of_many` says that it is made of far more rows than there are people.
        """

    def fill_forward(self, rows: Frame, names: Sequence[str], by: Sequence[str]) -> Frame:
        """A null in the named columns becomes what the person's row before says, ordered `by`."""

    def with_row_before(self, rows: Frame, names: Sequence[str], by: str) -> Frame:
        """Adds `{name}_before`: what each person's row before says, by a date that is unique within the person."""

    def release(self) -> None:
        """Let go of all that is held; unless `holds_between_dates`, no frame made of it may be used any more."""

    def write(self, frame: Frame, path: Path) -> None:
        """Write Parquet that `scan` reads."""

    def to_polars(self, frame: Frame) -> pl.LazyFrame:
        """The whole frame for Polars in this process; what another engine runs is run now."""
