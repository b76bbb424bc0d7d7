"""Everyone at risk on the matured dates and whether each left, without features: from this it is chosen which rows are
read with theirs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.contract.snapshot_calendar import stays_of
from features.source import Source
from pipeline.dataset.outcome import left_within_horizon
from pipeline.dataset.splits import Rows

KEYS: Final = ("employee_id", "snapshot_date")
_PLACE: Final = "place"


@dataclass(frozen=True)
class Everyone:
    """Rows of people at risk, by date.

    Attributes
    ----------
    keys
        employee_id and snapshot_date of each row.
    left
        Boolean (n,): a voluntary exit within the horizon.
    place
        The number (n,) of the row in the feature file of its date.
    """

    keys: pl.DataFrame
    left: NDArray[np.bool_]
    place: Rows

    def rows_on(self, dates: Sequence[date]) -> Rows:
        """Indices of the rows on these snapshot dates."""
        return np.flatnonzero(self.keys["snapshot_date"].is_in(list(dates)).to_numpy())

    @property
    def outcomes(self) -> pl.DataFrame:
        """employee_id, snapshot_date, left."""
        return self.keys.with_columns(left=pl.Series(self.left))


def everyone_at_risk(
    source: Source, files: Mapping[date, Path], dates: Sequence[date], horizon_months: int
) -> Everyone:
    """Everyone at risk on the matured `dates`, in the order of the dates and of their feature files."""
    days = []
    for day in dates:
        people = pl.read_parquet(files[day], columns=list(KEYS)).with_columns(pl.int_range(pl.len()).alias(_PLACE))
        days.append(left_within_horizon(source, people, [day], horizon_months))
    table = pl.concat(days, rechunk=True)
    return Everyone(table.select(KEYS), table["left"].to_numpy().astype(bool), table[_PLACE].to_numpy())


def rows_at_risk(source: Source, dates: Sequence[date]) -> int:
    """The number of people at risk, summed over the dates: known before any features are."""
    stays = stays_of(pl.scan_parquet(source.tables["employees"]), pl.scan_parquet(source.tables["exits"]))
    until = pl.col("at_risk_until")
    at_risk = [((pl.col("start") <= day) & (until.is_null() | (until > day))).sum() for day in dates]
    return int(stays.select(pl.sum_horizontal(at_risk)).item()) if at_risk else 0


def read_features(everyone: Everyone, files: Mapping[date, Path], rows: Rows | None = None) -> pl.DataFrame:
    """The features of some rows (ascending; by default all), one date of everyone in memory at a time.

    The columns are joined one after the other, so that no more than one is held twice.
    """
    days = [_features_of(files[day], places) for day, places in _places(everyone, rows)]
    names = [name for name in days[0].columns if name not in KEYS]
    return pl.DataFrame([pl.concat([day.drop_in_place(name) for day in days], rechunk=True) for name in names])


def _places(everyone: Everyone, rows: Rows | None) -> Iterator[tuple[date, Rows]]:
    """Each date, and the places of its rows in its file."""
    chosen = slice(None) if rows is None else rows
    days, places = everyone.keys["snapshot_date"][chosen], everyone.place[chosen]
    for day in days.unique(maintain_order=True):
        yield day, places[(days == day).to_numpy()]


def _features_of(file: Path, places: Rows) -> pl.DataFrame:
    table = pl.read_parquet(file)
    return table if len(places) == table.height else table[places]
