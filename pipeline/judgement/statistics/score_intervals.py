"""Score intervals of a share and of the ratio of two shares, for rows that come in clusters of a person each.

Resampling knows no uncertainty at zero: of a dozen people of whom nobody was listed, every resample has nobody listed.
Score intervals are right at 0 and 1 and in small groups. They take independent rows, so a group's rows are first
divided by its design effect (Kish, Survey Sampling, 1965): how far the similarity of a person's rows inflates variance.
"""

from math import exp, inf, isfinite, log, nan, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import norm

from pipeline.judgement.statistics.figures import UNDEFINED, Bounded
from pipeline.judgement.statistics.resampling import COVERAGE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_FURTHEST: Final = log(1e9)
"""Ratios are searched up to this distance from 1, in logarithms."""


def effective_sizes(happened: NDArray[np.bool_], group: Ints, person: Ints, groups: int) -> Floats:
    """The number of independent rows (groups,) that say as much as each group's rows (n,) of people.

    Effective size = rows / (1 + (m − 1) · ρ), with m = Σ rows² / Σ rows over a group's people, and ρ the similarity of
    the rows of one person (intraclass correlation), pooled over the groups and limited to [0, 1]. ρ is 1 where it
    cannot be estimated, because all groups are at 0 or 1: then each person counts once.
    """
    pairs, cell = np.unique(np.column_stack([group, person]), axis=0, return_inverse=True)
    of_person = np.bincount(cell.ravel())
    positive = np.bincount(cell.ravel(), weights=happened)
    of_group = pairs[:, 0]
    rows = np.bincount(of_group, weights=of_person, minlength=groups)
    squares = np.bincount(of_group, weights=of_person**2, minlength=groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.bincount(of_group, weights=positive, minlength=groups) / rows
        between = np.bincount(of_group, weights=(positive - share[of_group] * of_person) ** 2, minlength=groups)
        binomial = share * (1 - share)
        extra = float(np.nansum(between - binomial * rows))
        room = float(np.nansum(binomial * (squares - rows)))
        similarity = min(max(extra / room, 0.0), 1.0) if room > 0 else 1.0
        sizes = rows / (1 + (squares / rows - 1) * similarity)
    return np.asarray(np.nan_to_num(sizes))


def share_interval(share: float, size: float, coverage: float = COVERAGE) -> Bounded:
    """A share with its score interval (Wilson, 1927) for `size` independent rows; NaN for an empty group."""
    if not isfinite(share) or size <= 0:
        return UNDEFINED
    z = norm.ppf((1 + coverage) / 2)
    middle = (share + z**2 / (2 * size)) / (1 + z**2 / size)
    half = z / (1 + z**2 / size) * sqrt(share * (1 - share) / size + z**2 / (4 * size**2))
    return Bounded(share, min(max(middle - half, 0.0), share), max(min(middle + half, 1.0), share))


def ratio_interval(first: float, first_size: float, second: float, second_size: float, coverage: float) -> Bounded:
    """The ratio of two shares with its score interval (Koopman, 1984; Miettinen and Nurminen, 1985).

    The interval holds each ratio that a score test does not reject. The upper end is infinite if the second share is 0;
    the ratio is NaN if both are.
    """
    if not (isfinite(first) and isfinite(second)) or min(first_size, second_size) <= 0:
        return UNDEFINED
    value = first / second if second > 0 else inf if first > 0 else nan
    limit = float(norm.ppf((1 + coverage) / 2))

    def crossing(level: float) -> float:
        """The ratio at which the score, which falls with the ratio, reaches a level."""

        def above(log_ratio: float) -> float:
            return _score(exp(log_ratio), first, first_size, second, second_size) - level

        if above(_FURTHEST) > 0:
            return inf
        return 0.0 if above(-_FURTHEST) < 0 else exp(brentq(above, -_FURTHEST, _FURTHEST, xtol=1e-10))

    return Bounded(value, 0.0 if first == 0 else crossing(limit), inf if second == 0 else crossing(-limit))


def _score(ratio: float, first: float, first_size: float, second: float, second_size: float) -> float:
    """The score statistic of `first share = ratio · second share`: standard normal if that is true.

    The variance is taken at the shares that are most likely under the hypothesis, times N / (N − 1).
    """
    size = first_size + second_size
    happened, of_first, of_second = first * first_size + second * second_size, first * first_size, second * second_size
    a, b = size * ratio, -(ratio * first_size + of_first + second_size + ratio * of_second)
    likely = (-b - sqrt(max(b * b - 4 * a * happened, 0.0))) / (2 * a)
    likely_first = min(ratio * likely, 1.0)
    variance = likely_first * (1 - likely_first) / first_size + ratio**2 * likely * (1 - likely) / second_size
    variance *= size / max(size - 1, 1e-9)
    difference = first - ratio * second
    return difference / sqrt(variance) if variance > 0 else float(np.sign(difference)) * inf if difference else 0.0
