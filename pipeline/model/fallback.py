"""The fallback: features that are used alone where held-out rows say that all together are clearly worse.

A feature that is not used is unknown in every training row. Neither part then learns anything from it, so the model
keeps its columns, and their factors are exactly 0.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.dataset.splits import Fold
from pipeline.model.boosting import Shape
from pipeline.model.encoding import Encoding
from pipeline.model.selection import BEYOND_CHANCE, Choice, choose, clearly_better

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FALLBACK: Final = ("tenure_months",)
"""Tenure: the best of the simple models at most companies, and a baseline that every model is compared with."""


def used(matrix: Floats, encoding: Encoding, only: Sequence[str]) -> Floats:
    """The encoded training matrix (n, features) in which every feature but `only` is unknown.

    Unchanged where `only` is empty, or names a feature that the matrix lacks: it was chosen for other columns.
    """
    if not only or not set(only) <= set(encoding.names):
        return matrix
    is_used = np.isin(encoding.names, list(only))
    return np.where(is_used, matrix, np.nan)


def choose_features(
    matrix: Floats,
    left: Bools,
    encoding: Encoding,
    folds: Sequence[Fold],
    seed: int,
    fixed: Shape | None,
    constraints: Sequence[int],
    fallback: Sequence[str] = (),
) -> Choice:
    """The choice for all features, or for `fallback` alone where that is better on held-out rows by more than chance.

    The arguments are those of `choose`.
    """
    choice, losses = choose(matrix, left, encoding.categories, folds, seed, fixed, constraints)
    if losses is None or not fallback or not set(fallback) < set(encoding.names):
        return choice
    restricted = used(matrix, encoding, fallback)
    simple, simple_losses = choose(restricted, left, encoding.categories, folds, seed, fixed, constraints)
    is_better = simple_losses is not None and clearly_better(simple_losses, losses, BEYOND_CHANCE)
    return replace(simple, only=tuple(fallback)) if is_better else choice
