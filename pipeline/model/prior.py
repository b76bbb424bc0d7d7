"""The priors of the columns' weights that the penalties of a regression amount to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_ADAPTED_SHARE: Final = 0.25
"""Weight of the prior that a first fit adapted, beside the plain one. That fit has seen the same exits: ranges by it
alone are too narrow, and without it too wide (docs/decisions/ranges-of-risks.md)."""


@dataclass(frozen=True)
class Prior:
    """A normal prior of the weights (columns,), up to its spread.

    The weights are scale · own + `forecasts` · theirs, where own (columns,) and theirs (forecasts,) are independent and
    have one spread. `scale` is (columns,), `forecasts` (columns, forecasts).
    """

    scale: Floats
    forecasts: Floats

    def covariance(self) -> Floats:
        return np.asarray(np.diag(self.scale**2) + self.forecasts @ self.forecasts.T)


def mixed_covariance(priors: Sequence[Prior], columns: int) -> Floats:
    """The prior covariance (columns, columns), up to its spread, given the plain prior and perhaps the adapted one.

    Without a prior all columns are alike.
    """
    if not priors:
        return np.eye(columns)
    plain, *adapted = (prior.covariance() for prior in priors)
    return (1 - _ADAPTED_SHARE) * plain + _ADAPTED_SHARE * adapted[0] if adapted else plain
