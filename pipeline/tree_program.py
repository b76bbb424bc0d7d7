"""Boosted trees as a straight-line program for `tree_shap`: LightGBM's text in, flat arrays out, all bounds checked.

Whatever the kernel reads by index is held within its bounds here, once for a model, so the kernel checks nothing.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MISSING_IS_ZERO: Final = 1
MISSING_IS_NAN: Final = 2
CATEGORICAL: Final = 3
"""How a node decides: 0 takes NaN for 0, 1 sends 0 and NaN its default way, 2 sends NaN its default way, 3 by a set."""
_MOST_POINTS: Final = 64
_LEAF: Final = -1


class NotCovered(ValueError):
    """The trees hold something that the program cannot say."""


@dataclass(frozen=True)
class Program:
    """All trees, their nodes in the order in which the kernel meets them: a node, its left side, its right side.

    Of each node (nodes,): `feature`, `kind` (see `CATEGORICAL`), `threshold`, `default_left`, `first_word` and `words`
    of its set in `bits`, `cover` (r: the share of training rows that went left), `depth` and `side` (0 left, 1 right),
    `left` and `right` (the child's node, or -1 for a leaf), `left_value` and `right_value` of leaves.
    `first_point` is the place of a node's row in `rise`, `fall` and `weight` (`tree_shap` says what they are).
    Of each tree: `starts` (trees + 1,) in nodes, `points` (trees,) of its quadrature and `first_weight` in `weights`.
    `base` is the mean output over training rows.
    """

    features: int
    base: float
    depth: int
    most_points: int
    starts: Ints
    points: Ints
    first_weight: Ints
    weights: Floats
    feature: Ints
    kind: Ints
    threshold: Floats
    default_left: Floats
    first_word: Ints
    words: Ints
    bits: NDArray[np.uint32]
    cover: Floats
    depths: Ints
    side: Ints
    left: Ints
    right: Ints
    left_value: Floats
    right_value: Floats
    first_point: Ints
    rise: Floats
    fall: Floats
    weight: Floats


def compile_trees(text: str) -> Program:
    """The program of a model in LightGBM's text format. Raises NotCovered, saying what stands in the way."""
    head, *blocks = re.split(r"\nTree=\d+\n", text.partition("\nend of trees")[0])
    told = _fields(head)
    if told.get("num_class", "1") != "1" or told.get("num_tree_per_iteration", "1") != "1":
        raise NotCovered("more than one output")
    if "average_output" in head:
        raise NotCovered("trees that are averaged")
    features = int(told["max_feature_idx"]) + 1
    trees = [_Tree(_fields(block), features) for block in blocks]
    return _joined(trees, features)


def _fields(block: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in block.splitlines() if "=" in line)


class _Tree:
    """One tree, its nodes renumbered in the order of the program."""

    def __init__(self, fields: Mapping[str, str], features: int) -> None:
        if fields.get("is_linear", "0") != "0":
            raise NotCovered("linear leaves")
        self.value = _numbers(fields["leaf_value"])
        self.nodes: list[dict[str, float]] = []
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

    def _place(self, node: int, depth: int, side: int, path: Mapping[int, float]) -> int:
        """Put a node and all below it into the program; `path` has each feature's share of cover (z) so far."""
        here, feature = len(self.nodes), int(self.split[node])
        left, right = (int(children[node]) for children in self.children)
        share = self._count(left) / self._count(node)
        row: dict[str, float] = {"feature": feature, "cover": share, "z": path.get(feature, 1.0)}
        row |= {"depth": depth, "side": side, **self._decision(node)}
        self.nodes.append(row)
        self.depth = max(self.depth, depth + 1)
        self.points = max(self.points, (len({*path, feature}) + 1) // 2)
        for name, child, part, number in (("left", left, share, 0), ("right", right, 1 - share, 1)):
            below = {**path, feature: row["z"] * part}
            row[name] = _LEAF if child < 0 else self._place(child, depth + 1, number, below)
            row[f"{name}_value"] = self.value[~child] if child < 0 else 0.0
        return here

    def _decision(self, node: int) -> dict[str, float]:
        flags = int(self.decision[node])
        if not flags & 1:
            kind = (flags >> 2) & 3
            return {
                "kind": kind,
                "threshold": self.limit[node],
                "default_left": (flags >> 1) & 1,
                "word": 0,
                "words": 0,
            }
        which = int(self.limit[node])
        first, last = int(self.bounds[which]), int(self.bounds[which + 1])
        if not 0 <= first <= last <= len(self.words):
            raise NotCovered("a set of categories that is not there")
        return {"kind": CATEGORICAL, "threshold": 0.0, "default_left": 0, "word": first, "words": last - first}

    def _count(self, node: int) -> float:
        leaves, nodes = self.covers
        return float(leaves[~node] if node < 0 else nodes[node])


def _joined(trees: Sequence[_Tree], features: int) -> Program:
    grown = [tree for tree in trees if tree.nodes]
    starts = np.cumsum([0, *(len(tree.nodes) for tree in grown)])
    first_words = np.cumsum([0, *(len(tree.words) for tree in grown)])
    points = np.array([tree.points for tree in grown], dtype=np.int64)
    first_weight = np.concatenate([[0], np.cumsum(points)]).astype(np.int64)
    rows = [row for tree in grown for row in tree.nodes]
    tree_of = np.repeat(np.arange(len(grown)), np.diff(starts))

    def column(name: str) -> Floats:
        return np.array([row[name] for row in rows], dtype=np.float64)

    def child(name: str) -> Ints:
        found = column(name).astype(np.int64)
        return np.where(found < 0, found, found + starts[tree_of])

    rise, fall, weight = _coefficients(column("z"), column("cover"), points[tree_of])
    return Program(
        features=features,
        base=float(sum(tree.base for tree in trees)),
        depth=max((tree.depth for tree in grown), default=0),
        most_points=int(points.max(initial=0)),
        starts=starts,
        points=points,
        first_weight=first_weight,
        weights=np.concatenate([_points(int(number))[1] for number in points]) if len(points) else np.empty(0),
        feature=column("feature").astype(np.int64),
        kind=column("kind").astype(np.int64),
        threshold=column("threshold"),
        default_left=column("default_left"),
        first_word=column("word").astype(np.int64) + first_words[tree_of],
        words=column("words").astype(np.int64),
        bits=np.array([word for tree in grown for word in tree.words], dtype=np.uint32),
        cover=column("cover"),
        depths=column("depth").astype(np.int64),
        side=column("side").astype(np.int64),
        left=child("left"),
        right=child("right"),
        left_value=column("left_value"),
        right_value=column("right_value"),
        first_point=np.concatenate([[0], np.cumsum(points[tree_of])])[:-1].astype(np.int64),
        rise=rise,
        fall=fall,
        weight=weight,
    )


def _points(number: int) -> tuple[Floats, Floats]:
    """Gauss–Legendre points and weights on [0, 1]; exact for polynomials of degree 2 · number − 1."""
    at, weight = np.polynomial.legendre.leggauss(number)
    return (at + 1) / 2, weight / 2


def _coefficients(z: Floats, cover: Floats, points: Ints) -> tuple[Floats, Floats, Floats]:
    """`rise`, `fall` and `weight` of each node at each of its points, one node's row after the other.

    rise = t / (t + z u), fall = z r u / (t + z u) − r, weight = z / (t + z u)², with u = 1 − t (see `tree_shap`).
    """
    if not len(z):
        return np.empty(0), np.empty(0), np.empty(0)
    at = {int(number): _points(int(number))[0] for number in np.unique(points)}
    t = np.concatenate([at[int(number)] for number in points])
    z_at, r_at = np.repeat(z, points), np.repeat(cover, points)
    under = t + z_at * (1 - t)
    return t / under, z_at * r_at * (1 - t) / under - r_at, z_at / under**2


def _numbers(words: str) -> Floats:
    return np.array(words.split(), dtype=np.float64)
