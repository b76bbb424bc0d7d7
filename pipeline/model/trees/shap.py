"""Exact factors of boosted trees: path-dependent TreeSHAP by Gauss–Legendre quadrature, a block of rows at a time.

For one tree and one row, the SHAP value of feature j under path-dependent expectations (Lundberg et al., Nature Machine
Intelligence 2, 2020) is a sum over leaves ℓ of value v, whose path asks for some features, each once or more often:

    φ_j = Σ_ℓ v_ℓ (o_j − z_j) ∫₀¹ Π_{i ≠ j} (o_i t + z_i (1 − t)) dt

o_i is 1 where the row follows the path at every node that asks for i, else 0; z_i is the product of the cover shares at
these nodes. (The integral is Shapley's weighting of subsets: ∫ t^s (1 − t)^(k−1−s) dt = s! (k − 1 − s)! / k!.) The
integrand is a polynomial in t, of degree one less than the number k of different features on the path, so quadrature
with ⌈k / 2⌉ points is exact, and one pass down and up the tree serves all leaves.

At a node that asks for feature f, let o and z be f's share of the path above (1 and 1 where it is new), d whether the
row goes to the first of its two sides, r the share of training rows that did, u = 1 − t, and P the product of all
features' factors above, times the quadrature weight. Going to the first side multiplies f's factor o t + z u by

    ρ = (d t + z r u) / (t + z u)  where o = 1,  and  ρ = r  where o = 0

and going to the second by 1 − ρ, for the two factors add up to the one above. With H the sum of v times all factors
further down, the node gets from below H = H₂ + ρ D with D = H₁ − H₂, and gives to its feature

    φ_f += o z (d − r) Σ_points P D / (t + z u)²

A feature that occurs again on the path continues from its values so far; since t > 0 nothing is divided by zero.
z, r and t do not depend on the row, so `tree_program` precomputes

    rise = t / (t + z u)      fall = z r u / (t + z u) − r      weight = z / (t + z u)²
    ρ = r + o (d rise + fall)

Every value that depends on the row is a SIMD vector of 16 rows (`simd.Lanes`).
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.engine.compiled import compiled
from pipeline.model.trees.parallel import cores, in_parallel
from pipeline.model.trees.program import CATEGORIES, ENTER, LEAVE, LEAVE_LEAF, LIMIT_OR_ZERO, TURN, TWO_LEAVES, Program
from pipeline.model.trees.simd import LANES, every, load, store, where_known, without_zeros

Floats = NDArray[np.float64]
Bits = NDArray[np.uint32]

_ZERO: Final = 1e-35
"""LightGBM's kZeroThreshold: values this close to 0 count as 0."""
_LEAST_ROWS_A_THREAD: Final = 16 * LANES


_compiled: Final = compiled(
    error_model="numpy",
    boundscheck=False,  # `tree_program` has checked
    fastmath={"contract"},  # more would break the decisions about NaN
)


def shares(program: Program, matrix: Floats) -> Floats:
    """Each feature's share of the trees' output (n, features) for encoded rows (n, features); NaN is missing.

    `program.base` plus a row's shares is its output, to rounding. Accumulates in float64; many rows are divided
    among the cores, and the same rows give the same bytes on any number of them.
    """
    rows = len(matrix)
    out = np.zeros((rows, program.features))
    matrix = np.ascontiguousarray(matrix, dtype=np.float64)
    parts = max(1, min(cores(), rows // _LEAST_ROWS_A_THREAD))
    edges = [LANES * round(rows / LANES * part / parts) for part in range(parts)] + [rows]

    def explain(part: int) -> None:
        some = slice(edges[part], edges[part + 1])
        _explain(
            matrix[some], out[some], program.depth, program.most_points,
            program.trees, program.steps, program.nodes, program.table, program.weights, program.bits,
        )  # fmt: skip

    if parts == 1:
        explain(0)
    else:
        in_parallel(explain, range(parts))
    return out


@_compiled
def _explain(
    matrix: Floats,
    out: Floats,
    depth: int,
    most_points: int,
    trees: Any,
    steps: Any,
    nodes: Any,
    table: Any,
    weights: Floats,
    bits: Bits,
) -> None:
    """Add the shares of all trees to `out`, 16 rows after 16 rows.

    Buffers have a place for each depth, of one or `most_points` lanes; `below` has two of these, for H of either side.
    """
    rows, features = matrix.shape
    level = most_points * LANES
    x, phi = np.zeros(features * LANES), np.zeros(features * LANES)
    follows = np.ones(features * LANES)  # o: whether the row follows the path at every node that asked for a feature
    before, goes = np.zeros(depth * LANES), np.zeros(depth * LANES)  # o as it stood above a node, and d
    product, ratio = np.zeros((depth + 1) * level), np.zeros((depth + 1) * level)  # P and ρ
    below = np.zeros(2 * (depth + 1) * level)  # H
    for top in range(0, rows, LANES):
        size = min(LANES, rows - top)
        for f in range(features):
            for j in range(size):
                x[f * LANES + j] = matrix[top + j, f]
        phi[:] = 0.0
        for tree in trees:
            for q in range(tree.points):
                store(product, q * LANES, every(weights[tree.first_weight + q]))
            for s in range(tree.first_step, tree.last_step):
                what, node = steps[s].what, nodes[steps[s].node]
                f, k = node.feature * LANES, node.depth * LANES
                if what in (ENTER, TWO_LEAVES):
                    o, d = load(follows, f), _first_side(x, f, node, bits, goes, k)
                else:
                    o, d = load(before, k), load(goes, k)
                if what == ENTER:
                    store(before, k, o)
                    store(goes, k, d)
                    store(follows, f, o * d)
                    _enter(o, d, tree, node, table, ratio, product, level)
                elif what == TURN:
                    store(follows, f, o - o * d)
                    _turn(tree, node, ratio, product, level)
                else:
                    if what == LEAVE:
                        total = _leave(tree, node, table, ratio, product, below, level)
                    elif what == LEAVE_LEAF:
                        total = _leave_leaf(tree, node, table, ratio, product, below, level)
                    else:
                        total = _two_leaves(o, d, tree, node, table, product, below, level)
                    store(phi, f, load(phi, f) + o * (d - node.share) * total)
                    store(follows, f, o)
        for f in range(features):
            for j in range(size):
                out[top + j, f] += phi[f * LANES + j]


@_compiled
def _first_side(x: Floats, f: int, node: Any, bits: Bits, room: Floats, k: int) -> Any:
    """d: 1 for the rows that go to the node's first side, as LightGBM decides; `room` holds 16 numbers from k on."""
    values = load(x, f)
    if node.kind == CATEGORIES:
        for j in range(LANES):
            value, side = x[f + j], node.right
            if value >= 0.0 and value < 32.0 * node.words:  # neither NaN nor a category never seen
                category = np.int64(value)
                word = bits[node.first_word + (category >> 5)]
                if (word >> np.uint32(category & 31)) & np.uint32(1):
                    side = node.left
            room[k + j] = side
        return load(room, k)
    if node.kind == LIMIT_OR_ZERO:
        values = without_zeros(values, -_ZERO, _ZERO)
    return where_known(values, node.threshold, node.left, node.right, node.missing)


@_compiled
def _enter(o: Any, d: Any, tree: Any, node: Any, table: Any, ratio: Floats, product: Floats, level: int) -> None:
    """ρ = r + o (d rise + fall), and P ρ goes down to the first side."""
    for q in range(tree.points):
        at, point = node.depth * level + q * LANES, table[node.first_point + q]
        rho = o * (d * point.rise + point.fall) + node.share
        store(ratio, at, rho)
        store(product, at + level, load(product, at) * rho)


@_compiled
def _turn(tree: Any, node: Any, ratio: Floats, product: Floats, level: int) -> None:
    """P (1 − ρ) goes down to the second side."""
    for q in range(tree.points):
        at = node.depth * level + q * LANES
        p = load(product, at)
        store(product, at + level, p - p * load(ratio, at))


@_compiled
def _leave(tree: Any, node: Any, table: Any, ratio: Floats, product: Floats, below: Floats, level: int) -> Any:
    """H = H₂ + ρ D goes up; the sum of weight P D."""
    total, above, sides = every(0.0), _of_side(node.depth, node.side, level), _of_side(node.depth + 1, 0, level)
    for q in range(tree.points):
        at = node.depth * level + q * LANES
        second = load(below, sides + level + q * LANES)
        difference = load(below, sides + q * LANES) - second
        store(below, above + q * LANES, load(ratio, at) * difference + second)
        total = total + load(product, at) * table[node.first_point + q].weight * difference
    return total


@_compiled
def _leave_leaf(tree: Any, node: Any, table: Any, ratio: Floats, product: Floats, below: Floats, level: int) -> Any:
    """The same where the second side is a leaf."""
    total, above, first = every(0.0), _of_side(node.depth, node.side, level), _of_side(node.depth + 1, 0, level)
    for q in range(tree.points):
        at = node.depth * level + q * LANES
        difference = load(below, first + q * LANES) - node.second
        store(below, above + q * LANES, load(ratio, at) * difference + node.second)
        total = total + load(product, at) * table[node.first_point + q].weight * difference
    return total


@_compiled
def _two_leaves(o: Any, d: Any, tree: Any, node: Any, table: Any, product: Floats, below: Floats, level: int) -> Any:
    """The same where both are: D is a number, and ρ is needed once."""
    total, above, difference = every(0.0), _of_side(node.depth, node.side, level), node.first - node.second
    for q in range(tree.points):
        point = table[node.first_point + q]
        rho = o * (d * point.rise + point.fall) + node.share
        store(below, above + q * LANES, rho * difference + node.second)
        total = total + load(product, node.depth * level + q * LANES) * point.weight
    return total * difference


@_compiled
def _of_side(depth: int, side: int, level: int) -> int:
    """Where H of a node lies in `below`, by its depth and by which side of the node above it is."""
    return (2 * depth + side) * level
