"""How good calibrated scores must be, before their outcomes are known, and whether the outcomes then fit.

Calibrated risks say how many of whom will leave, so they imply their own AUC, average precision and precision of a list
(confidence-based performance estimation; Białek et al., Estimating model performance under covariate shift without
labels, 2024). Outcomes are drawn from the risks many times, each time with another level of the period, and every
figure is computed on each draw. A matured month that lies outside its draws shows concept drift: people with the same
figures leave for other reasons than the model learned.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from pipeline.judgement.statistics.figures import Bounded
from pipeline.model.calibration import fit_lines, log_odds_of
from pipeline.monitoring.results import Departure, ExpectedQuality

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

DRAWS: Final = 400
MOST_PEOPLE: Final = 20_000
"""Of more people a random sample is drawn and judged: the figures are then exact to a fraction of their interval."""
LEAST_EXPECTED: Final = 5.0
"""With fewer expected exits no figure means much, and nothing is expected or tested."""
TESTED: Final = ("share_left", "auc", "calibration_slope")
"""Too many or too few left, the wrong people left, or the high risks were too high: each shows alone."""
_COVERAGE: Final = (2.5, 50.0, 97.5)


@dataclass(frozen=True)
class ScoredMonth:
    """A scored month: `risk` (n,), who `is_listed` (n,), the standard deviation in log-odds of a period's level."""

    risk: Floats
    is_listed: Bools
    level_sd: float
    seed: int

    def expected(self) -> ExpectedQuality | None:
        """The figures that the scores imply; None where too few exits are expected."""
        draws = self._draws
        if draws is None:
            return None
        bounds = {name: Bounded(*_interval(values)) for name, values in draws.items()}
        return ExpectedQuality(**bounds)

    def departure(self, left: Bools) -> Departure | None:
        """How far the outcomes (n,) are from what the scores imply, by all tested figures at once.

        The distance of a figure is measured in half-widths of its interval. `p_value` is the share of draws whose
        furthest figure is at least as far, so it holds for the figures together. None as in `expected`, and where
        nobody or everybody left.
        """
        draws = self._draws
        if draws is None or not 0 < left.sum() < len(left):
            return None
        seen = {name: float(values[0]) for name, values in _figures(self.risk, left[None, :], self.is_listed).items()}
        ends = {name: _interval(draws[name]) for name in TESTED}
        distance = {name: float(_distance(np.array([seen[name]]), *ends[name])[0]) for name in TESTED}
        furthest = max(TESTED, key=lambda name: distance[name])
        of_draws = np.max([_distance(draws[name], *ends[name]) for name in TESTED], axis=0)
        at_least = int(np.sum(of_draws >= distance[furthest]))
        middle, low, high = ends[furthest]
        limit = high if seen[furthest] > middle else low
        return Departure(furthest, seen[furthest], limit, (at_least + 1) / (len(of_draws) + 1))

    @cached_property
    def _draws(self) -> Mapping[str, Floats] | None:
        """Each figure (draws,) on outcomes drawn from the risks; None where too few exits are expected."""
        rng = np.random.default_rng(self.seed)
        rows = np.arange(len(self.risk))
        if len(rows) > MOST_PEOPLE:
            rows = np.sort(rng.choice(rows, MOST_PEOPLE, replace=False))
        if min(self.risk.sum(), (1 - self.risk).sum()) < LEAST_EXPECTED:
            return None
        log_odds = log_odds_of(self.risk[rows])
        level = rng.normal(0.0, self.level_sd, DRAWS)
        risk = expit(log_odds[None, :] + level[:, None])
        return _figures(self.risk[rows], rng.random(risk.shape) < risk, self.is_listed[rows])


def _figures(risk: Floats, left: Bools, is_listed: Bools) -> dict[str, Floats]:
    """Each figure (draws,) of the outcomes `left` (draws, n); NaN where nobody or everybody left."""
    order = np.argsort(-risk, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(risk[order])), len(risk) - 1)  # equal risks are one step
    leavers = np.cumsum(left[:, order], axis=1, dtype=np.float64)[:, ends]
    stayers = (ends + 1) - leavers
    all_left, all_stayed = leavers[:, -1], stayers[:, -1]
    gained = np.diff(leavers, axis=1, prepend=0.0)
    passed = np.diff(stayers, axis=1, prepend=0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        auc = (passed * (leavers - gained / 2)).sum(axis=1) / (all_left * all_stayed)
        average_precision = (gained * leavers / (ends + 1)).sum(axis=1) / all_left
    slope, _ = fit_lines(log_odds_of(risk), left.astype(np.float64), (~left).astype(np.float64))
    figures = {
        "share_left": left.mean(axis=1),
        "auc": auc,
        "average_precision": average_precision,
        "calibration_slope": slope,
    }
    if is_listed.any():
        figures["precision"] = left[:, is_listed].mean(axis=1)
    return figures


def _interval(values: Floats) -> tuple[float, float, float]:
    """Median, and the two ends of the 95 % interval; NaN for a figure that no draw defines (a slope of equal risks)."""
    if np.isnan(values).all():
        return np.nan, np.nan, np.nan
    low, middle, high = np.nanpercentile(values, _COVERAGE)
    return float(middle), float(low), float(high)


def _distance(values: Floats, middle: float, low: float, high: float) -> Floats:
    """Distance (n,) from the middle in half-widths of that side; a figure that is not defined has none."""
    above = values > middle
    half = np.maximum(np.where(above, high - middle, middle - low), 1e-12)
    return np.nan_to_num(np.abs(values - middle) / half)
