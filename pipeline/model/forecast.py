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

from pipeline.dataset.quarters import NO_ROW, Quarters, later_among
from pipeline.model.design import basis_of
from pipeline.model.encoding import Encoding, Rows

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_RIDGE: Final = 3000.0
"""Penalty on a squared weight, in rows: that many rows say as much as the expectation that a column does not matter."""
_SPREAD: Final = 3.0
"""Standard deviation of a forecast among the training rows, where a column has 1: it is penalised a ninth as much."""
_FEW_EXITS: Final = 2000
"""From this number of training rows with an exit on, forecasts change nothing that is worth their time."""
_LEAST_PAIRS: Final = 200
"""With fewer rows of people whose figure of a quarter later is known, it is not forecast."""


@dataclass(frozen=True)
class NextQuarter:
    """Where the row of the same person a quarter later is, and the figures to forecast.

    later: its position (n,), `NO_ROW` where there is none. figures: those of the quarter up to each row (n, figures),
    NaN where unknown.
    """

    later: Rows
    figures: Floats

    def of(self, rows: Rows | slice) -> "NextQuarter":
        """The same for some of the rows."""
        return NextQuarter(later_among(self.later, rows), self.figures[rows])

    def to_forecast(self) -> list[Floats]:
        """The figures a quarter later (pairs,) of those that are known, and differ, for enough people."""
        now = self.later != NO_ROW
        later = [_tamed(figure)[self.later[now]] for figure in self.figures.T]
        return [
            figure
            for figure in later
            if (~np.isnan(figure)).sum() >= _LEAST_PAIRS and np.nanmin(figure) < np.nanmax(figure)
        ]


def next_quarter(
    encoding: Encoding, matrix: Floats, left: Bools, quarters: Quarters | None, rows: Rows | slice
) -> NextQuarter | None:
    """For an encoded training matrix (n, features), outcomes (n,) and its `rows` of the table that `quarters` is about.

    None where nothing is forecast: exits are many, or no figure has a trend.
    """
    if quarters is None or not quarters.trends or left.sum() >= _FEW_EXITS:
        return None
    column = {name: matrix[:, i] for i, name in enumerate(encoding.names)}
    figures = [column[trend] + column[year] for trend, year in quarters.trends]
    return NextQuarter(later_among(quarters.later, rows), np.column_stack(figures))


def forecasts_of(design: NDArray[np.float32], quarter: NextQuarter) -> Floats:
    """Weights of the columns of a design (n, columns) in each forecast: (columns, forecasts)."""
    now = np.flatnonzero(quarter.later != NO_ROW)
    alike: dict[bytes, list[Floats]] = {}  # figures that are known of the same people share a Gram matrix
    for later in quarter.to_forecast():
        alike.setdefault(np.isnan(later).tobytes(), []).append(later)
    found = [_weights(design, now, np.column_stack(figures)) for figures in alike.values()]
    weights = np.hstack([np.empty((design.shape[1], 0)), *found])
    spread = (design @ weights.astype(np.float32)).std(axis=0)
    return np.asarray(weights[:, spread > 0] * (_SPREAD / spread[spread > 0]))


def _tamed(figure: Floats) -> Floats:
    """A figure (n,) as the design takes a value: outliers clipped, a skewed one nearly logarithmic."""
    tamed = next(basis_of(figure, is_category=False).columns(figure), figure)
    return np.where(np.isnan(figure), np.nan, tamed)


def _weights(design: NDArray[np.float32], now: Rows, later: Floats) -> Floats:
    """Ridge weights (columns, figures) of figures (m, figures) a quarter after the rows `now` (m,)."""
    from scipy.linalg import cho_factor, cho_solve  # a tenth of a second to import, for which scoring need not wait

    is_known = ~np.isnan(later[:, 0])
    rows, figures = design[now[is_known]], later[is_known]
    figures = (figures - figures.mean(axis=0)) / figures.std(axis=0)
    curvature = (rows.T @ rows).astype(np.float64) + _RIDGE * np.eye(rows.shape[1])
    return np.asarray(cho_solve(cho_factor(curvature), rows.T.astype(np.float64) @ figures))
