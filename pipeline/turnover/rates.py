"""Rates of exits with exact intervals, their comparison, and the correction for many comparisons.

A rate is exits per person-month at risk, times 12: exits a year per person who is there all year. ISO 30414 and ISO/TS
30421 divide the exits of a period by the average head count instead; `headcount_rate` is theirs. Without delayed entry
and over 12 whole months the two are nearly equal. They part where people come and go within a month, and where a source
begins to hold people's records late: then an average head count counts time in which nobody could have been seen to
leave.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

MONTHS_A_YEAR: Final = 12
LEVEL: Final = 0.95

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Rate:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """A figure beside another: the ratio with its exact interval, and the probability of one at least as far from 1.

    p_adjusted: after the correction for all groups of the same table (Benjamini and Hochberg); None until corrected.
    """

    ratio: float
    low: float
    high: float | None
    p: float
    p_adjusted: float | None = None


def annual_rate(exits: float, person_months: float) -> Rate | None:
    """`annual_rates` of one group; None without time at risk."""
    value, low, high = annual_rates(np.array([exits]), np.array([person_months]))
    return Rate(float(value[0]), float(low[0]), float(high[0])) if person_months > 0 else None


def annual_rates(exits: Numbers, person_months: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Exits a year per person with the exact interval of a Poisson count; NaN without time at risk.

    The interval is that of Garwood (1936): quantiles of chi-squared with 2k and 2k + 2 degrees of freedom, halved.
    """
    tail = (1 - LEVEL) / 2
    scale = np.divide(MONTHS_A_YEAR, person_months, out=np.full(exits.shape, np.nan), where=person_months > 0)
    low = np.where(exits > 0, special.gammaincinv(np.maximum(exits, 1), tail), 0.0)
    high = special.gammaincinv(exits + 1, 1 - tail)
    return exits * scale, low * scale, high * scale


def headcount_rate(exits: int, head_counts: Sequence[int]) -> float | None:
    """Exits of 12 months divided by the mean of the head counts at their start and at the end of each month."""
    mean = float(np.mean(head_counts)) if len(head_counts) else 0.0
    return exits / mean if mean > 0 else None


def rate_ratio(exits: int, person_months: float, before: int, person_months_before: float) -> Comparison | None:
    """The rate divided by an earlier one, exact given the sum of both counts (a binomial share; Clopper and Pearson).

    None where there was no exit before, or no time at risk.
    """
    if not before or person_months <= 0 or person_months_before <= 0:
        return None
    expected_share = person_months / (person_months + person_months_before)
    low, high = _share_interval(exits, exits + before)
    scale = person_months_before / person_months
    p = _share_p(exits, exits + before, expected_share)
    return Comparison(exits / before * scale, low / (1 - low) * scale, high / (1 - high) * scale, p)


def _share_interval(exits: int, trials: int) -> tuple[float, float]:
    """The exact interval of a binomial share (Clopper and Pearson); fewer than all trials are above it."""
    tail = (1 - LEVEL) / 2
    low = special.betaincinv(exits, trials - exits + 1, tail) if exits else 0.0
    return float(low), float(special.betaincinv(exits + 1, trials - exits, 1 - tail))


def _share_p(exits: int, trials: int, share: float) -> float:
    """The exact two-sided p of a binomial share: the probability of all counts no more likely than this one."""
    counts = np.arange(trials + 1)
    ways = special.gammaln(trials + 1) - special.gammaln(counts + 1) - special.gammaln(trials - counts + 1)
    probability = np.exp(ways + special.xlogy(counts, share) + special.xlog1py(trials - counts, -share))
    return min(1.0, float(probability[probability <= probability[exits] * (1 + 1e-7)].sum()))


def against_expected(exits: int, expected: float) -> Comparison | None:
    """Observed over expected exits; p is the one-sided exact probability of as many or more if the expectation holds.

    None without an expectation.
    """
    rate = annual_rate(exits, MONTHS_A_YEAR)
    if expected <= 0 or rate is None:
        return None
    more = float(special.gammainc(exits, expected)) if exits else 1.0
    return Comparison(exits / expected, rate.low / expected, rate.high / expected, more)


def adjusted(p: Sequence[float]) -> NDArray[np.float64]:
    """The p-values corrected for their number, by Benjamini and Hochberg: the expected share of false alarms."""
    given = np.asarray(p, dtype=float)
    order = np.argsort(-given, kind="stable")
    corrected = np.empty_like(given)
    corrected[order] = np.minimum.accumulate(given[order] * len(given) / np.arange(len(given), 0, -1))
    return np.asarray(np.minimum(corrected, 1.0))
