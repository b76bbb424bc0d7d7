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
from scipy import stats

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
    low = np.where(exits > 0, stats.chi2.ppf(tail, 2 * np.maximum(exits, 1)) / 2, 0.0)
    high = stats.chi2.ppf(1 - tail, 2 * exits + 2) / 2
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
    test = stats.binomtest(exits, exits + before, expected_share)
    interval = test.proportion_ci(LEVEL, method="exact")
    scale = person_months_before / person_months
    high = None if interval.high == 1 else interval.high / (1 - interval.high) * scale
    return Comparison(
        exits / before * scale, float(interval.low / (1 - interval.low) * scale), high, float(test.pvalue)
    )


def against_expected(exits: int, expected: float) -> Comparison | None:
    """Observed over expected exits; p is the one-sided exact probability of as many or more if the expectation holds.

    None without an expectation.
    """
    rate = annual_rate(exits, MONTHS_A_YEAR)
    if expected <= 0 or rate is None:
        return None
    more = float(stats.poisson.sf(exits - 1, expected)) if exits else 1.0
    return Comparison(exits / expected, rate.low / expected, rate.high / expected, more)


def adjusted(p: Sequence[float]) -> NDArray[np.float64]:
    """The p-values corrected for their number, by Benjamini and Hochberg: the expected share of false alarms."""
    return np.asarray(stats.false_discovery_control(np.asarray(p, dtype=float)) if len(p) else [], dtype=float)
