"""Which rows a large company learns from: all leavers, and a random sample of stayers.

Case-control sampling: leavers are rare, so nearly all that can be learned is in their rows and in a few times as many
rows of stayers. The sample depends on the outcome only, so by Bayes' rule the odds in it are those of everyone over the
share of stayers kept, whatever the model: adding the logarithm of that share to the log-odds is exact (King and Zeng,
Logistic regression in rare events data, Political Analysis 9, 2001, § 4.1). Test rows are never sampled.
"""

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from pipeline.dataset.splits import Rows


@dataclass(frozen=True)
class SampleOfStayers:
    """Rows to learn from, ascending, and the share of the rows of stayers that is among them."""

    rows: Rows
    stayers_kept: float = 1.0


def sample_of_stayers(
    rows: Rows, left: NDArray[np.bool_], most_stayers: int, seed: int, quick: bool = False
) -> SampleOfStayers:
    """All `rows` whose person left (`left` is of all rows), and at most `most_stayers` others, drawn at random.

    If there are more, a quick run draws half as many. Every row has one number for all samples with a seed, and the
    lowest are drawn: what two samples have in common is as much as can be, and has to be in memory once.
    """
    stayers = rows[~left[rows]]
    if len(stayers) <= most_stayers:
        return SampleOfStayers(rows)
    number = np.random.default_rng(seed).random(len(left))
    size = max(1, most_stayers // 2) if quick else most_stayers
    drawn = stayers[np.argpartition(number[stayers], size)[:size]]
    return SampleOfStayers(np.sort(np.concatenate([rows[left[rows]], drawn])), size / len(stayers))


def random_rows(rows: Rows, most: int, seed: int) -> Rows:
    """The rows, or `most` of them where they are more, drawn at random whatever their outcome, ascending."""
    return rows if len(rows) <= most else np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))


def shift_of(stayers_kept: float) -> float:
    """What is added to log-odds that were learned from a sample: ln(share of stayers kept), 0 without a sample."""
    return log(stayers_kept)
