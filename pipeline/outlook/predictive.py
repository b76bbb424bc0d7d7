"""The distribution of a number of exits, given the risks of a group's people and how far these risks may err together.

Given its risks, a group's voluntary exits are a sum of independent events (Poisson binomial). The risks err: all of a
group share an error of their log-odds, normal with standard deviation `shared_sd`, which comes from the model's
posterior and from the level of a period that nobody knows beforehand. The distribution is the mixture over that error.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, expit, gammaln, logit

Floats = NDArray[np.float64]

TAIL: Final = 0.05
"""What may lie below a 90 % range, and what may lie above it."""

EXACT_PEOPLE: Final = 50
"""Up to that many people the distribution is computed exactly; beyond, the approximation is off by less than .005."""

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(15)
_LEAST_RISK: Final = 1e-9
_BEYOND: Final = 1e-9
"""The probability of numbers of exits so large that they are left out."""
_DEVIATIONS: Final = 10


def voluntary_exits(risks: Floats, shared_sd: float = 0.0) -> Floats:
    """The probability of 0, 1, … voluntary exits among people with these risks (people,); numbers that are as good as
    impossible are left out at the end.

    The mean stays the sum of the risks, to the second order of the error: see `pipeline.model.risk_range`.
    """
    risks = np.clip(risks, _LEAST_RISK, 1 - _LEAST_RISK)
    nodes, weights = (_NODES, _WEIGHTS) if shared_sd > 0 else (np.zeros(1), np.ones(1))
    centre = logit(risks) - shared_sd**2 * (1 - 2 * risks) / 2
    drawn = expit(centre + shared_sd * nodes[:, None])
    found = _exact(drawn) if len(risks) <= EXACT_PEOPLE else np.array(_approximate(drawn))
    return np.asarray(weights / weights.sum() @ found, dtype=float)


def other_exits(exits: int, person_months: float, months_ahead: float) -> Floats:
    """The probability of each number of other exits in `months_ahead` person-months, after `exits` in `person_months`.

    Exits are Poisson; their rate is known from the counts only (a gamma distribution, from Jeffreys' prior), so the
    number is negative binomial. Its mean is (exits + 1/2) · months_ahead / person_months.
    """
    shape, ahead = exits + 0.5, months_ahead / (person_months + months_ahead)
    most = 1
    while betainc(most + 1, shape, ahead) > _BEYOND:  # the chance of more than that
        most *= 2
    numbers = np.arange(most + 1)
    ways = gammaln(shape + numbers) - gammaln(shape) - gammaln(numbers + 1)
    return np.asarray(np.exp(ways + shape * np.log1p(-ahead) + numbers * np.log(ahead)))


def range_of(probabilities: Floats) -> tuple[int, int]:
    """The narrowest numbers with at most `TAIL` below and at most `TAIL` above them: a range of at least 90 %."""
    at_most = np.cumsum(probabilities)
    low = int(np.searchsorted(at_most, TAIL, side="right"))
    high = int(np.searchsorted(at_most, 1 - TAIL - 1e-12, side="left"))
    return low, max(high, low)


def _exact(drawn: Floats) -> Floats:
    """(draws, people + 1): the probability of each number of exits for each draw of the risks (draws, people)."""
    found = np.zeros((len(drawn), drawn.shape[1] + 1))
    found[:, 0] = 1.0
    for risk in drawn.T[:, :, None]:
        found[:, 1:] = found[:, 1:] * (1 - risk) + found[:, :-1] * risk
        found[:, :1] *= 1 - risk
    return found


def _approximate(drawn: Floats) -> list[Floats]:
    """As `_exact`, without numbers that are as good as impossible.

    A binomial distribution with the same mean and variance, whose number of trials need not be whole (Choi and Xia,
    "Approximating the number of successes in independent trials: binomial versus Poisson", 2002).
    """
    numbers = np.arange(_most(drawn[-1]) + 1, dtype=float)
    found = []
    for risks in drawn:
        chance = float((risks**2).sum() / risks.sum())
        left = float(risks.sum()) / chance - numbers
        at_most = np.where(left > _BEYOND, betainc(np.where(left > _BEYOND, left, 1.0), numbers + 1, 1 - chance), 1.0)
        found.append(np.diff(at_most, prepend=0.0))
    return found


def _most(risks: Floats) -> int:
    """The largest number of exits that is considered, for the highest risks."""
    expected = float(risks.sum())
    return min(len(risks), math.ceil(expected + _DEVIATIONS * math.sqrt(expected) + _DEVIATIONS))
