"""Forecasts of next quarter's figures, which the additive part may lean on.

Few people leave, but everybody has a next quarter. A ridge regression of each figure of the next quarter (a survey
item, overtime, services) on the columns of the design is learned from everyone who stayed that long. A forecast is a
weighted sum of the columns, so it adds nothing to what the additive part can express: it is a direction in which its
weights are penalised less, and the stored curves stay as they are.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from pipeline.model.design import basis_of
from pipeline.model.encoding import Rows

Floats = NDArray[np.float64]

NO_ROW: Final = -1
_RIDGE: Final = 3000.0
"""Penalty on a squared weight, in rows: that many rows say as much as the expectation that a column does not matter."""
_SPREAD: Final = 3.0
"""Standard deviation of a forecast among the training rows, where a column has 1: it is penalised a ninth as much."""
_LEAST_PAIRS: Final = 200
"""With fewer people who were seen a quarter later, a figure is not forecast."""


@dataclass(frozen=True)
class NextQuarter:
    """Where the row of the same person a quarter later is, and the figures to forecast.

    later: its position (n,), `NO_ROW` where there is none. figures: those of the quarter up to each row (n, figures),
    NaN where unknown.
    """

    later: Rows
    figures: Floats

    def of(self, rows: Rows | slice) -> "NextQuarter":
        """The same for some of the rows: a row whose later one is not among them has none."""
        kept = np.arange(len(self.later))[rows]
        position = np.full(len(self.later) + 1, NO_ROW)  # the last entry answers for NO_ROW
        position[kept] = np.arange(len(kept))
        return NextQuarter(position[self.later[kept]], self.figures[kept])


def forecasts_of(design: NDArray[np.float32], quarter: NextQuarter) -> Floats:
    """Weights of the columns of a design (n, columns) in each forecast: (columns, forecasts)."""
    now = np.flatnonzero(quarter.later != NO_ROW)
    weights = [_forecast(design, now, _tamed(figure)[quarter.later[now]]) for figure in quarter.figures.T]
    found = [own for own in weights if own is not None]
    if not found:
        return np.empty((design.shape[1], 0))
    columns = np.column_stack(found)
    spread = (design @ columns.astype(np.float32)).std(axis=0)
    return np.asarray(columns[:, spread > 0] * (_SPREAD / spread[spread > 0]))


def _tamed(figure: Floats) -> Floats:
    """A figure (n,) as the design takes a value: outliers clipped, a skewed one nearly logarithmic."""
    basis = basis_of(figure, is_category=False)
    tamed = next(basis.columns(figure), np.full(len(figure), np.nan))
    return np.where(np.isnan(figure), np.nan, tamed)


def _forecast(design: NDArray[np.float32], now: Rows, figure: Floats) -> Floats | None:
    """Ridge weights (columns,) of a figure (m,) a quarter after the rows `now` (m,); None where it is rarely known."""
    is_known = ~np.isnan(figure)
    if is_known.sum() < _LEAST_PAIRS or not np.ptp(figure[is_known]):
        return None
    rows, target = design[now[is_known]], figure[is_known]
    target = (target - target.mean()) / target.std()
    curvature = (rows.T @ rows).astype(np.float64) + _RIDGE * np.eye(rows.shape[1])
    return np.asarray(cho_solve(cho_factor(curvature), rows.T.astype(np.float64) @ target))
