"""Tuning, the weight of logistic regression, and monotone constraints."""

import numpy as np
import polars as pl
import pytest
from training_company import ROWS

from pipeline.dataset.rows import Dataset
from pipeline.dataset.splits import repeated_folds
from pipeline.model.blend import fit_blend
from pipeline.model.calibration import risk_of
from pipeline.model.selection import best_weight, usual_weight
from pipeline.model.tuning import tune


def test_a_monotone_constraint_holds_for_the_whole_blend() -> None:
    random = np.random.default_rng(2)
    pay = random.normal(size=1200)
    bump = np.where(np.abs(pay) < 0.3, 1.5, 0.0)  # against the expectation in the middle
    table = pl.DataFrame({"pay_level": pay, "noise": random.normal(size=1200)})
    left = random.random(1200) < risk_of(-0.5 - pay + bump * np.sign(pay))
    blend = fit_blend(table, left, [], seed=1, directions={"pay_level": -1})
    grid = pl.DataFrame({"pay_level": np.linspace(-3, 3, 121), "noise": np.zeros(121)})
    assert (np.diff(blend.log_odds(grid)) <= 1e-9).all()
    free = fit_blend(table, left, [], seed=1)
    assert (np.diff(free.log_odds(grid)) > 1e-9).any()


def test_logistic_regression_weighs_more_in_small_companies() -> None:
    assert 1 > usual_weight(50) > usual_weight(500) > usual_weight(5000) > 0.65
    assert usual_weight(450) == pytest.approx((1 + 0.65) / 2)  # halfway


def test_held_out_rows_move_the_weight_further_in_a_company_with_more_exits() -> None:
    """The trees know why people leave and the regression nothing: the more exits, the more it shows."""
    random = np.random.default_rng(7)
    trees = random.normal(size=250) - 1
    left = random.random(250) < risk_of(trees)
    linear = random.normal(size=250)
    few, some, many = (best_weight(linear, trees, left, exits)[0] for exits in (100, 450, 2000))
    assert usual_weight(100) - few < usual_weight(450) - some < usual_weight(2000) - many
    assert many < usual_weight(2000) - 0.4


def test_few_exits_are_not_tuned_and_tuning_is_never_worse_than_fixed_settings(company: Dataset) -> None:
    X, left = company.X, company.left
    folds = list(repeated_folds(left, np.arange(ROWS), seed=1, repeats=1, folds=2))
    few = left & (np.arange(ROWS) % 3 == 0)
    assert tune(X, few, folds, {}, seed=1) is None
    many = np.random.default_rng(3).random(ROWS) < risk_of(-X["pay_level"].to_numpy())
    result = tune(X, many, folds, {}, seed=1)
    assert result is not None
    assert result.loss <= result.fixed_loss
