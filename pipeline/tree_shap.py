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

import os
from collections.abc import Callable
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pipeline.parallel import side_by_side
from pipeline.tree_program import CATEGORICAL, MISSING_IS_NAN, MISSING_IS_ZERO, Program

Floats = NDArray[np.float64]

BLOCK: Final = 64
"""Rows that go through a tree together; wide enough that the loops over them outweigh what surrounds each loop."""
_ZERO: Final = 1e-35
"""LightGBM's kZeroThreshold: what is no further from 0 counts as 0."""
_LEAST_ROWS_A_THREAD: Final = 8 * BLOCK


def shares(program: Program, matrix: Floats) -> Floats:
    """Each feature's share of the trees' output (n, features) for encoded rows (n, features); NaN is missing.

    `program.base` plus a row's shares is its output, to rounding. Accumulates in float64, on the cores there are.
    """
    rows = len(matrix)
    out = np.zeros((rows, program.features))
    if not rows or not len(program.feature):
        return out
    matrix = np.ascontiguousarray(matrix, dtype=np.float64)
    threads = max(1, min(os.cpu_count() or 1, rows // _LEAST_ROWS_A_THREAD))
    edges = [BLOCK * round(rows / BLOCK * part / threads) for part in range(threads)] + [rows]

    def play(part: int) -> None:
        some = slice(edges[part], edges[part + 1])
        _kernel()(matrix[some], out[some], *_arguments(program))

    side_by_side(play, range(threads))
    return out


def _arguments(program: Program) -> tuple[Any, ...]:
    """The program in the order of the kernel's parameters."""
    return tuple(getattr(program, name) for name in _PARAMETERS)


_PARAMETERS: Final = (
    "depth most_points starts points first_weight weights feature kind threshold default_left first_word words bits "
    "cover depths side left right left_value right_value first_point rise fall weight"
).split()


@cache
def _kernel() -> Callable[..., None]:
    """The compiled kernel. It is kept on disk, by numba, where some folder can be written; else compiled by each process."""
    import numba  # takes half a second, which only explaining needs

    options = {"nogil": True, "error_model": "numpy", "boundscheck": False, "fastmath": {"contract"}}
    functions = {}
    for cached in (True, False):
        try:
            functions = {function: numba.njit(cache=cached, **options)(function) for function in (_explain,)}
            break
        except RuntimeError:  # no folder for the cache
            continue
    return functions[_explain]


def _explain(
    matrix, out, depth, most_points, starts, points, first_weight, weights, feature, kind, threshold, default_left,
    first_word, words, bits, cover, depths, side, left, right, left_value, right_value, first_point, rise, fall, weight,
):  # fmt: skip
    """Add the shares of all trees to `out`, block by block. What numba compiles: plain loops over plain arrays."""
    rows, features = matrix.shape
    width = min(BLOCK, rows)
    x = np.zeros((features, width))
    phi = np.zeros((features, width))
    follows = np.ones((features, width))  # o: whether the row follows the path at every node that asked for a feature
    before = np.zeros((depth + 1, width))  # o as it stood above a node
    goes = np.zeros((depth + 1, width))  # d
    product = np.zeros((depth + 1, most_points, width))  # P
    ratio = np.zeros((depth + 1, most_points, width))  # ρ
    below = np.zeros((depth + 1, 2, most_points, width))  # H of a node at a depth, on the left or right of its parent
    stack = np.zeros(2 * depth + 2, np.int64)
    total = np.zeros(width)
    for first in range(0, rows, width):
        size = min(width, rows - first)
        for j in range(size):
            for f in range(features):
                x[f, j] = matrix[first + j, f]
        phi[:] = 0.0
        for tree in range(len(starts) - 1):
            number = points[tree]
            for q in range(number):
                product[0, q, :] = weights[first_weight[tree] + q]
            # A node is met three times: from above (n), between its sides (n + nodes), and from below (n + 2 nodes).
            nodes = len(feature)
            top = 0
            stack[0] = starts[tree]
            while top >= 0:
                step = stack[top] // nodes
                n = stack[top] - step * nodes
                k = depths[n]
                f = feature[n]
                r = cover[n]
                d = goes[k]
                o = before[k]
                if step == 0:
                    values = x[f]
                    if kind[n] == CATEGORICAL:
                        for j in range(width):
                            value = values[j]
                            d[j] = 0.0
                            if value >= 0.0 and value < 32.0 * words[n]:
                                c = np.int64(value)
                                d[j] = (bits[first_word[n] + (c >> 5)] >> (c & 31)) & 1
                    elif kind[n] == MISSING_IS_NAN:
                        for j in range(width):
                            value = values[j]
                            d[j] = default_left[n] if value != value else (1.0 if value <= threshold[n] else 0.0)
                    elif kind[n] == MISSING_IS_ZERO:
                        for j in range(width):
                            value = values[j]
                            is_missing = value != value or (value > -_ZERO and value <= _ZERO)
                            d[j] = default_left[n] if is_missing else (1.0 if value <= threshold[n] else 0.0)
                    else:
                        for j in range(width):
                            value = values[j]
                            d[j] = 1.0 if (0.0 if value != value else value) <= threshold[n] else 0.0
                    now = follows[f]
                    for j in range(width):
                        o[j] = now[j]
                        now[j] = o[j] * d[j]
                    for q in range(number):
                        a = rise[first_point[n] + q]
                        b = fall[first_point[n] + q]
                        rho = ratio[k, q]
                        for j in range(width):
                            rho[j] = r + o[j] * (d[j] * a + b)
                        if left[n] >= 0:
                            p = product[k, q]
                            down = product[k + 1, q]
                            for j in range(width):
                                down[j] = p[j] * rho[j]
                        else:
                            below[k + 1, 0, q, :] = left_value[n]
                    stack[top] = n + nodes
                    if left[n] >= 0:
                        top += 1
                        stack[top] = left[n]
                elif step == 1:
                    now = follows[f]
                    for j in range(width):
                        now[j] = o[j] - o[j] * d[j]
                    for q in range(number):
                        if right[n] >= 0:
                            p = product[k, q]
                            rho = ratio[k, q]
                            down = product[k + 1, q]
                            for j in range(width):
                                down[j] = p[j] - p[j] * rho[j]
                        else:
                            below[k + 1, 1, q, :] = right_value[n]
                    stack[top] = n + 2 * nodes
                    if right[n] >= 0:
                        top += 1
                        stack[top] = right[n]
                else:
                    for j in range(width):
                        total[j] = 0.0
                    for q in range(number):
                        p = product[k, q]
                        rho = ratio[k, q]
                        h_left = below[k + 1, 0, q]
                        h_right = below[k + 1, 1, q]
                        h = below[k, side[n], q]
                        c = weight[first_point[n] + q]
                        for j in range(width):
                            difference = h_left[j] - h_right[j]
                            h[j] = h_right[j] + rho[j] * difference
                            total[j] += c * p[j] * difference
                    now = follows[f]
                    mine = phi[f]
                    for j in range(width):
                        mine[j] += o[j] * (d[j] - r) * total[j]
                        now[j] = o[j]
                    top -= 1
        for j in range(size):
            for f in range(features):
                out[first + j, f] += phi[f, j]
