"""Boosted trees as a straight-line program for `tree_shap`: LightGBM's text in, flat arrays out, all bounds checked.

Whatever the kernel reads by index is held within its bounds here, once for a model, so the kernel checks nothing.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Rows = NDArray[np.void]

ENTER: Final = 0
TURN: Final = 1
LEAVE: Final = 2
LEAVE_LEAF: Final = 3
TWO_LEAVES: Final = 4
"""What is done at a node: on the way to its first side, to its second one, back up from two nodes or from a node and a
leaf; and all at once where both sides are leaves."""

LIMIT: Final = 0
LIMIT_OR_ZERO: Final = 1
CATEGORIES: Final = 2
"""How a node decides: up to its threshold, the same where 0 counts as missing, or by a set of categories."""

_ASKS_BY_CATEGORY: Final = 1
_MISSING_GOES_LEFT: Final = 2
_MISSING_IS_ZERO: Final = 1
_MISSING_IS_NAN: Final = 2
_MOST_POINTS: Final = 64

TREE: Final = np.dtype([(name, np.int64) for name in ("first_step", "last_step", "points", "first_weight")])
STEP: Final = np.dtype([("what", np.int64), ("node", np.int64)])
NODE: Final = np.dtype(
    [(name, np.int64) for name in ("feature", "kind", "first_word", "words", "depth", "side", "first_point")]
    + [(name, np.float64) for name in ("threshold", "left", "right", "missing", "share", "first", "second")]
)
POINT: Final = np.dtype([(name, np.float64) for name in ("rise", "fall", "weight")])


class NotCovered(ValueError):
    """The trees hold something that the program cannot say."""


@dataclass(frozen=True)
class Program:
    """All trees, each a run of steps over its nodes.

    A node's two sides are its first and its second one: left and right or, where only the right one is a node of its
    own, right and left. So a second side that is a node follows a first one that is, and the formulas of `tree_shap`
    hold of either order.

    - `trees` (TREE): steps from `first_step` to before `last_step`, number of `points` of the quadrature, and where
      their weights begin in `weights`.
    - `steps` (STEP): `what` is done, and at which `node`.
    - `nodes` (NODE): the `feature` and the `kind` of question. d, 1 for a row that goes to the first side: of rows that
      go `left` or `right`, and of those whose figure is `missing`. `share` (r) of training rows that went to the first
      side; values of leaves on the `first` and the `second` side; `depth`, and which `side` of the node above it is
      (0 or 1). `first_word` and `words` of its set of categories in `bits`; `first_point` in `table`.
    - `table` (POINT): of each node at each point, what `tree_shap` says.
    - `base`: the mean output over training rows. `depth`: one more than the deepest node's.
    """

    features: int
    base: float
    depth: int
    most_points: int
    trees: Rows
    steps: Rows
    nodes: Rows
    table: Rows
    weights: Floats
    bits: NDArray[np.uint32]


def compile_trees(text: str) -> Program:
    """The program of a model in LightGBM's text format. Raises NotCovered with the reason."""
    features = number_of_features(text)
    return _joined([_Tree(fields_of(block), features) for block in trees_of(text)], features)


def number_of_features(text: str) -> int:
    """The number of features of a model in LightGBM's text format."""
    return int(fields_of(text.partition("\nTree=0\n")[0])["max_feature_idx"]) + 1


def trees_of(text: str) -> list[str]:
    """The block of each tree of a model with one output, the sum of its trees. Raises NotCovered for any other."""
    head, *blocks = re.split(r"\nTree=\d+\n", text.partition("\nend of trees")[0])
    header = fields_of(head)
    if header.get("num_class", "1") != "1" or header.get("num_tree_per_iteration", "1") != "1":
        raise NotCovered("more than one output")
    if "average_output" in head:
        raise NotCovered("trees that are averaged")
    return blocks


def fields_of(block: str) -> dict[str, str]:
    """The fields of a block of the text, by name."""
    return dict(line.split("=", 1) for line in block.splitlines() if "=" in line)


class _Tree:
    """One tree: its nodes in the order in which they are first met, and its steps."""

    def __init__(self, fields: Mapping[str, str], features: int) -> None:
        if fields.get("is_linear", "0") != "0":
            raise NotCovered("linear leaves")
        self.value = _numbers(fields["leaf_value"])
        self.nodes: list[dict[str, float]] = []
        self.steps: list[tuple[int, int]] = []
        self.words: list[int] = []
        self.base = float(self.value[0])
        self.points, self.depth = 0, 0
        if int(fields["num_leaves"]) > 1:
            self._read(fields, features)

    def _read(self, fields: Mapping[str, str], features: int) -> None:
        leaf_count, count = _numbers(fields["leaf_count"]), _numbers(fields["internal_count"])
        self.children = [fields[side].split() for side in ("left_child", "right_child")]
        self.split, self.limit = _numbers(fields["split_feature"]), _numbers(fields["threshold"])
        self.decision = _numbers(fields["decision_type"]).astype(np.int64)
        self.bounds = _numbers(fields.get("cat_boundaries", "0")).astype(np.int64)
        self.words = [int(word) for word in fields.get("cat_threshold", "").split()]
        self.covers = (leaf_count, count)
        if not (count > 0).all() or not (leaf_count > 0).all():
            raise NotCovered("a node without training rows")
        if not ((self.split >= 0) & (self.split < features)).all():
            raise NotCovered("a split on a feature that is not there")
        self.base = float(self.value @ leaf_count / count[0])
        self._place(0, depth=0, side=0, path={})
        if self.points > _MOST_POINTS:
            raise NotCovered(f"paths with more than {2 * _MOST_POINTS} different features")

    def _place(self, node: int, depth: int, side: int, path: Mapping[int, float]) -> None:
        """Put a node and all below it into the program; `path` has each feature's share of cover (z) so far."""
        here, feature = len(self.nodes), int(self.split[node])
        sides = [int(children[node]) for children in self.children]
        is_left_first = sides[0] >= 0 or sides[1] < 0
        first, second = sides if is_left_first else reversed(sides)
        share = self._count(first) / self._count(node)
        z = path.get(feature, 1.0)
        self.nodes.append(
            {"feature": feature, "share": share, "z": z, "depth": depth, "side": side}
            | {"left": float(is_left_first), "right": float(not is_left_first), **self._question(node, is_left_first)}
            | {"first": self._leaf(first), "second": self._leaf(second)}
        )
        self.depth = max(self.depth, depth + 1)
        self.points = max(self.points, (len({*path, feature}) + 1) // 2)
        self.steps.append((TWO_LEAVES if first < 0 else ENTER, here))
        if first < 0:
            return
        self._place(first, depth + 1, 0, {**path, feature: z * share})
        if second >= 0:
            self.steps.append((TURN, here))
            self._place(second, depth + 1, 1, {**path, feature: z * (1 - share)})
        self.steps.append((LEAVE if second >= 0 else LEAVE_LEAF, here))

    def _question(self, node: int, is_left_first: bool) -> dict[str, float]:
        """How the node decides. Where LightGBM saw nothing missing, it takes what is missing now for 0."""
        flags, limit = int(self.decision[node]), float(self.limit[node])
        if flags & _ASKS_BY_CATEGORY:
            first, last = (int(self.bounds[int(limit) + end]) for end in (0, 1))
            if not 0 <= first <= last <= len(self.words):
                raise NotCovered("a set of categories that is not there")
            return {"kind": CATEGORIES, "threshold": 0, "missing": 0, "first_word": first, "words": last - first}
        treats = (flags >> 2) & 3
        goes_left = limit >= 0 if treats not in (_MISSING_IS_ZERO, _MISSING_IS_NAN) else flags & _MISSING_GOES_LEFT
        return {
            "kind": LIMIT_OR_ZERO if treats == _MISSING_IS_ZERO else LIMIT,
            "threshold": limit,
            "missing": float(bool(goes_left) == is_left_first),
            "first_word": 0,
            "words": 0,
        }

    def _leaf(self, node: int) -> float:
        """The value of a leaf; 0 of a node."""
        return 0.0 if node >= 0 else float(self.value[~node])

    def _count(self, node: int) -> float:
        leaves, nodes = self.covers
        return float(leaves[~node] if node < 0 else nodes[node])


def _joined(trees: Sequence[_Tree], features: int) -> Program:
    grown = [tree for tree in trees if tree.nodes]
    points = [tree.points for tree in grown]
    tree_of_node = np.repeat(np.arange(len(grown)), [len(tree.nodes) for tree in grown])
    tree_of_step = np.repeat(np.arange(len(grown)), [len(tree.steps) for tree in grown])
    points_of_node = np.array(points, dtype=np.int64)[tree_of_node]

    rows = [row for tree in grown for row in tree.nodes]
    nodes = np.zeros(len(rows), NODE)
    for name in rows[0].keys() & set(NODE.names or ()) if rows else ():
        nodes[name] = [row[name] for row in rows]
    nodes["first_word"] += _firsts(len(tree.words) for tree in grown)[tree_of_node]
    nodes["first_point"] = _firsts(points_of_node)

    steps = np.array([step for tree in grown for step in tree.steps], dtype=STEP)
    steps["node"] += _firsts(len(tree.nodes) for tree in grown)[tree_of_step]

    placed = np.zeros(len(grown), TREE)
    placed["first_step"] = _firsts(len(tree.steps) for tree in grown)
    placed["last_step"] = placed["first_step"] + [len(tree.steps) for tree in grown]
    placed["points"], placed["first_weight"] = points, _firsts(points)
    return Program(
        features=features,
        base=float(sum(tree.base for tree in trees)),
        depth=max((tree.depth for tree in grown), default=0),
        most_points=max(points, default=0),
        trees=placed,
        steps=steps,
        nodes=nodes,
        table=_table(np.array([row["z"] for row in rows]), nodes["share"], points_of_node),
        weights=np.concatenate([_points(number)[1] for number in points]) if points else np.empty(0),
        bits=np.array([word for tree in grown for word in tree.words], dtype=np.uint32),
    )


def _firsts(sizes: Iterable[int]) -> Ints:
    """Where each of several runs begins that lie one after the other."""
    return np.cumsum([0, *sizes], dtype=np.int64)[:-1]


@cache
def _points(number: int) -> tuple[Floats, Floats]:
    """Gauss–Legendre points and weights on [0, 1]; exact for polynomials of degree 2 · number − 1."""
    at, weight = np.polynomial.legendre.leggauss(number)
    return (at + 1) / 2, weight / 2


def _table(z: Floats, share: Floats, points: Ints) -> Rows:
    """`rise`, `fall` and `weight` of each node at each of its points, one node after the other.

    rise = t / (t + z u), fall = z r u / (t + z u) − r, weight = z / (t + z u)², with u = 1 − t (see `tree_shap`).
    """
    table = np.zeros(points.sum(), POINT)
    if len(z):
        t = np.concatenate([_points(int(number))[0] for number in points])
        z, r = np.repeat(z, points), np.repeat(share, points)
        under = t + z * (1 - t)
        table["rise"], table["fall"], table["weight"] = t / under, z * r * (1 - t) / under - r, z / under**2
    return table


def _numbers(words: str) -> Floats:
    return np.array(words.split(), dtype=np.float64)
