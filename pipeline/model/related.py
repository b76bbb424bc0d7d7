"""Correlated features, whose factors are shown together.

TreeSHAP splits the effect of correlated features between them by convention; only their sum has a meaning.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.score_record import Factor

ALIKE: Final = 0.8
"""Least absolute rank correlation of two features that are shown together."""
FEWEST_ROWS: Final = 50
"""With fewer people, any two features may look correlated."""
MOST_ROWS: Final = 10_000


def related(features: pl.DataFrame, drivers: Mapping[str, str]) -> dict[str, str]:
    """For each related feature the first feature of its group; a feature without related ones is left out.

    `features` (n rows) are those of the people who are scored, in the order of the model; a group is joined by pairs
    of numbers of one driver whose rank correlation (Spearman) is at least `ALIKE` in absolute terms. An unknown value
    gets the mean rank.
    """
    numbers = [name for name, dtype in features.schema.items() if dtype.is_numeric()]
    if features.height < FEWEST_ROWS or not numbers:
        return {}
    rows = features.select(numbers).gather_every(-(-features.height // MOST_ROWS))
    ranks = rows.select(pl.all().cast(pl.Float64).rank().fill_null(strategy="mean")).to_numpy()
    centred = ranks - ranks.mean(axis=0)
    length = np.linalg.norm(centred, axis=0)
    alike = np.abs(centred.T @ centred) >= ALIKE * np.outer(length, length)
    of_driver = np.array([drivers[name] for name in numbers])
    is_joined = alike & (of_driver[:, None] == of_driver) & (length > 0) & (length[:, None] > 0)
    group = _groups(is_joined)
    members = np.bincount(group)
    first = {int(number): name for name, number in zip(reversed(numbers), reversed(group), strict=True)}
    return {name: first[int(number)] for name, number in zip(numbers, group, strict=True) if members[number] > 1}


def _groups(is_joined: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The group (n,) of each of n features that are joined by pairs: the number of its first feature."""
    own = np.arange(len(is_joined))
    is_joined = is_joined | (own[:, None] == own)
    while True:
        first = np.where(is_joined, own, len(own)).min(axis=1)
        if np.array_equal(first, own):
            return own
        own = first


def together(factors: Iterable[Factor], about: Mapping[str, Mapping[str, Any]]) -> list[Factor]:
    """A person's factors, related ones next to each other: the largest group first, and in it the largest factor."""
    groups: dict[str, list[Factor]] = defaultdict(list)
    for factor in factors:
        groups[about[factor.feature].get("related") or factor.feature].append(factor)
    weight = {name: abs(sum(factor.contribution for factor in group)) for name, group in groups.items()}
    return [
        factor
        for name in sorted(groups, key=lambda name: (-weight[name], name))
        for factor in sorted(groups[name], key=lambda factor: (-abs(factor.contribution), factor.feature))
    ]
