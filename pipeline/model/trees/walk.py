"""The output of boosted trees from LightGBM's text, without LightGBM, which takes a second to import.

For the rows of one month; it walks all rows down a tree at once and adds the trees in their order, so the sum is the
same as LightGBM's to the last bit. `tree_program` has the other reading of the text: the program of the factors.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from pipeline.model.trees.program import NotCovered, fields_of, trees_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_CATEGORY: Final = 1
_MISSING_GOES_LEFT: Final = 2
_MISSING_IS_ZERO: Final = 1
_MISSING_IS_NAN: Final = 2
_ZERO: Final = float(np.float32(1e-35))
"""LightGBM's kZeroThreshold: values this close to 0 count as 0."""
_BITS: Final = 32


@dataclass(frozen=True)
class WalkedTree:
    """One tree: for each node its feature, question and children; a child below 0 is the leaf ~child."""

    feature: Ints
    threshold: Floats
    decision: Ints
    left: Ints
    right: Ints
    value: Floats
    bounds: Ints
    words: Ints

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> Self:
        """The tree of a block of the text. Raises NotCovered for linear leaves."""
        if fields.get("is_linear", "0") != "0":
            raise NotCovered("linear leaves")

        def whole(name: str) -> Ints:
            return np.array(fields.get(name, "").split(), dtype=np.int64)

        value = np.array(fields["leaf_value"].split(), dtype=np.float64)
        threshold = np.array(fields.get("threshold", "").split(), dtype=np.float64)
        return cls(
            feature=whole("split_feature"),
            threshold=threshold,
            decision=whole("decision_type"),
            left=whole("left_child"),
            right=whole("right_child"),
            value=value,
            bounds=whole("cat_boundaries"),
            words=whole("cat_threshold"),
        )

    def output(self, matrix: Floats) -> Floats:
        """The value (n,) of the leaf of each row (n, features); NaN is missing."""
        at = np.full(len(matrix), 0 if len(self.feature) else -1, dtype=np.int64)
        while len(rows := np.flatnonzero(at >= 0)):
            node = at[rows]
            goes_left = self._goes_left(node, matrix[rows, self.feature[node]])
            at[rows] = np.where(goes_left, self.left[node], self.right[node])
        return self.value[~at]

    def _goes_left(self, node: Ints, given: Floats) -> Bools:
        decision, threshold = self.decision[node], self.threshold[node]
        treats, is_nan = (decision >> 2) & 3, np.isnan(given)
        figure = np.where(is_nan, 0.0, given)
        is_zero = (figure > -_ZERO) & (figure <= _ZERO)
        is_missing = np.where(treats == _MISSING_IS_ZERO, is_zero, is_nan & (treats == _MISSING_IS_NAN))
        goes_left = np.where(is_missing, (decision & _MISSING_GOES_LEFT) > 0, figure <= threshold)
        by_category = (decision & _CATEGORY) > 0
        if by_category.any():
            known = ~is_nan[by_category] & (figure[by_category] >= 0)
            category = figure[by_category].astype(np.int64)
            goes_left[by_category] = known & self._holds(threshold[by_category].astype(np.int64), category)
        return goes_left

    def _holds(self, which: Ints, category: Ints) -> Bools:
        """Whether each set of categories, by its number, holds a category; one below 0 does not count."""
        category = np.maximum(category, 0)
        word = self.bounds[which] + category // _BITS
        is_within = word < self.bounds[which + 1]
        found = self.words[np.where(is_within, word, 0)] >> (category % _BITS)
        return is_within & ((found & 1) > 0)


def read_trees(text: str) -> tuple[WalkedTree, ...]:
    """The trees of a model in LightGBM's text format. Raises NotCovered with the reason."""
    return tuple(WalkedTree.of(fields_of(block)) for block in trees_of(text))


def output(trees: tuple[WalkedTree, ...], matrix: Floats) -> Floats:
    """The sum (n,) of the trees' values for encoded rows (n, features)."""
    total = np.zeros(len(matrix))
    for tree in trees:
        total += tree.output(matrix)
    return total
