"""In a large company the folds of a fit share the bins of its rows; elsewhere each fold has its own."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from pipeline.dataset.splits import repeated_folds
from pipeline.model.blend import fit_blend
from pipeline.model.trees import boosting
from pipeline.model.trees.boosting import TINY, bins_of, try_trees

ROWS = 3_000


@pytest.fixture(scope="module")
def company() -> tuple[np.ndarray, np.ndarray]:
    """Two features of few values, so that rows of every fold have all of them; one matters."""
    random = np.random.default_rng(3)
    matrix = random.integers(0, 6, (ROWS, 2)).astype(float)
    return matrix, random.random(ROWS) < 0.05 + 0.06 * matrix[:, 0]


def test_shared_bins_give_the_same_trees_where_every_fold_has_all_values(
    company: tuple[np.ndarray, np.ndarray],
) -> None:
    matrix, left = company
    fold = (np.arange(0, ROWS, 2), np.arange(1, ROWS, 2))
    own = try_trees(matrix, left, fold, (), TINY, 1)
    shared = try_trees(matrix, left, fold, (), TINY, 1, binned=bins_of(matrix, (), TINY, 1))
    np.testing.assert_array_equal(shared.losses, own.losses)
    np.testing.assert_array_equal(shared.log_odds(matrix, 20), own.log_odds(matrix, 20))


@pytest.mark.parametrize(("stayers_kept", "matrices_binned"), [(0.5, 1), (1.0, 4)])
def test_a_sample_is_binned_once_and_all_rows_once_a_fold_and_once_for_the_fit(
    stayers_kept: float,
    matrices_binned: int,
    company: tuple[np.ndarray, np.ndarray],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    matrix, left = company
    binned: list[int] = []

    def counted(rows: np.ndarray, *arguments: Any, **more: Any) -> Any:
        binned.append(len(rows))
        return data(rows, *arguments, **more)

    data = boosting._data
    monkeypatch.setattr(boosting, "_data", counted)
    folds = list(repeated_folds(left, np.arange(ROWS), seed=1, repeats=1, folds=3))
    fit_blend(pl.DataFrame(matrix, schema=["overtime", "noise"]), left, folds, seed=1, stayers_kept=stayers_kept)
    assert len(binned) == matrices_binned
