"""From a score to a probability: Platt scaling.

Platt scaling is affine in log-odds, so factors that add up before it add up after it. Its slope is fitted with an
intercept for each period, and the line is turned about the base rate: the level of one period says little about the
next (docs/decisions/calibration-over-time.md).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

EPSILON: Final = 1e-12
"""Risks are clipped this far from 0 and 1 before a logarithm is taken."""
_STEPS: Final = 40
_LONGEST_STEP: Final = 2.0
_CONVERGED: Final = 1e-6
_PRIOR_SD: Final = 0.1
"""Standard deviation of the prior of the slope around 1: that of one period says little about that of the next."""
USUAL_LEVEL_SD: Final = 0.2
"""The level's standard deviation between periods where none has been seen: between what public and simulated companies
show (docs/decisions/calibration-over-time.md)."""
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


@dataclass(frozen=True)
class SharedSlope:
    """A slope that all folds of held-out rows share, and an intercept (folds,) for each: its period's own level.

    The intercept of a fold in which nobody left is -inf, of one in which everyone left inf.
    """

    slope: float
    intercepts: Floats

    def __call__(self, log_odds: Floats, fold: Codes) -> Floats:
        return self.slope * log_odds + self.intercepts[fold]


def fit_shared_slope(log_odds: Floats, left: ArrayLike, fold: Codes) -> SharedSlope:
    """Logistic regression of the outcome on held-out log-odds (n,), given who left (n,) and the fold (n,), 0, 1, 2 ...

    Periods differ in how many leave, for reasons that no feature shows. With an intercept for each fold, such
    differences neither tilt the slope nor enter it. Maximum a posteriori with slope ~ N(1, 0.1²), so that a handful of
    exits cannot distort a good score. A fold in which nobody left, or everyone, says nothing about the slope.
    """
    outcome = np.asarray(left, dtype=np.float64)
    exits, count = np.bincount(fold, outcome), np.bincount(fold)
    rows = ((exits > 0) & (exits < count))[fold]
    own, is_exit = fold[rows], outcome[rows]
    mean = np.bincount(fold, log_odds) / np.maximum(count, 1)
    score = (log_odds - mean[fold])[rows]  # centred: the search for slope and intercepts is then twice as fast

    def cost(point: Floats) -> tuple[float, Floats]:
        scaled = point[0] * score + point[1:][own]
        error, pull = expit(scaled) - is_exit, (point[0] - 1) / _PRIOR_SD**2
        loss = np.logaddexp(0, scaled).sum() - is_exit @ scaled + (point[0] - 1) * pull / 2
        return float(loss), np.append(error @ score + pull, np.bincount(own, error, len(count)))

    from scipy.optimize import minimize  # a quarter of a second to import, for which scoring need not wait

    bounds = (_SLOPES, *[(None, None)] * len(count))
    found = minimize(cost, np.append(1.0, mean), jac=True, method="L-BFGS-B", bounds=bounds).x
    one_sided = np.where(exits > 0, np.inf, -np.inf)
    return SharedSlope(float(found[0]), np.where((exits > 0) & (exits < count), found[1:] - found[0] * mean, one_sided))


def turned(slope: float, base_rate: float, shift: float = 0.0) -> Line:
    """The line with this slope that leaves a risk equal to the base rate (0 < rate < 1) as it is.

    `shift` is that of everyone's base rate from this one, in log-odds.
    """
    return Line(slope, (1 - slope) * (float(log_odds_of(base_rate)) + shift))


def level_sd_of(errors: Floats, variances: Floats) -> float:
    """Standard deviation, in log-odds, of a period's level around the one that was expected, beyond sampling.

    `errors` (periods,) are observed minus expected levels, `variances` (periods,) their sampling variances; periods
    with an infinite error are left out. A random-effects estimate by moments (DerSimonian and Laird, 1986) with known
    mean 0, averaged as a variance with one more period at 0.2, since a few periods can be alike by chance.
    """
    finite = np.isfinite(errors)
    precision = 1 / variances[finite]
    excess = float(errors[finite] ** 2 @ precision) - finite.sum()
    between = max(0.0, excess / precision.sum()) if finite.any() else 0.0
    return float(np.sqrt((finite.sum() * between + USUAL_LEVEL_SD**2) / (finite.sum() + 1)))


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
