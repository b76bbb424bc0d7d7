"""Exact factors of boosted trees for the rows of a month, in NumPy: `shap` without numba, which is slow to start.

The same program and formulas as in `shap`, on all rows and points of the quadrature at once: equal to rounding.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pipeline.model.trees.program import CATEGORIES, ENTER, LEAVE, LIMIT_OR_ZERO, TURN, TWO_LEAVES, Program

Floats = NDArray[np.float64]

_ZERO: Final = 1e-35
"""LightGBM's kZeroThreshold: values this close to 0 count as 0."""


def shares(program: Program, matrix: Floats) -> Floats:
    """Each feature's share of the trees' output (n, features) for encoded rows (n, features); NaN is missing."""
    columns = np.ascontiguousarray(np.asarray(matrix, dtype=np.float64).T)
    explained = _Explained(program, columns)
    for tree in program.trees:
        explained.add(tree)
    return np.ascontiguousarray(explained.out.T)


class _Explained:
    """What is known at each depth of the path, for all rows (n,) and points (points, n); names as in `shap`."""

    def __init__(self, program: Program, columns: Floats) -> None:
        self._program, self._columns = program, columns
        self.out = np.zeros_like(columns)
        self._follows = np.ones_like(columns)
        self._before: list[Any] = [None] * (program.depth + 1)
        self._goes: list[Any] = [None] * (program.depth + 1)
        self._product: list[Any] = [None] * (program.depth + 1)
        self._ratio: list[Any] = [None] * (program.depth + 1)
        self._below: list[list[Any]] = [[None, None] for _ in range(program.depth + 1)]

    def add(self, tree: Any) -> None:
        """Add the shares of a tree to `out`."""
        first, points = int(tree["first_weight"]), int(tree["points"])
        self._product[0] = self._program.weights[first : first + points, None]
        for step in self._program.steps[tree["first_step"] : tree["last_step"]]:
            node = self._program.nodes[step["node"]]
            at = int(node["first_point"])
            self._take(int(step["what"]), node, self._program.table[at : at + points])

    def _take(self, what: int, node: Any, table: Any) -> None:
        feature, depth = int(node["feature"]), int(node["depth"])
        if what == ENTER:
            self._enter(node, table)
            return
        if what == TURN:
            o, product = self._before[depth], self._product[depth]
            self._follows[feature] = o - o * self._goes[depth]
            self._product[depth + 1] = product - product * self._ratio[depth]
            return
        if what == TWO_LEAVES:
            o, d = self._follows[feature].copy(), self._first_side(node)
            rho, difference, second = self._rho(o, d, node, table), node["first"] - node["second"], node["second"]
        else:
            o, d, rho = self._before[depth], self._goes[depth], self._ratio[depth]
            second = self._below[depth + 1][1] if what == LEAVE else node["second"]
            difference = self._below[depth + 1][0] - second
        self._below[depth][int(node["side"])] = rho * difference + second
        total = (self._product[depth] * table["weight"][:, None] * difference).sum(axis=0)
        self.out[feature] += o * (d - node["share"]) * total
        self._follows[feature] = o

    def _enter(self, node: Any, table: Any) -> None:
        feature, depth = int(node["feature"]), int(node["depth"])
        o, d = self._follows[feature].copy(), self._first_side(node)
        self._before[depth], self._goes[depth] = o, d
        self._follows[feature] = o * d
        self._ratio[depth] = self._rho(o, d, node, table)
        self._product[depth + 1] = self._product[depth] * self._ratio[depth]

    def _rho(self, o: Floats, d: Floats, node: Any, table: Any) -> Floats:
        rho: Floats = o * (d * table["rise"][:, None] + table["fall"][:, None]) + node["share"]
        return rho

    def _first_side(self, node: Any) -> Floats:
        """d: 1 for the rows that go to the node's first side, as LightGBM decides."""
        values = self._columns[int(node["feature"])]
        if node["kind"] == CATEGORIES:
            of_set: Floats = np.where(self._holds(node, values), node["left"], node["right"])
            return of_set
        if node["kind"] == LIMIT_OR_ZERO:
            values = np.where((values > -_ZERO) & (values <= _ZERO), np.nan, values)
        known = np.where(values <= node["threshold"], node["left"], node["right"])
        sides: Floats = np.where(np.isnan(values), node["missing"], known)
        return sides

    def _holds(self, node: Any, values: Floats) -> NDArray[np.bool_]:
        """Whether a node's set of categories holds each value; neither NaN nor a category never seen is in it."""
        first, words = int(node["first_word"]), int(node["words"])
        is_within = (values >= 0.0) & (values < 32.0 * words)
        category = np.where(is_within, values, 0.0).astype(np.int64)
        word = self._program.bits[first + (category >> 5)] if words else np.zeros(len(values), dtype=np.uint32)
        return is_within & ((word >> (category & 31).astype(np.uint32)) & 1 > 0)
