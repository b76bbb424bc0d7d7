"""When the information behind a feature became known: the same people's figures of a year before and today's exits.

A figure that exists or differs only because people left was ordinary a year before. One that separated leavers as well
back then was known to everybody: a pension is due after thirty years, and tenure says so all along.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from pipeline.dataset.rows import Dataset
from pipeline.model.separation import rank_auc

EARLIEST_MONTHS: Final = 15
LATEST_MONTHS: Final = 9
"""A year before: the person's row of the snapshot date nearest to twelve months, from 15 to 9 months before."""
LEAST_ROWS: Final = 100
LEAST_LEAVERS: Final = 20
"""With fewer rows or leavers that have a figure on both dates, nothing can be said."""
STILL: Final = 0.75
"""The share of its skill (AUC − 0.5) that a figure known long before must have had a year before."""


@dataclass(frozen=True)
class Earlier:
    """The AUC of a figure `now`, and of the same people's figure `before`, a year earlier, on the same rows.

    `is_dated`: the feature is computed from dated facts, so the earlier figure is what was known then.
    """

    now: float
    before: float
    is_dated: bool

    @property
    def was_known(self) -> bool:
        """Whether the figure separated nearly as well a year before; undated columns may have been overwritten."""
        return self.is_dated and self.before - 0.5 >= STILL * (self.now - 0.5)

    def __str__(self) -> str:
        before, now = f"AUC {self.before:.3f}", f"{self.now:.3f}"
        figures = f"a year before, the same people's figures separated with {before}, against {now}"
        if not self.is_dated:
            return f"{figures} now, but the column has no dates and may have been overwritten since"
        return f"{figures} now: " + ("it was known long before" if self.was_known else "it became known late")


def a_year_before(dataset: Dataset, rows: np.ndarray, names: Iterable[str]) -> Mapping[str, Earlier]:
    """For each numeric feature among `names`, its AUC on `rows` now and a year before, in the direction of now.

    Left out are features without enough rows that have both figures, and every feature of a cross-section.
    """
    numbers = [name for name in names if dataset.X.schema[name] != pl.String]
    pairs = _pairs(dataset.keys, rows) if numbers and not dataset.keys["snapshot_date"].has_nulls() else None
    if pairs is None or len(pairs[0]) < LEAST_ROWS:
        return {}
    today, then = pairs
    left = dataset.left[today]
    found = {}
    for name in numbers:
        values = dataset.X[name].cast(pl.Float64).fill_nan(None)
        now, before = values.gather(today), values.gather(then)
        known = (now.is_not_null() & before.is_not_null()).to_numpy()
        if known.sum() < LEAST_ROWS or not LEAST_LEAVERS <= left[known].sum() < known.sum():
            continue
        aucs = [float(rank_auc(each.filter(known).to_numpy(), left[known])) for each in (now, before)]
        if aucs[0] < 0.5:
            aucs = [1 - auc for auc in aucs]
        found[name] = Earlier(aucs[0], aucs[1], dataset.features[name].is_dated)
    return found


def _pairs(keys: pl.DataFrame, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of `rows`, those whose person has a row about a year before, and these rows: indices (m,) and (m,)."""
    numbered = keys.with_columns(row=pl.int_range(pl.len(), dtype=pl.Int64))
    today = numbered[rows].with_columns(day=pl.col("snapshot_date").dt.offset_by("-12mo"))
    then = numbered.select("employee_id", "snapshot_date", then="row").sort("snapshot_date")
    joined = today.sort("day").join_asof(
        then, left_on="day", right_on="snapshot_date", by="employee_id", strategy="nearest", check_sortedness=False
    )
    months = (pl.col("snapshot_date") - pl.col("snapshot_date_right")).dt.total_days() / 30.44
    near = joined.filter(months.is_between(LATEST_MONTHS - 0.5, EARLIEST_MONTHS + 0.5))
    return near["row"].to_numpy(), near["then"].to_numpy()
