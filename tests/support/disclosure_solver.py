"""A solver for figures of few people: which weighted sum of published sums depends on fewer than five of them."""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

FEWEST = 5
_ZERO = 1e-7


def revealed(sums: list[NDArray[np.float64]]) -> list[int] | None:
    """One to four people on whom a combination of the sums depends, and on nobody else; None if there are none.

    sums: for each published sum the weight of each person. A combination that depends on a set of people alone exists
    if, and only if, the set's rows of the sums' null space are linearly dependent. Rows of length one that are
    dependent have one row whose cosines with the others add up to one or more (Gershgorin), so only sets with such a
    row are tried.
    """
    matrix = np.array(sums)
    matrix = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    _, strengths, directions = np.linalg.svd(matrix)
    free = directions[int((strengths > _ZERO).sum()) :].T
    lengths = np.linalg.norm(free, axis=1)
    if (alone := np.flatnonzero(lengths < _ZERO)).size:
        return alone[:1].tolist()
    rows = free / lengths[:, None]
    cosines = rows @ rows.T
    size = np.abs(cosines - np.eye(len(rows)))
    largest = np.sort(size, axis=1)[:, ::-1]
    for person in np.flatnonzero(largest[:, : FEWEST - 2].sum(axis=1) > 1 - _ZERO):
        others = np.delete(np.arange(len(rows)), person)
        near = others[size[person, others] > 1 - largest[person, : FEWEST - 3].sum() - _ZERO]
        for number in range(1, FEWEST - 1):
            sets = np.array([(person, *few) for few in combinations(near, number)])
            if not len(sets):
                continue
            least = np.linalg.eigvalsh(cosines[sets[:, :, None], sets[:, None, :]])[:, 0]
            if least.min() < _ZERO:
                return sorted(sets[int(least.argmin())].tolist())
    return None
