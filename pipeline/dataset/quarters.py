"""Who was seen again a quarter later, and from which features the figures of a quarter follow."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.calendar import month_end
from features.catalogue.feature import Feature

NO_ROW: Final = -1
MONTHS: Final = 3


@dataclass(frozen=True)
class Quarters:
    """What forecasts of the next quarter are learned from.

    later: position (n,) of the row of the same person a quarter later, `NO_ROW` where there is none. trends: pairs of
    features, each a trend and the figure of a year that it is the difference from: their sum is the quarter's figure.
    """

    later: NDArray[np.int64]
    trends: tuple[tuple[str, str], ...]


def quarters_of(keys: pl.DataFrame, features: Mapping[str, Feature]) -> Quarters:
    """From the employee_id and snapshot_date of each row, and the catalogue of its features."""
    trends = tuple((name, about.trend_of) for name, about in features.items() if about.trend_of in features)
    return Quarters(a_quarter_later(keys), trends)


def a_quarter_later(keys: pl.DataFrame) -> NDArray[np.int64]:
    """The position (n,) of the row of the same employee_id three month-ends after its snapshot_date, or `NO_ROW`."""
    days = keys["snapshot_date"].unique().drop_nulls()
    next_day = pl.DataFrame([days, pl.Series("day", [month_end(day, MONTHS) for day in days], dtype=days.dtype)])
    rows = keys.with_row_index("row").join(next_day, on="snapshot_date", how="left", maintain_order="left")
    later = rows.select("employee_id", day="snapshot_date", later=pl.col("row").cast(pl.Int64))
    found = rows.join(later, on=["employee_id", "day"], how="left", maintain_order="left")["later"]
    return found.fill_null(NO_ROW).to_numpy()


def later_among(later: NDArray[np.int64], rows: NDArray[np.int64] | slice) -> NDArray[np.int64]:
    """`later` for some of the rows, as positions among them; a row whose later one is not among them has none."""
    kept = np.arange(len(later))[rows]
    position = np.full(len(later) + 1, NO_ROW)  # the last entry answers for NO_ROW
    position[kept] = np.arange(len(kept))
    return np.asarray(position[later[kept]])
