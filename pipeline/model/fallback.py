"""The fallback: features that are used alone where held-out rows say that all features together are worse.

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
from pipeline.model.selection import Choice, choose

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
    """The choice for all features, or for `fallback` alone where its held-out loss is less.

    The arguments are those of `choose`. There is no margin either way: a model that is behind a simple one on later
    months is not served for its wealth of factors, and one that is ahead is not given up.
    """
    choice, loss = choose(matrix, left, encoding.categories, folds, seed, fixed, constraints)
    if loss is None or not fallback or not set(fallback) < set(encoding.names):
        return choice
    restricted = used(matrix, encoding, fallback)
    simple, simple_loss = choose(restricted, left, encoding.categories, folds, seed, fixed, constraints)
    return replace(simple, only=tuple(fallback)) if simple_loss is not None and simple_loss < loss else choice
