"""How far a table of features, or the scores, have moved from those that the model learned from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import chi2_contingency

BINS: Final = 10
FEWEST_ROWS: Final = 100
"""Of fewer known and unknown rows on either side nothing is said: chance alone moves them as far."""
BEYOND_THE_USUAL: Final = 1.5
"""A feature has moved when it is this many times as far off as in any month of the reference."""
CHANCE: Final = 0.001
"""Least likelihood at which a shift, of all the features looked at, still passes for chance."""
_HALF_A_ROW: Final = 0.5
"""Counted in every cell, so that an empty one does not make the index infinite."""


@dataclass(frozen=True)
class Moved:
    """How far one column has moved: the population stability index, and how likely chance alone moves it so far."""

    name: str
    psi: float
    p_value: float


@dataclass(frozen=True)
class Drifted:
    """A column that has moved further than its limit, and further than chance would move it."""

    name: str
    psi: float
    p_value: float
    limit: float


@dataclass(frozen=True)
class Drift:
    """How far the furthest column has moved, by its limit, and the columns that moved too far, furthest first."""

    furthest: float
    drifted: Sequence[Drifted]


@dataclass(frozen=True)
class Reference:
    """What is known of a reference, by column: the rows of each cell, and where numbers are cut (None: no number)."""

    rows: int
    edges: Mapping[str, NDArray[np.float64] | None]
    cells: Mapping[str, pl.DataFrame]


def reference_of(table: pl.DataFrame) -> Reference:
    """Cut once, for many tables to be held against it. What is unknown of everyone is left out, for nothing moves
    from it: a feature that looks two years back, say, in the first two years of a source.
    """
    known = [column for column in table.get_columns() if column.count()]
    edges = {column.name: _edges(column) for column in known}
    cells = {column.name: _counted(column, edges[column.name]) for column in known}
    return Reference(table.height, edges, cells)


def moved(reference: Reference, now: pl.DataFrame) -> Iterator[Moved]:
    """Every column of `now` of which `reference` knows something, in the order of `now`.

    Numbers are cut at the tenths of the reference, a category's levels are its cells, and unknown is a cell of its
    own. PSI = Σ (now − reference) · ln(now / reference) over the cells' shares (Siddiqi, Credit Risk Scorecards,
    2006): below .1 is calm, above .2 is a shift. The p-value is Pearson's χ² on the same cells.
    """
    for name, counts in _counts(reference, now):
        yield Moved(name, psi(counts), float(chi2_contingency(counts).pvalue))


def _counts(reference: Reference, now: pl.DataFrame) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """Each column that both know something of, with its rows by cell, (2, cells): reference, then now."""
    if min(reference.rows, now.height) < FEWEST_ROWS:
        return
    for name in now.columns:
        if name in reference.cells:
            counts = _both(reference.cells[name], _counted(now[name], reference.edges[name]))
            if counts.shape[1] > 1:
                yield name, counts


def usual_limits(learned: Reference, months: Sequence[pl.DataFrame], limit: float) -> dict[str, float]:
    """From where on a feature has moved further than it does from month to month; at least `limit`.

    What everyone shares (the season, a survey in spring, a department's exits) moves all the time; the months of the
    reference say how far.
    """
    limits = dict.fromkeys(learned.cells, limit)
    for month in months:
        for name, counts in _counts(learned, month):
            limits[name] = max(limits[name], BEYOND_THE_USUAL * psi(counts))
    return limits


def moved_too_far(learned: Reference, now: pl.DataFrame, limits: Mapping[str, float]) -> Drift:
    """Every column by its own limit."""
    every = list(moved(learned, now))
    far = [entry for entry in every if entry.psi > limits[entry.name] and entry.p_value * len(every) < CHANCE]
    far.sort(key=lambda entry: -entry.psi / limits[entry.name])
    furthest = max((entry.psi / limits[entry.name] for entry in every), default=0.0)
    return Drift(furthest, [Drifted(each.name, each.psi, each.p_value, limits[each.name]) for each in far])


def psi(counts: NDArray[np.float64]) -> float:
    """The index of a table of counts (2, cells): reference, then now; 0 where the shares are the same."""
    held = counts + _HALF_A_ROW
    was, is_ = held / held.sum(axis=1, keepdims=True)
    return float(np.sum((is_ - was) * np.log(is_ / was)))


def _edges(column: pl.Series) -> NDArray[np.float64] | None:
    if not column.dtype.is_numeric():
        return None
    return np.unique(np.quantile(column.drop_nulls().to_numpy(), np.linspace(0, 1, BINS + 1)[1:-1]))


def _counted(column: pl.Series, edges: NDArray[np.float64] | None) -> pl.DataFrame:
    """cell, rows."""
    cells = column.cast(pl.String) if edges is None else _cut(column, edges)
    return cells.rename("cell").value_counts(name="rows")


def _both(reference: pl.DataFrame, now: pl.DataFrame) -> NDArray[np.float64]:
    """Rows in each cell that either side has, (2, cells)."""
    both = reference.join(now, on="cell", how="full", nulls_equal=True, coalesce=True, suffix="_now")
    return both.select(pl.col("rows", "rows_now").fill_null(0).cast(pl.Float64)).to_numpy().T


def _cut(values: pl.Series, edges: NDArray[np.float64]) -> pl.Series:
    cells = np.searchsorted(edges, values.fill_null(0.0).to_numpy(), side="left")
    return pl.Series(values.name, cells).set(values.is_null(), None)
