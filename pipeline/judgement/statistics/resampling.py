"""The clustered bootstrap: people are drawn with replacement and bring all their rows (Davison and Hinkley, Bootstrap
Methods, 1997, § 3.8), so intervals allow for the similarity of one person's rows."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.judgement.statistics.figures import Bounded

Floats = NDArray[np.float64]

RESAMPLES: Final = 500
COVERAGE: Final = 0.95
_BLOCK_CELLS: Final = 1_000_000
_BLOCK_SUMS: Final = 4_000_000
_LEAST_DEFINED: Final = 0.5
"""An interval is given if the figure is defined in at least this share of the resamples."""


def drawn_people(people: int, rows: int, seed: int, resamples: int) -> Iterator[Floats]:
    """How often each person is drawn, (block, people), in blocks small enough to hold a weight for each of `rows`."""
    random = np.random.default_rng(seed)
    size = max(1, _BLOCK_CELLS // max(rows, 1))
    for start in range(0, resamples, size):
        block = min(size, resamples - start)
        cells = random.integers(0, max(people, 1), (block, people)) + people * np.arange(block)[:, None]
        yield np.bincount(cells.ravel(), minlength=block * people).reshape(block, people).astype(np.float64)


def drawn_sums(by_person: Floats, seed: int, resamples: int) -> Floats:
    """Sums over the people of each resample, (resamples, sums), of what each person adds (people, sums).

    The counts come from one multinomial draw per resample: the same distribution as `drawn_people`, but another stream
    of random numbers, on which the figures of earlier reports depend.
    """
    people = len(by_person)
    random, block = np.random.default_rng(seed), max(1, _BLOCK_SUMS // people)
    drawn = [
        random.multinomial(people, np.full(people, 1 / people), min(block, resamples - start)) @ by_person
        for start in range(0, resamples, block)
    ]
    return np.concatenate(drawn)


def percentile_interval(
    value: float, drawn: Floats, coverage: float = COVERAGE, *, is_recentred: bool = False
) -> Bounded:
    """The value with the percentiles of its resamples (n,), undefined ones left out.

    The bounds are NaN if the value is not defined, or if fewer than half of the resamples are. `is_recentred` is for a
    figure to which each resample adds noise: the resamples are re-centred on the value and clipped at 0.
    """
    defined = drawn[np.isfinite(drawn)]
    if not np.isfinite(value) or len(defined) < _LEAST_DEFINED * len(drawn):
        return Bounded(float(value))
    if is_recentred:
        defined = np.maximum(defined - defined.mean() + value, 0.0)
    low, high = np.quantile(defined, [(1 - coverage) / 2, (1 + coverage) / 2])
    return Bounded(float(value), float(low), float(high))
