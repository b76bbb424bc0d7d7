"""The kernel gives LightGBM's own contributions, and refuses what it does not support."""

import logging
from collections.abc import Callable

import lightgbm
import numpy as np
import pytest
from examples import at_most
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.model.trees.boosting import Trees, compiled
from pipeline.model.trees.program import NotCovered, Program, compile_trees
from pipeline.model.trees.shap import shares
from pipeline.model.trees.shap_of_few import shares as shares_of_few

Shares = Callable[[Program, np.ndarray], np.ndarray]
BOTH = pytest.mark.parametrize("shares", [shares, shares_of_few], ids=["compiled", "NumPy"])


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


@settings(max_examples=at_most(25), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 10_000),
    leaves=st.integers(2, 40),
    least=st.integers(1, 60),
    rows=st.integers(1, 200),
    asked=st.lists(
        st.sampled_from([np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-36, -3.0, 7.0, 300.0]), min_size=6, max_size=6
    ),
)
def test_shares_equal_pred_contrib_for_any_forest_and_rows(
    seed: int, leaves: int, least: int, rows: int, asked: list[float]
) -> None:
    booster, known = forest(seed, num_leaves=leaves, min_data_in_leaf=least, feature_fraction=0.5)
    matrix = np.vstack([known[:rows], asked])
    expected = np.asarray(booster.predict(matrix, pred_contrib=True))
    program = compile_trees(booster.model_to_string())
    result = shares(program, matrix)
    np.testing.assert_allclose(result, expected[:, :-1], rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(shares_of_few(program, matrix), result, rtol=1e-9, atol=1e-12)


def test_what_a_process_loaded_before_changes_no_factor() -> None:
    """This file has loaded the kernel; only within `compiled` it explains few rows."""
    booster, matrix = forest(3)
    trees = Trees(booster.model_to_string())
    program = compile_trees(trees.text)
    np.testing.assert_array_equal(trees.contributions(matrix)[1], shares_of_few(program, matrix))
    with compiled():
        np.testing.assert_array_equal(trees.contributions(matrix)[1], shares(program, matrix))


@pytest.mark.parametrize("missing", [{}, {"zero_as_missing": True}, {"use_missing": False}])
@pytest.mark.parametrize("leaves", [2, 8, 31])
@BOTH
def test_shares_equal_pred_contrib(leaves: int, missing: dict[str, bool], shares: Shares) -> None:
    booster, rows = forest(leaves, num_leaves=leaves, **missing)
    expected = np.asarray(booster.predict(rows, pred_contrib=True))
    program = compile_trees(booster.model_to_string())
    np.testing.assert_allclose(shares(program, rows), expected[:, :-1], rtol=1e-6, atol=1e-12)
    assert program.base == pytest.approx(expected[0, -1], rel=1e-12)


@BOTH
def test_base_and_shares_sum_to_the_log_odds_on_deep_trees(shares: Shares) -> None:
    booster, rows = forest(3, num_leaves=200, min_data_in_leaf=1)
    program = compile_trees(booster.model_to_string())
    assert program.depth > 15
    whole = program.base + shares(program, rows).sum(axis=1)
    np.testing.assert_allclose(whole, booster.predict(rows, raw_score=True), rtol=0, atol=1e-10)


@pytest.mark.parametrize(
    "settings", [{"linear_tree": True}, {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.5}]
)
def test_trees_that_the_kernel_does_not_support_are_refused(settings: dict[str, object]) -> None:
    booster, _ = forest(1, num_leaves=8, **settings)
    with pytest.raises(NotCovered):
        compile_trees(booster.model_to_string())


def test_many_rows_and_few_have_the_same_factors() -> None:
    booster, rows = forest(5, num_leaves=20)
    trees = Trees(booster.model_to_string())
    base, many = trees.contributions(rows)
    for row in range(3):
        alone_base, alone = trees.contributions(rows[row : row + 1])
        assert alone_base == pytest.approx(base, rel=1e-12)
        np.testing.assert_allclose(alone[0], many[row], rtol=1e-9, atol=1e-12)


@BOTH
def test_any_number_of_rows_gives_the_same_bytes(shares: Shares) -> None:
    booster, rows = forest(6, num_leaves=20)
    program = compile_trees(booster.model_to_string())
    np.testing.assert_array_equal(shares(program, rows)[:100], shares(program, rows[:100]))


def test_refused_trees_are_explained_by_lightgbm_and_logged_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("retention.boosting"), "disabled", False)
    booster, rows = forest(2, num_leaves=8, boosting="rf", bagging_freq=1, bagging_fraction=0.5)
    trees = Trees(booster.model_to_string())
    for _ in range(2):
        base, result = trees.contributions(rows)
        np.testing.assert_allclose(base + result.sum(axis=1), booster.predict(rows, raw_score=True), atol=1e-9)
    assert len([record for record in caplog.records if "averaged" in record.getMessage()]) == 1


@BOTH
def test_a_stump_has_a_base_and_no_shares(shares: Shares) -> None:
    rows = np.arange(40.0)[:, None]
    data = lightgbm.Dataset(rows, np.arange(40) % 2)
    booster = lightgbm.train({"objective": "binary", "verbose": -1, "min_data_in_leaf": 100}, data, 3)
    program = compile_trees(booster.model_to_string())
    assert not shares(program, rows).any()
    np.testing.assert_allclose(program.base, booster.predict(rows[:1], raw_score=True)[0], atol=1e-12)
