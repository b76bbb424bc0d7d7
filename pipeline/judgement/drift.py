"""How far features or scores have moved from those of training.

The reference is what a model learned from, kept with it as sums (`reference_of_model`), or a table (`reference_of`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.model.learned_from import LearnedFrom

BINS: Final = 10
FEWEST_ROWS: Final = 100
"""With fewer rows on either side (known or not) nothing is reported: chance alone moves so few as far."""
BEYOND_THE_USUAL: Final = 1.5
"""A feature has moved if it lies this many times further off than any month of the reference."""
CHANCE: Final = 0.001
"""Significance level of a shift, shared among all features compared (Bonferroni)."""
OTHER: Final = "(other)"
"""The cell of all levels of a category that are too rare to be kept with a model, and of those that are new."""
_HALF_A_ROW: Final = 0.5
"""Added to every cell, so that an empty one does not make the index infinite."""


@dataclass(frozen=True)
class Moved:
    """How far a column has moved: the population stability index, and the probability of that much by chance alone."""

    name: str
    psi: float
    p_value: float


@dataclass(frozen=True)
class Drifted:
    """A column that has moved beyond its limit, and further than chance would move it."""

    name: str
    psi: float
    p_value: float
    limit: float


@dataclass(frozen=True)
class Drift:
    """`furthest`: the largest PSI as a multiple of its limit. `drifted`: the columns beyond theirs, furthest first."""

    furthest: float
    drifted: Sequence[Drifted]


@dataclass(frozen=True)
class Reference:
    """A reference table, by column: the rows of each cell, and the edges of number cells (None for a category).

    levels: of categories whose other levels, in any table, are the one cell `OTHER`.
    """

    rows: int
    edges: Mapping[str, NDArray[np.float64] | None]
    cells: Mapping[str, pl.DataFrame]
    levels: Mapping[str, frozenset[str]] = field(default_factory=dict)


def reference_of(table: pl.DataFrame) -> Reference:
    """Counts a table into cells once, so that many tables can be compared with it.

    A column that is unknown for everyone is left out: a feature that looks two years back, say, in the first two years
    of a source.
    """
    known = [column for column in table.get_columns() if column.count()]
    edges = {column.name: edges_of(column) for column in known}
    cells = {column.name: _counted(column, edges[column.name]) for column in known}
    return Reference(table.height, edges, cells)


def reference_of_model(learned: LearnedFrom) -> Reference:
    """The sums that are kept with a model, as a reference; without the features that were known for nobody."""
    known = {name: feature for name, feature in learned.features.items() if feature.cells}
    kinds = {name: pl.Int64 if feature.edges is not None else pl.String for name, feature in known.items()}
    return Reference(
        learned.rows,
        {name: None if feature.edges is None else np.array(feature.edges) for name, feature in known.items()},
        {
            name: pl.DataFrame(
                {"cell": list(feature.cells), "rows": list(feature.cells.values())},
                schema={"cell": kinds[name], "rows": pl.UInt32},
            )
            for name, feature in known.items()
        },
        {
            name: frozenset(cell for cell in feature.cells if isinstance(cell, str)) - {OTHER}
            for name, feature in known.items()
            if feature.edges is None
        },
    )


def limits_of_model(learned: LearnedFrom, limit: float) -> dict[str, float]:
    """As `usual_limits`, from the sums that are kept with a model."""
    return {name: max(limit, BEYOND_THE_USUAL * feature.usual) for name, feature in learned.features.items()}


def moved(reference: Reference, now: pl.DataFrame) -> Iterator[Moved]:
    """The shift of every column of `now` that `reference` has, in the order of `now`.

    The cells are tenths of the reference for a number, the levels of a category, and one for unknown. PSI =
    Σ (now − reference) · ln(now / reference) over the cells' shares (Siddiqi, Credit Risk Scorecards, 2006): below 0.1
    is stable, above 0.2 is a shift. The p-value is Pearson's χ² on the same cells.
    """
    for name, counts in _counts(reference, now):
        yield Moved(name, psi(counts), _p_value(counts))


def _p_value(counts: NDArray[np.float64]) -> float:
    from scipy.stats import chi2_contingency  # half a second to import

    return float(chi2_contingency(counts).pvalue)


def _counts(reference: Reference, now: pl.DataFrame) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """Each column that both tables have, with its rows by cell, (2, cells): reference, then now."""
    if min(reference.rows, now.height) < FEWEST_ROWS:
        return
    for name in now.columns:
        if name in reference.cells:
            counted = _counted(now[name], reference.edges[name], reference.levels.get(name))
            counts = _both(reference.cells[name], counted)
            if counts.shape[1] > 1:
                yield name, counts


def usual_limits(learned: Reference, months: Sequence[pl.DataFrame], limit: float) -> dict[str, float]:
    """The PSI beyond which each feature has moved further than it usually does from month to month; at least `limit`.

    Some movement is normal (the season, a survey in spring, a department's exits); the months of the reference show how
    much.
    """
    usual = usual_moves(learned, months)
    return {name: max(limit, BEYOND_THE_USUAL * usual[name]) for name in learned.cells}


def usual_moves(learned: Reference, months: Sequence[pl.DataFrame]) -> dict[str, float]:
    """The largest PSI of any month of the reference against all of it, by feature."""
    usual = dict.fromkeys(learned.cells, 0.0)
    for month in months:
        for name, counts in _counts(learned, month):
            usual[name] = max(usual[name], psi(counts))
    return usual


def moved_too_far(learned: Reference, now: pl.DataFrame, limits: Mapping[str, float]) -> Drift:
    """Compares every column with its own limit."""
    shifts = list(moved(learned, now))
    far = [entry for entry in shifts if entry.psi > limits[entry.name] and entry.p_value * len(shifts) < CHANCE]
    far.sort(key=lambda entry: -entry.psi / limits[entry.name])
    furthest = max((entry.psi / limits[entry.name] for entry in shifts), default=0.0)
    return Drift(furthest, [Drifted(each.name, each.psi, each.p_value, limits[each.name]) for each in far])


def psi(counts: NDArray[np.float64]) -> float:
    """The index of a table of counts (2, cells): reference, then now; 0 where the shares are the same."""
    filled = counts + _HALF_A_ROW
    reference, now = filled / filled.sum(axis=1, keepdims=True)
    return float(np.sum((now - reference) * np.log(now / reference)))


def edges_of(column: pl.Series) -> NDArray[np.float64] | None:
    """The upper edges of the tenths of a number but the last; None for a category."""
    if not column.dtype.is_numeric():
        return None
    return np.unique(np.quantile(column.drop_nulls().to_numpy(), np.linspace(0, 1, BINS + 1)[1:-1]))


def cells_of(column: pl.Series, edges: NDArray[np.float64] | None, levels: frozenset[str] | None = None) -> pl.Series:
    """The cell of each row: its number between the edges, or its level; null for unknown."""
    if edges is not None:
        return _cut(column, edges)
    names = column.cast(pl.String)
    if levels is None:
        return names
    is_other = (~names.is_in(sorted(levels))).fill_null(value=False)
    return names.set(is_other, OTHER)


def _counted(
    column: pl.Series, edges: NDArray[np.float64] | None, levels: frozenset[str] | None = None
) -> pl.DataFrame:
    """Columns cell and rows."""
    return cells_of(column, edges, levels).rename("cell").value_counts(name="rows")


def _both(reference: pl.DataFrame, now: pl.DataFrame) -> NDArray[np.float64]:
    """Rows in each cell that either table has, (2, cells)."""
    both = reference.join(now, on="cell", how="full", nulls_equal=True, coalesce=True, suffix="_now")
    return both.select(pl.col("rows", "rows_now").fill_null(0).cast(pl.Float64)).to_numpy().T


def _cut(values: pl.Series, edges: NDArray[np.float64]) -> pl.Series:
    cells = np.searchsorted(edges, values.fill_null(0.0).to_numpy(), side="left")
    return pl.Series(values.name, cells).set(values.is_null(), None)
