"""The training rows that several fits share: what depends on the features alone is computed once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from pipeline.model.design import Design, design_of
from pipeline.model.encoding import Encoding, Rows, fit_encoding
from pipeline.model.selection import HeldOut
from pipeline.model.trees.boosting import Shape, bins_of

if TYPE_CHECKING:
    import lightgbm

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class TrainingRows:
    """Rows as the model reads them, `matrix` (n, features), for fits that differ in outcomes, constraints or penalty.

    The design and the bins stay in memory as long as this object: twice the matrix together. `held_out` is what a
    search has fitted on the folds of these rows already.
    """

    encoding: Encoding
    matrix: Floats
    held_out: HeldOut | None = None
    _bins: "dict[tuple[Shape, int], lightgbm.Dataset]" = field(default_factory=dict, repr=False, compare=False)

    @staticmethod
    def of(features: pl.DataFrame, rows: Rows | slice = slice(None), held_out: HeldOut | None = None) -> "TrainingRows":
        """Some rows of a table (String is a category, all else a number), by default all."""
        encoding = fit_encoding(features, rows)
        return TrainingRows(encoding, encoding(features, rows), held_out)

    def using(self, only: Sequence[str]) -> "TrainingRows":
        """The same rows in which every feature but `only` is unknown.

        Unchanged where `only` is empty, or names a feature that the rows lack: it was chosen for other columns.
        """
        if not only or not set(only) <= set(self.encoding.names):
            return self
        return TrainingRows(self.encoding, np.where(np.isin(self.encoding.names, list(only)), self.matrix, np.nan))

    @cached_property
    def design(self) -> Design:
        """What the additive part is fitted on."""
        return design_of(self.matrix, self.encoding.categories)

    def bins(self, shape: Shape, seed: int) -> "lightgbm.Dataset":
        """What trees of a shape are boosted on."""
        if (shape, seed) not in self._bins:
            self._bins[shape, seed] = bins_of(self.matrix, self.encoding.categories, shape, seed)
        return self._bins[shape, seed]

    def prepared(self, shape: Shape, seed: int) -> Self:
        """The same, with all that fits share computed: for fits that run at the same time."""
        with threadpool_limits(1):  # sums of several threads differ in the last digit
            self.bins(shape, seed), self.design.products
        return self
