"""Exact factors of boosted trees: path-dependent TreeSHAP by Gauss–Legendre quadrature, a block of rows at a time.

For one tree and one row, the SHAP value of feature j under path-dependent expectations (Lundberg et al., Nature Machine
Intelligence 2, 2020) is a sum over leaves ℓ of value v, whose path asks for some features, each once or more often:

    φ_j = Σ_ℓ v_ℓ (o_j − z_j) ∫₀¹ Π_{i ≠ j} (o_i t + z_i (1 − t)) dt

o_i is 1 where the row follows the path at every node that asks for i, else 0; z_i is the product of the cover shares at
these nodes. (The integral is Shapley's weighting of subsets: ∫ t^s (1 − t)^(k−1−s) dt = s! (k − 1 − s)! / k!.) The
integrand is a polynomial in t, of degree one less than the number k of different features on the path, so quadrature
with ⌈k / 2⌉ points is exact, and one pass down and up the tree serves all leaves.

At a node that asks for feature f, let o and z be f's share of the path above (1 and 1 where it is new), d whether the
row goes left, r the share of training rows that did, u = 1 − t, and P the product of all features' factors above, times
the quadrature weight. Going left multiplies f's factor o t + z u by

    ρ = (d t + z r u) / (t + z u)  where o = 1,  and  ρ = r  where o = 0

and going right by 1 − ρ, for the two factors add up to the one above. With H the sum of v times all factors further
down, the node gets from below H = H_right + ρ D with D = H_left − H_right, and gives to its feature

    φ_f += o z (d − r) Σ_points P D / (t + z u)²

A feature that is asked again on the path only takes up where it stood: nothing else is special about it, and since
t > 0 nothing is divided by zero. z, r and t do not depend on the row, so `tree_program` works out beforehand

    rise = t / (t + z u)      fall = z r u / (t + z u) − r      weight = z / (t + z u)²
    ρ = r + o (d rise + fall)
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import numba
import numpy as np
from numpy.typing import NDArray

from pipeline.parallel import cores, side_by_side
from pipeline.tree_program import CATEGORICAL, MISSING_IS_NAN, MISSING_IS_ZERO, Program

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bits = NDArray[np.uint32]
Function = TypeVar("Function", bound=Callable[..., Any])

BLOCK: Final = 64
"""Rows that go through a tree together: wide enough that the loops over them outweigh what surrounds each loop, and
narrow enough for their buffers to stay in a core's caches."""
_ZERO: Final = 1e-35
"""LightGBM's kZeroThreshold: what is no further from 0 counts as 0."""
_LEAST_ROWS_A_THREAD: Final = 4 * BLOCK


def _compiled(function: Function) -> Function:
    """Compile at the first call; numba keeps it on disk or, where no folder can be written, in the process."""
    options: dict[str, Any] = {
        "nogil": True,
        "error_model": "numpy",
        "boundscheck": False,  # `tree_program` has checked
        "fastmath": {"contract"},  # more would break the decisions about NaN
    }
    try:
        return numba.njit(cache=True, **options)(function)  # type: ignore[no-any-return]
    except RuntimeError:
        return numba.njit(**options)(function)  # type: ignore[no-any-return]


def shares(program: Program, matrix: Floats) -> Floats:
    """Each feature's share of the trees' output (n, features) for encoded rows (n, features); NaN is missing.

    `program.base` plus a row's shares is its output, to rounding. Accumulates in float64; many rows are shared out to
    the cores there are, and the same rows give the same bytes on any number of them.
    """
    rows = len(matrix)
    out = np.zeros((rows, program.features))
    if not rows or not len(program.feature):
        return out
    matrix = np.ascontiguousarray(matrix, dtype=np.float64)
    parts = max(1, min(cores(), rows // _LEAST_ROWS_A_THREAD))
    edges = [BLOCK * round(rows / BLOCK * part / parts) for part in range(parts)] + [rows]

    def explain(part: int) -> None:
        some = slice(edges[part], edges[part + 1])
        _explain(matrix[some], out[some], *(getattr(program, name) for name in _PARAMETERS))

    side_by_side(explain, range(parts))
    return out


_PARAMETERS: Final = (
    "depth most_points starts points first_weight weights feature kind threshold default_left first_word words bits "
    "cover depths side left right left_value right_value first_point rise fall weight"
).split()
"""The program in the order of the kernel's parameters."""


@_compiled
def _explain(
    matrix: Floats,
    out: Floats,
    depth: int,
    most_points: int,
    starts: Ints,
    points: Ints,
    first_weight: Ints,
    weights: Floats,
    feature: Ints,
    kind: Ints,
    threshold: Floats,
    default_left: Floats,
    first_word: Ints,
    words: Ints,
    bits: Bits,
    cover: Floats,
    depths: Ints,
    side: Ints,
    left: Ints,
    right: Ints,
    left_value: Floats,
    right_value: Floats,
    first_point: Ints,
    rise: Floats,
    fall: Floats,
    weight: Floats,
) -> None:
    """Add the shares of all trees to `out`, block by block.

    A node is met three times: from above (n), between its sides (n + nodes), and from below (n + 2 nodes).
    """
    rows, features = matrix.shape
    width, nodes = min(BLOCK, rows), len(feature)
    x, phi = np.zeros((features, width)), np.zeros((features, width))
    follows = np.ones((features, width))  # o: whether the row follows the path at every node that asked for a feature
    before, goes = np.zeros((depth + 1, width)), np.zeros((depth + 1, width))  # o as it stood above a node, and d
    product = np.zeros((depth + 1, most_points, width))  # P
    ratio = np.zeros((depth + 1, most_points, width))  # ρ
    below = np.zeros((depth + 1, 2, most_points, width))  # H of a node, on the left or right of the one above
    total, stack = np.zeros(width), np.zeros(depth + 1, np.int64)
    for first in range(0, rows, width):
        size = min(width, rows - first)
        x[:, :size] = matrix[first : first + size].T
        phi[:] = 0.0
        for tree in range(len(starts) - 1):
            number = points[tree]
            for q in range(number):
                product[0, q, :] = weights[first_weight[tree] + q]
            top = 0
            stack[0] = starts[tree]
            while top >= 0:
                step = stack[top] // nodes
                n = stack[top] % nodes
                k, f = depths[n], feature[n]
                a = slice(first_point[n], first_point[n] + number)
                child = -1
                if step == 0:
                    some = bits[first_word[n] : first_word[n] + words[n]]
                    _decide(x[f], kind[n], threshold[n], default_left[n], some, goes[k])
                    _enter(follows[f], goes[k], before[k])
                    _rho(before[k], goes[k], cover[n], rise[a], fall[a], ratio[k])
                    child = left[n]
                    if child >= 0:
                        _down_left(product[k], ratio[k], product[k + 1], number)
                    else:
                        below[k + 1, 0, :number, :] = left_value[n]
                elif step == 1:
                    _turn(before[k], goes[k], follows[f])
                    child = right[n]
                    if child >= 0:
                        _down_right(product[k], ratio[k], product[k + 1], number)
                    else:
                        below[k + 1, 1, :number, :] = right_value[n]
                else:
                    _up(
                        product[k], ratio[k], below[k + 1], below[k, side[n]], weight[a],
                        before[k], goes[k], cover[n], total, phi[f],
                    )  # fmt: skip
                    _leave(before[k], follows[f])
                    top -= 1
                    continue
                stack[top] += nodes
                if child >= 0:
                    top += 1
                    stack[top] = child
        out[first : first + size] += phi[:, :size].T


@_compiled
def _decide(values: Floats, kind: int, threshold: float, default_left: float, words: Bits, d: Floats) -> None:
    """d: 1 for the rows that go left, as LightGBM decides."""
    if kind == CATEGORICAL:
        for j in range(len(d)):
            d[j] = 0.0
            if values[j] >= 0.0 and values[j] < 32.0 * len(words):  # neither NaN nor a category never seen
                category = np.int64(values[j])
                d[j] = (words[category >> 5] >> np.uint32(category & 31)) & np.uint32(1)
    elif kind == MISSING_IS_NAN:
        for j in range(len(d)):
            d[j] = default_left if values[j] != values[j] else (1.0 if values[j] <= threshold else 0.0)
    elif kind == MISSING_IS_ZERO:
        for j in range(len(d)):
            is_missing = values[j] != values[j] or (values[j] > -_ZERO and values[j] <= _ZERO)
            d[j] = default_left if is_missing else (1.0 if values[j] <= threshold else 0.0)
    else:
        for j in range(len(d)):
            d[j] = 1.0 if (0.0 if values[j] != values[j] else values[j]) <= threshold else 0.0


@_compiled
def _enter(follows: Floats, d: Floats, before: Floats) -> None:
    """Keep o as it stood, and follow to the left."""
    for j in range(len(d)):
        before[j] = follows[j]
        follows[j] = before[j] * d[j]


@_compiled
def _turn(before: Floats, d: Floats, follows: Floats) -> None:
    """Follow to the right."""
    for j in range(len(d)):
        follows[j] = before[j] - before[j] * d[j]


@_compiled
def _leave(before: Floats, follows: Floats) -> None:
    """Put o back as it stood."""
    for j in range(len(before)):
        follows[j] = before[j]


@_compiled
def _rho(o: Floats, d: Floats, r: float, rise: Floats, fall: Floats, ratio: Floats) -> None:
    """ρ = r + o (d rise + fall), at each point."""
    for q in range(len(rise)):
        rho, a, b = ratio[q], rise[q], fall[q]
        for j in range(len(o)):
            rho[j] = r + o[j] * (d[j] * a + b)


@_compiled
def _down_left(product: Floats, ratio: Floats, down: Floats, number: int) -> None:
    """P ρ, at each point."""
    for q in range(number):
        p, rho, to = product[q], ratio[q], down[q]
        for j in range(len(p)):
            to[j] = p[j] * rho[j]


@_compiled
def _down_right(product: Floats, ratio: Floats, down: Floats, number: int) -> None:
    """P (1 − ρ), at each point."""
    for q in range(number):
        p, rho, to = product[q], ratio[q], down[q]
        for j in range(len(p)):
            to[j] = p[j] - p[j] * rho[j]


@_compiled
def _up(
    product: Floats,
    ratio: Floats,
    sides: Floats,
    above: Floats,
    weight: Floats,
    o: Floats,
    d: Floats,
    r: float,
    total: Floats,
    phi: Floats,
) -> None:
    """H = H_right + ρ D, and φ += o (d − r) Σ weight P D; `total` is room for the sum."""
    for j in range(len(o)):
        total[j] = 0.0
    for q in range(len(weight)):
        p, rho, h_left, h_right, h, c = product[q], ratio[q], sides[0, q], sides[1, q], above[q], weight[q]
        for j in range(len(o)):
            difference = h_left[j] - h_right[j]
            h[j] = h_right[j] + rho[j] * difference
            total[j] += c * p[j] * difference
    for j in range(len(o)):
        phi[j] += o[j] * (d[j] - r) * total[j]
