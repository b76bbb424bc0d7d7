"""The fallback: features that are used alone where held-out rows say that all together are clearly worse.

A feature that is not used is unknown in every training row (`TrainingRows.using`). Neither part then learns anything
from it, so the model keeps its columns, and their factors are exactly 0.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from pipeline.dataset.splits import Fold
from pipeline.model.forecast import NextQuarter
from pipeline.model.selection import BEYOND_CHANCE, Choice, choose, clearly_better
from pipeline.model.training_rows import TrainingRows
from pipeline.model.trees.boosting import Shape

if TYPE_CHECKING:
    import lightgbm

Bools = NDArray[np.bool_]

FALLBACK: Final = ("tenure_months",)
"""Tenure: the best of the simple models at most companies, and a baseline that every model is compared with."""


def choose_features(
    rows: TrainingRows,
    left: Bools,
    folds: Sequence[Fold],
    seed: int,
    fixed: Shape | None,
    constraints: Sequence[int],
    fallback: Sequence[str] = (),
    shift: float = 0.0,
    quarter: NextQuarter | None = None,
) -> Choice:
    """The choice for all features, or for `fallback` alone where that is better on held-out rows by more than chance.

    The other arguments are those of `choose`. Features used alone have no forecasts.
    """
    categories, names = rows.encoding.categories, rows.encoding.names
    choice, losses = choose(
        rows.matrix,
        left,
        categories,
        folds,
        seed,
        fixed,
        constraints,
        rows.held_out,
        shift,
        quarter,
        _bins(rows, shift),
    )
    if losses is None or not fallback or not set(fallback) < set(names):
        return choice
    alone = rows.using(fallback)
    simple, simple_losses = choose(
        alone.matrix, left, categories, folds, seed, fixed, constraints, shift=shift, bins=_bins(alone, shift)
    )
    is_better = simple_losses is not None and clearly_better(simple_losses, losses, BEYOND_CHANCE)
    return replace(simple, only=tuple(fallback)) if is_better else choice


def _bins(rows: TrainingRows, shift: float) -> "Callable[[Shape, int], lightgbm.Dataset] | None":
    """What all folds share in a large company, whose rows are a sample; the figures of others stay as they are."""
    return rows.bins if shift else None
