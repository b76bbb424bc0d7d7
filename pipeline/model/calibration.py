"""From a score to a probability: Platt scaling, and a range for each risk by Venn–Abers.

Platt scaling is affine in log-odds, so factors that add up before it add up after it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.isotonic import isotonic_regression

Floats = NDArray[np.float64]

EPSILON: Final = 1e-12
"""Risks are clipped this far from 0 and 1 before a logarithm is taken."""
_STEPS: Final = 40
_LONGEST_STEP: Final = 2.0
_CONVERGED: Final = 1e-6
_PRIOR_SD: Final = 0.25
"""Standard deviation of the prior of Platt's slope around 1 and shift around 0; it weighs as much as some 16 exits."""
_SLOPES: Final = (0.05, 5.0)
"""A slope stays above 0, so that a higher score never means a lower risk."""
_RANGE_STEPS: Final = 200
"""Calibration rows are pooled to at most this many scores, so that the table takes a few kilobytes."""


def log_odds_of(risk: ArrayLike) -> Floats:
    """ln(risk / (1 − risk)), the risk clipped to [1e-12, 1 − 1e-12]."""
    clipped = np.clip(np.asarray(risk, dtype=np.float64), EPSILON, 1 - EPSILON)
    return np.asarray(np.log(clipped) - np.log1p(-clipped))


def risk_of(log_odds: ArrayLike) -> Floats:
    """1 / (1 + e^−log_odds)."""
    return np.asarray(expit(np.asarray(log_odds, dtype=np.float64)))


@dataclass(frozen=True)
class Line:
    """Platt scaling: calibrated log-odds = slope · log-odds + shift (Platt, 1999). The default changes nothing."""

    slope: float = 1.0
    shift: float = 0.0

    def __call__(self, log_odds: Floats) -> Floats:
        return self.slope * log_odds + self.shift


def fit_platt(log_odds: Floats, left: ArrayLike) -> Line:
    """Platt scaling of held-out log-odds (n,) given who left (n,), shrunk gently towards 'no change'.

    Maximum a posteriori with slope ~ N(1, 0.25²) and shift ~ N(0, 0.25²), so that a handful of exits cannot distort
    a good score; 500 exits nearly cancel it. Without leavers or without stayers nothing changes.
    """
    outcome = np.asarray(left, dtype=np.float64)
    if not 0 < outcome.sum() < len(outcome):
        return Line()

    def cost(line: Floats) -> tuple[float, Floats]:
        scaled = line[0] * log_odds + line[1]
        error, pull = expit(scaled) - outcome, (line - (1.0, 0.0)) / _PRIOR_SD**2
        loss = np.logaddexp(0, scaled).sum() - outcome @ scaled + (line - (1.0, 0.0)) @ pull / 2
        return float(loss), np.array([error @ log_odds, error.sum()]) + pull

    found = minimize(cost, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B", bounds=(_SLOPES, (None, None)))
    return Line(float(found.x[0]), float(found.x[1]))


@dataclass(frozen=True)
class RiskRange:
    """The range of the risk at a log-odds, from the outcomes of people with a similar score.

    `log_odds`, `low` and `high` (steps,) all rise; between steps the range is interpolated.
    """

    log_odds: tuple[float, ...] = ()
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()

    def __call__(self, log_odds: Floats) -> tuple[Floats, Floats]:
        """Lower and upper probability (n,) at each log-odds (n,); the risk itself is always between them.

        Without calibration rows the range is 0 to 1.
        """
        risk = risk_of(log_odds)
        if not self.log_odds:
            return np.zeros_like(risk), np.ones_like(risk)
        low, high = (np.interp(log_odds, self.log_odds, side) for side in (self.low, self.high))
        return np.minimum(low, risk), np.maximum(high, risk)

    def as_dict(self) -> dict[str, list[float]]:
        return {name: list(values) for name, values in asdict(self).items()}

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> "RiskRange":
        """The opposite of `as_dict`; raises ValueError where the table is not three rising rows of one length."""
        rows = [np.asarray(values[name], dtype=np.float64) for name in ("log_odds", "low", "high")]
        if len({row.shape for row in rows}) > 1 or rows[0].ndim != 1 or any((np.diff(row) < 0).any() for row in rows):
            raise ValueError("a range table needs three rising rows of one length")
        return RiskRange(*(tuple(row.tolist()) for row in rows))


def fit_range(log_odds: Floats, left: ArrayLike) -> RiskRange:
    """Inductive Venn–Abers on held-out rows: `log_odds` (n,) as served and who left (n,).

    At a score s the lower end is the isotonic regression of the held-out outcomes with (s, stayed) added, read at s;
    the upper end the same with (s, left) added (Vovk, Petej and Fedorova, NIPS 2015). It is narrow where many people
    scored alike and wide where few did. Scores are pooled to 200 steps of equal mass; each keeps its own weight.
    """
    outcome = np.asarray(left, dtype=np.float64)
    if not len(outcome):
        return RiskRange()
    order = np.argsort(log_odds, kind="stable")
    steps = np.arange(len(order)) * _RANGE_STEPS // len(order)
    _, starts, count = np.unique(steps, return_index=True, return_counts=True)
    score = np.add.reduceat(log_odds[order], starts) / count
    exits = np.add.reduceat(outcome[order], starts)
    low, high = (_isotonic_at_each(exits, count.astype(np.float64), added) for added in (0.0, 1.0))
    return RiskRange(tuple(score.tolist()), tuple(low.tolist()), tuple(high.tolist()))


def _isotonic_at_each(exits: Floats, count: Floats, added: float) -> Floats:
    """Isotonic regression at every step after one more row with outcome `added` came to that step; it rises."""
    fitted = np.empty(len(count))
    for step in range(len(count)):
        one = np.zeros(len(count))
        one[step] = 1.0
        fitted[step] = isotonic_regression((exits + added * one) / (count + one), sample_weight=count + one)[step]
    return np.maximum.accumulate(np.clip(fitted, 0.0, 1.0))


def fit_lines(log_odds: Floats, left: Floats, stayed: Floats) -> tuple[Floats, Floats]:
    """Slope and intercept of logistic regressions of the outcome on one log-odds, one regression a resample.

    `log_odds` (n,); `left` and `stayed` (resamples, n) are weights. Newton's method, starting from the answer on the
    mean weights, so that a resample needs two or three steps. NaN where there is no finite answer.
    """
    if not log_odds.size or np.ptp(log_odds) == 0:
        return np.full(len(left), np.nan), np.full(len(left), np.nan)
    centre, spread = log_odds.mean(), log_odds.std()
    scaled = (log_odds - centre) / spread
    start = np.array([[spread], [centre]])
    if len(left) > 1:
        found = _newton(scaled, left.mean(axis=0, keepdims=True), stayed.mean(axis=0, keepdims=True), start)
        start = found if np.isfinite(found).all() else start
    slope, intercept = _newton(scaled, left, stayed, np.repeat(start, len(left), axis=1))
    return slope / spread, intercept - slope * centre / spread


def _newton(score: Floats, left: Floats, stayed: Floats, start: Floats) -> Floats:
    """Slope and intercept (2, resamples) of each regression, NaN where the steps do not come to rest."""
    line, total, square = start, left + stayed, score**2
    for _ in range(_STEPS):
        risk = expit(line[0][:, None] * score + line[1][:, None])
        error = left - total * risk
        weight = total * risk * (1 - risk)
        a, b, c = weight @ square, weight @ score, weight.sum(axis=1)
        slope_error, intercept_error = error @ score, error.sum(axis=1)
        with np.errstate(all="ignore"):
            step = np.array([c * slope_error - b * intercept_error, a * intercept_error - b * slope_error])
            step = np.clip(step / (a * c - b * b), -_LONGEST_STEP, _LONGEST_STEP)
        line = line + step
        at_rest = np.abs(step).max(axis=0) < _CONVERGED
        if np.all(at_rest | ~np.isfinite(line).all(axis=0)):
            break
    return np.where(at_rest, line, np.nan)
