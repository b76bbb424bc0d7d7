"""The kernel gives LightGBM's own contributions, and refuses what it does not cover."""

import lightgbm
import numpy as np
import pytest

from pipeline.tree_program import NotCovered, tree_program
from pipeline.tree_shap import shares


def forest(seed: int, **settings: object) -> tuple[lightgbm.Booster, np.ndarray]:
    random = np.random.default_rng(seed)
    rows = random.normal(size=(600, 6))
    rows[:, 4], rows[:, 5] = random.integers(0, 70, 600), random.integers(0, 4, 600)
    rows[random.random(rows.shape) < 0.1] = np.nan
    rows[random.random(rows.shape) < 0.1] = 0
    left = np.nan_to_num(rows[:, 0] * rows[:, 1]) + np.nan_to_num(rows[:, 4]) % 7 / 4 + random.normal(size=600) > 1
    base = {"objective": "binary", "min_data_in_leaf": 5, "min_data_per_group": 5, "num_threads": 1, "verbose": -1}
    data = lightgbm.Dataset(rows, left.astype(int), categorical_feature=[4, 5])
    asked = rows.copy()
    for value in (np.inf, -np.inf, -3.0, 1e-36, 1e12):
        asked[random.random(asked.shape) < 0.03] = value
    asked[:, 4] += random.integers(0, 3, 600) * 40
    return lightgbm.train({**base, "seed": seed, **settings}, data, 15), asked


@pytest.mark.parametrize("missing", [{}, {"zero_as_missing": True}, {"use_missing": False}])
@pytest.mark.parametrize("leaves", [2, 8, 31])
def test_shares_are_those_of_pred_contrib(leaves: int, missing: dict[str, bool]) -> None:
    booster, rows = forest(leaves, num_leaves=leaves, **missing)
    expected = np.asarray(booster.predict(rows, pred_contrib=True))
    program = tree_program(booster.model_to_string())
    np.testing.assert_allclose(shares(program, rows), expected[:, :-1], rtol=1e-6, atol=1e-12)
    assert program.base == pytest.approx(expected[0, -1], rel=1e-12)


def test_base_and_shares_sum_to_the_log_odds_on_deep_trees() -> None:
    booster, rows = forest(3, num_leaves=200, min_data_in_leaf=1)
    program = tree_program(booster.model_to_string())
    whole = program.base + shares(program, rows).sum(axis=1)
    np.testing.assert_allclose(whole, booster.predict(rows, raw_score=True), rtol=0, atol=1e-10)


@pytest.mark.parametrize(
    "settings", [{"linear_tree": True}, {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.5}]
)
def test_trees_that_the_kernel_does_not_cover_are_refused(settings: dict[str, object]) -> None:
    booster, _ = forest(1, num_leaves=8, **settings)
    with pytest.raises(NotCovered):
        tree_program(booster.model_to_string())
