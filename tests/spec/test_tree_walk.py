"""The output of trees read from LightGBM's text: the same as LightGBM's, to the last bit."""

import lightgbm
import numpy as np
import pytest

from pipeline.model.trees.program import NotCovered, number_of_features
from pipeline.model.trees.walk import output, read_trees

ROWS, FEATURES = 600, 6


@pytest.fixture(params=[{}, {"zero_as_missing": True}, {"use_missing": False}], ids=["NaN", "zero", "none"])
def booster(request: pytest.FixtureRequest) -> lightgbm.Booster:
    """Trees over numbers and a category, where NaN, 0 or nothing counts as missing."""
    matrix, left = table(seed=1)
    given = {"objective": "binary", "num_leaves": 15, "min_data_in_leaf": 5, "min_data_per_group": 5, "verbose": -1}
    data = lightgbm.Dataset(matrix, left, categorical_feature=[5])
    return lightgbm.train(given | request.param, data, 25)


def table(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Numbers with zeros and unknown ones, a category of 40 kinds, and an outcome that depends on three of them."""
    random = np.random.default_rng(seed)
    matrix = np.round(random.normal(size=(ROWS, FEATURES)), 1)
    matrix[:, 5] = random.integers(0, 40, ROWS)
    log_odds = matrix[:, 0] - matrix[:, 1] + np.where(matrix[:, 5] % 3 == 0, 1.5, -0.5)
    matrix[random.random((ROWS, FEATURES)) < 0.1] = np.nan
    return matrix, random.random(ROWS) < 1 / (1 + np.exp(-log_odds))


def test_the_sum_of_the_trees_is_that_of_lightgbm(booster: lightgbm.Booster) -> None:
    matrix, _ = table(seed=2)
    matrix[:3, 5] = -1, 39, 10_000  # no such category, the last, one that training never saw
    matrix[3:6, 0] = 0.0, 1e-36, -np.inf
    expected = booster.predict(matrix, raw_score=True, num_threads=1)
    assert output(read_trees(booster.model_to_string()), matrix).tolist() == expected.tolist()


def test_the_text_says_how_many_features_there_are(booster: lightgbm.Booster) -> None:
    assert number_of_features(booster.model_to_string()) == FEATURES


def test_a_tree_of_one_leaf_has_one_value() -> None:
    matrix, _ = table(seed=1)
    data = lightgbm.Dataset(matrix[:, :5], np.arange(ROWS) % 10 == 0)
    alone = lightgbm.train({"objective": "binary", "min_data_in_leaf": ROWS, "verbose": -1}, data, 2)
    expected = alone.predict(matrix[:, :5], raw_score=True)
    assert output(read_trees(alone.model_to_string()), matrix[:, :5]).tolist() == expected.tolist()


def test_trees_with_linear_leaves_are_left_to_lightgbm(booster: lightgbm.Booster) -> None:
    text = booster.model_to_string().replace("is_linear=0", "is_linear=1")
    with pytest.raises(NotCovered, match="linear leaves"):
        read_trees(text)
