"""From a score to a probability: Platt scaling.

Platt scaling is affine in log-odds, so factors that add up before it add up after it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import expit

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
