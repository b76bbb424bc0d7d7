"""Bounds for looking at a trial several times: the chance of one false finding over all looks stays at 5 %.

Lan and DeMets (1983): the error is spent over calendar time, as O'Brien and Fleming's bounds would spend it, nearly all
of it late. The bounds follow from the information of each look by recursive integration (Armitage, McPherson and Rowe,
1969; Jennison and Turnbull, Group Sequential Methods, 2000, chapter 19).
"""

from collections.abc import Sequence
from math import sqrt
from typing import Final

import numpy as np
from scipy.special import ndtr, ndtri

ERROR: Final = 0.05
"""Chance, over all looks, that a trial without an effect finds one."""

HIGHEST: Final = 8.0
"""No bound is higher: beyond it, normal probabilities are not meaningful."""

LEAST_GROWTH: Final = 1.01
"""A look with less new information than this spends nothing and takes the bound of the look before."""

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(300)


def spent(fraction: float, error: float = ERROR) -> float:
    """The part of `error` that may be spent by a fraction (0 to 1) of the planned time: on each of two sides with error
    α, 2 − 2 Φ(z(α / 2) / √fraction)."""
    return float(4 * ndtr(ndtri(error / 4) / sqrt(min(fraction, 1.0))))


def bounds(fractions: Sequence[float], information: Sequence[float], error: float = ERROR) -> list[float]:
    """The bound of each look on |estimate / standard error|; information is 1 / standard error²."""
    found: list[float] = []
    points = density = np.empty(0)
    used = paid = 0.0
    for fraction, value in zip(fractions, information, strict=True):
        if found and value < used * LEAST_GROWTH:
            found.append(found[-1])
            continue
        step = sqrt(value - used)
        bound = _bound(points, density, value, step, spent(fraction, error) - paid)
        found.append(bound)
        half = bound * sqrt(value)
        nodes = half * _NODES
        points, density = nodes, _next(points, density, nodes, step) * half * _WEIGHTS
        used, paid = value, spent(fraction, error)
    return found


def _bound(points: np.ndarray, density: np.ndarray, value: float, step: float, error: float) -> float:
    """The bound that is first crossed at this look with probability `error`."""
    from scipy.optimize import brentq  # a quarter of a second to import, for which lists need not wait

    def crossing(bound: float) -> float:
        half = bound * sqrt(value)
        if not len(points):
            return float(2 * ndtr(-half / step)) - error
        return float(density @ (ndtr((points - half) / step) + ndtr((-half - points) / step))) - error

    return HIGHEST if crossing(HIGHEST) >= 0 else float(brentq(crossing, 0.0, HIGHEST, xtol=1e-6))


def _next(points: np.ndarray, density: np.ndarray, nodes: np.ndarray, step: float) -> np.ndarray:
    """The density of the score at the nodes, among trials that no earlier look stopped; `density` is weighted."""
    before, weighted = (points, density) if len(points) else (np.zeros(1), np.ones(1))
    kernel = np.exp(-0.5 * ((nodes[:, None] - before) / step) ** 2) / (step * sqrt(2 * np.pi))
    following: np.ndarray = kernel @ weighted
    return following
