"""The range of a risk: where the risk lies that a model with unlimited data on the same features would give.

A served risk p is calibrated, so it is the mean of what the true risk may be. With log-odds that are wrong by a normal
error of variance v, the mean of the risks is p where the log-odds lie around logit(p) − v · (1 − 2p) / 2: the second
order of the mean of a logistic function (for small p that of a log-normal one).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.model.calibration import risk_of
from pipeline.model.posterior import Errors

Floats = NDArray[np.float64]

_NORMAL_90: Final = 1.6449
"""95 % of a normal distribution lie below this: 5 % of people are expected above the range and 5 % below it."""


def risk_range(log_odds: Floats, sd: Floats) -> tuple[Floats, Floats]:
    """Lower and upper end (n,) of the 90 % range, given served log-odds (n,) and the sd (n,) of their error.

    The served risk itself is always between them.
    """
    risk, centre = risk_of(log_odds), _centre(log_odds, sd)
    low, high = risk_of(centre - _NORMAL_90 * sd), risk_of(centre + _NORMAL_90 * sd)
    return np.minimum(low, risk), np.maximum(high, risk)


def plausible_risks(log_odds: Floats, errors: Errors) -> NDArray[np.float32]:
    """Equally plausible risks of everyone, drawn jointly: (n, draws)."""
    centre = _centre(log_odds, errors.draws.std(axis=1, dtype=np.float64))
    return risk_of(centre[:, None] + errors.draws).astype(np.float32)


def _centre(log_odds: Floats, sd: Floats) -> Floats:
    return log_odds - sd**2 * (1 - 2 * risk_of(log_odds)) / 2
