"""Exits as a product of one factor a group: what such a model expects, and by how much a set of cells exceeds it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc

Numbers = NDArray[np.float64]
Codes = NDArray[np.int64]

_ROUNDS: Final = 40
_PRIOR: Final = 0.5
"""Exits added to the observed and the expected ones of a group, so that no factor is zero."""

LEAST_VARIANCE: Final = 2.0
"""With less, the groups explain the cells almost entirely, and an excess says nothing."""


@dataclass(frozen=True)
class Multiplicative:
    """The fit to cells: their observed and expected exits, the group of each in every dimension, and (X'WX)⁻¹."""

    observed: Numbers
    exposure: Numbers
    expected: Numbers
    codes: Sequence[Codes]
    covariance: Numbers

    @classmethod
    def fit(cls, observed: Numbers, exposure: Numbers, codes: Sequence[Codes]) -> Self:
        """Fitted to cells; codes: the group of each cell in every dimension, from 0."""
        expected = _fitted(observed, exposure, codes)
        columns = np.cumsum([0, *(int(each.max(initial=0)) + 1 for each in codes)])
        products = np.zeros((columns[-1], columns[-1]))
        for code, start in zip(codes, columns, strict=False):
            for other, begin in zip(codes, columns, strict=False):
                np.add.at(products, (code + start, other + begin), expected)
        return cls(observed, exposure, expected, codes, np.linalg.pinv(products, hermitian=True))

    def chances(self, groups: Codes) -> Numbers:
        """For each set of cells, the chance of as many exits or more (score test). groups: the number of each cell's
        set from 0, or -1.

        The excess has the variance that the dimensions leave; its tail is that of a Poisson count of that variance.
        """
        number = int(groups.max(initial=-1)) + 1
        sums = [_crossed(groups, code, self.expected, number) for code in self.codes]
        explained = np.concatenate(sums, axis=1)
        mean = sums[0].sum(axis=1)
        variance = mean - np.einsum("gk,kl,gl->g", explained, self.covariance, explained)
        excess = _summed(groups, self.observed, number) - mean
        enough = variance >= LEAST_VARIANCE
        safe = np.maximum(variance, LEAST_VARIANCE)
        tail = gammainc(np.maximum(excess + safe, 1e-9), safe)
        return np.where(enough & (excess > 0), tail, 1.0)

    def expected_without(self, inside: NDArray[np.bool_]) -> float:
        """The exits of a set of cells by the factors that the other cells show."""
        weight = (~inside).astype(float)
        return float(_fitted(self.observed * weight, self.exposure, self.codes, weight)[inside].sum())


def _fitted(observed: Numbers, exposure: Numbers, codes: Sequence[Codes], weight: Numbers | float = 1.0) -> Numbers:
    """Iterative proportional fitting to the cells with weight 1; cells with weight 0 get what the factors give them."""
    expected: Numbers = exposure * observed.sum() / max(float((exposure * weight).sum()), 1.0)
    for _ in range(_ROUNDS):
        for code in codes:
            factor = (np.bincount(code, observed) + _PRIOR) / (np.bincount(code, expected * weight) + _PRIOR)
            expected = expected * factor[code]
    return expected


def _crossed(groups: Codes, code: Codes, figures: Numbers, number: int) -> Numbers:
    """(sets, groups of a dimension): the sums of the cells with a set."""
    width, within = int(code.max(initial=0)) + 1, groups >= 0
    flat = np.bincount(groups[within] * width + code[within], figures[within], minlength=number * width)
    return np.asarray(flat, dtype=float).reshape(number, width)


def _summed(groups: Codes, figures: Numbers, number: int) -> Numbers:
    within = groups >= 0
    return np.bincount(groups[within], figures[within], minlength=number).astype(float)
