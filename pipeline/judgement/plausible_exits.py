"""How many of a group's people could leave, given how uncertain their risks are, beside how many left."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import binom

from pipeline.model.posterior import Errors
from pipeline.model.risk_range import plausible_risks

GROUPS: Final = 10
_TAIL: Final = 0.05


@dataclass(frozen=True)
class PlausibleExits:
    """A group of people of similar risk: exits that happened, and two ranges of 90 %.

    least, most: of the number of exits, by the uncertainty of the risks and by chance. low, high: of the mean risk.
    """

    people: int
    exits: int
    least: int
    most: int
    low: float
    high: float


def plausible_exits(log_odds: np.ndarray, errors: Errors, left: np.ndarray) -> list[PlausibleExits]:
    """Ten groups by risk, or one for each person if there are fewer; log-odds and outcomes are (n,)."""
    risks = plausible_risks(log_odds, errors)
    order = np.argsort(log_odds, kind="stable")
    return [_group(risks[rows], left[rows]) for rows in np.array_split(order, min(GROUPS, len(order)))]


def _group(risks: np.ndarray, left: np.ndarray) -> PlausibleExits:
    """A draw of the risks (people, draws) gives a binomial number of exits; the range is that of their mixture."""
    people, mean = len(left), risks.mean(axis=0, dtype=np.float64)
    below = binom.cdf(np.arange(people + 1)[:, None], people, mean).mean(axis=1)
    low, high = np.quantile(mean, (_TAIL, 1 - _TAIL))
    least, most = np.searchsorted(below, (_TAIL, 1 - _TAIL))
    return PlausibleExits(people, int(left.sum()), int(least), int(most), float(low), float(high))
