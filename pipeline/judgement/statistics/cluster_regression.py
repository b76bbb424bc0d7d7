"""Least squares with standard errors over clusters that hold for few clusters.

The bias-reduced variance CR2 and its degrees of freedom (Bell and McCaffrey, 2002; Imbens and Kolesár, 2016). Both need
only sums over each cluster: with M = (X'X)⁻¹ and B = X_g'X_g, the adjusted rows of a cluster are
(I − X_g M X_g')^(−1/2) X_g M = X_g M^(1/2) (I − M^(1/2) B M^(1/2))^(−1/2) M^(1/2).
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

DETERMINED: Final = 1e-9
"""A direction that one cluster alone determines has no variance between clusters; it counts as zero."""


@dataclass(frozen=True)
class Coefficient:
    """A coefficient, its standard error over clusters, and the degrees of freedom of Student's t."""

    value: float
    standard_error: float
    freedom: float


def coefficient(outcome: Numbers, design: Numbers, clusters: NDArray[Any], which: int) -> Coefficient:
    """The coefficient of column `which` of the design in the regression of the outcome; one row per observation."""
    bread: Numbers = np.linalg.inv(design.T @ design).astype(np.float64)
    residuals = outcome - design @ (bread @ design.T @ outcome)
    order = np.argsort(clusters, kind="stable")
    starts = np.unique(clusters[order], return_index=True)[1]
    rows = design[order]
    products = np.add.reduceat(rows[:, :, None] * rows[:, None, :], starts)
    scores = np.add.reduceat(rows * residuals[order, None], starts)
    weights = _adjusted(products, bread)[:, :, which]
    variance = np.sum(np.einsum("gk,gk->g", weights, scores) ** 2)
    value = (bread @ design.T @ outcome)[which]
    return Coefficient(float(value), float(np.sqrt(variance)), _freedom(products, weights, bread))


def _adjusted(products: Numbers, bread: Numbers) -> Numbers:
    """M^(1/2) (I − M^(1/2) B M^(1/2))^(−1/2) M^(1/2) of each cluster."""
    values, vectors = np.linalg.eigh(bread)
    root = vectors * np.sqrt(values) @ vectors.T
    leverage, axes = np.linalg.eigh(root @ products @ root)
    remaining = 1 - leverage
    scale = np.where(remaining > DETERMINED, 1 / np.sqrt(np.maximum(remaining, DETERMINED)), 0.0)
    adjusted: Numbers = root @ (axes * scale[:, None, :]) @ np.swapaxes(axes, 1, 2) @ root
    return adjusted


def _freedom(products: Numbers, weights: Numbers, bread: Numbers) -> float:
    """Satterthwaite's degrees of freedom of the variance if the errors were independent with one variance."""
    sums = np.einsum("gkl,gl->gk", products, weights)
    own = np.einsum("gk,gk->g", weights, sums)
    shared = np.einsum("gk,kl,gl->g", sums, bread, sums)
    cross = bread @ sums.T @ sums
    squares = np.sum(own**2) - 2 * np.sum(own * shared) + np.trace(cross @ cross)
    return float(np.sum(own - shared) ** 2 / squares)
