"""The logistic regression: its fit, the effect of both penalties on one strong feature among weak ones, selection."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from pipeline.model.calibration import risk_of
from pipeline.model.linear import PENALTIES, Linear, Penalty, Ridge, fit_linear, fit_path
from pipeline.model.selection import choose_penalty

ROWS, NOISY = 1200, 20


def spreads(fitted: Linear, matrix: np.ndarray) -> np.ndarray:
    """The standard deviation of what each feature adds to the log-odds."""
    return np.asarray(fitted.contributions(matrix).std(axis=0))


@pytest.fixture(scope="module")
def one_that_tells() -> tuple[np.ndarray, np.ndarray]:
    """A first feature that determines who leaves, and twenty uninformative ones."""
    random = np.random.default_rng(1)
    matrix = random.normal(size=(ROWS, 1 + NOISY))
    return matrix, random.random(ROWS) < risk_of(-1 + 1.5 * matrix[:, 0])


def test_an_adaptive_penalty_spares_informative_features_and_shrinks_the_others(
    one_that_tells: tuple[np.ndarray, np.ndarray],
) -> None:
    matrix, left = one_that_tells
    plain, adaptive = (
        spreads(fitted, matrix) for fitted in fit_path(matrix, left, (), [Penalty(0.001), Penalty(0.001, True)])
    )
    assert adaptive[0] > 1.5 * plain[0]
    assert adaptive[1:].mean() < 0.5 * plain[1:].mean()


@pytest.mark.parametrize(("C", "first_C"), [(0.0003, 0.0003), (0.004, 0.001)])
def test_the_first_fit_of_an_adaptive_penalty_is_as_strong_as_the_second(C: float, first_C: float) -> None:
    """Scikit-learn's answer, on features of two values: both columns of each are the same standardised figure."""
    random = np.random.default_rng(7)
    matrix = random.integers(0, 2, size=(ROWS, 6)).astype(np.float64)
    matrix[:, 1] = np.where(random.random(ROWS) < 0.2, matrix[:, 1], matrix[:, 0])  # nearly a copy of the first
    left = random.random(ROWS) < risk_of(-2 + 2 * matrix[:, 0])
    design = np.repeat((matrix - matrix.mean(axis=0)) / matrix.std(axis=0), 2, axis=1)
    first = LogisticRegression(C=first_C, tol=1e-8).fit(design, left).coef_[0]
    moved = np.abs(first[::2] + first[1::2])
    scaled = design * np.repeat(moved / np.sqrt((np.repeat(moved, 2) ** 2).mean()), 2)
    expected = LogisticRegression(C=C, tol=1e-8).fit(scaled, left).decision_function(scaled)
    np.testing.assert_allclose(fit_linear(matrix, left, (), Penalty(C, True)).log_odds(matrix), expected, atol=2e-3)


def test_both_penalties_treat_identical_features_alike() -> None:
    random = np.random.default_rng(2)
    column = random.normal(size=ROWS)
    matrix = np.column_stack([column, column, column])
    left = random.random(ROWS) < risk_of(-1 + column)
    plain, adaptive = (
        spreads(fitted, matrix) for fitted in fit_path(matrix, left, (), [Penalty(0.002), Penalty(0.002, True)])
    )
    np.testing.assert_allclose(adaptive, plain, rtol=1e-3)


def test_a_fit_is_the_same_alone_and_at_the_end_of_a_path(one_that_tells: tuple[np.ndarray, np.ndarray]) -> None:
    matrix, left = one_that_tells
    for penalty, fitted in zip(PENALTIES, fit_path(matrix, left, ()), strict=True):
        alone = fit_linear(matrix, left, (), penalty)
        np.testing.assert_allclose(fitted.log_odds(matrix), alone.log_odds(matrix), atol=2e-3)


def test_the_strongest_penalty_is_chosen_where_held_out_rows_show_no_difference() -> None:
    random = np.random.default_rng(3)
    matrix, left = random.normal(size=(ROWS, 5)), random.random(ROWS) < 0.3
    penalty, held_out = choose_penalty(matrix, left, (), [(np.arange(800), np.arange(800, ROWS))], (0,) * 5)
    assert penalty == PENALTIES[0]
    assert held_out.shape == (400,)


def test_a_weaker_penalty_is_chosen_where_every_feature_is_informative() -> None:
    random = np.random.default_rng(4)
    matrix = random.normal(size=(ROWS, NOISY))
    left = random.random(ROWS) < risk_of(-1 + matrix.sum(axis=1))
    penalty, _ = choose_penalty(matrix, left, (), [(np.arange(800), np.arange(800, ROWS))], (0,) * NOISY)
    assert not penalty.adaptive
    assert penalty.C > PENALTIES[1].C


def test_the_plain_fit_is_scikit_learns_logistic_regression() -> None:
    random = np.random.default_rng(5)
    design = random.normal(size=(ROWS, 8)).astype(np.float32)
    design -= design.mean(axis=0)
    left = random.random(ROWS) < risk_of(-2 + design[:, 0] - 0.5 * design[:, 1])
    products = (design.T @ design).astype(np.float64)
    fit = Ridge(design, products, left, signs=np.zeros(8), scale=np.ones(8))
    for C in (0.002, 0.06, 0.5):
        weights, intercept = fit(C)
        peer = LogisticRegression(C=C, tol=1e-8).fit(design, left)
        np.testing.assert_allclose(weights, peer.coef_[0], atol=1e-3)
        assert intercept == pytest.approx(peer.intercept_[0], abs=1e-3)


def test_a_column_with_the_wrong_sign_is_left_out_and_the_others_are_fitted_without_it() -> None:
    random = np.random.default_rng(6)
    design = random.normal(size=(ROWS, 3)).astype(np.float32)
    design -= design.mean(axis=0)
    left = random.random(ROWS) < risk_of(-1 + design[:, 0] + design[:, 1])
    products = (design.T @ design).astype(np.float64)
    weights, _ = Ridge(design, products, left, signs=np.array([1.0, -1.0, 0.0]), scale=np.ones(3))(0.5)
    peer = LogisticRegression(C=0.5, tol=1e-8).fit(design[:, [0, 2]], left)
    assert weights[1] == 0
    np.testing.assert_allclose(weights[[0, 2]], peer.coef_[0], atol=1e-3)
