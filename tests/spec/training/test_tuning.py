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
    """The trees know a little more than the regression, within chance: the more exits, the more it counts."""
    random = np.random.default_rng(10)
    both, own = random.normal(size=(2, 250))
    left = random.random(250) < risk_of(both + 0.5 * own - 1)
    few, some, many = (best_weight(both, both + 0.5 * own, left, exits)[0] for exits in (100, 450, 2000))
    assert usual_weight(100) - few < usual_weight(450) - some < usual_weight(2000) - many


def test_a_lead_beyond_chance_ends_the_pull_towards_the_usual_weight() -> None:
    """The trees are right about all of 60 people, the regression about none of them: the trees are served alone.

    The loss of one row is ln 2 with the regression and nearly 0 with the trees, so all rows say the same: the lead is
    many standard errors, while the pull at 100 exits would keep the weight above a half.
    """
    left = np.arange(60) % 2 == 0
    trees = np.where(left, 6.0, -6.0)
    weight, cost = best_weight(np.zeros(60), trees, left, exits=100)
    assert weight == 0.0
    assert cost < 60 * 0.01


def test_a_lead_within_chance_leaves_the_weight_near_the_usual_one() -> None:
    """The same trees are right about 33 of 60 people: a lead of a few rows is chance, and the usual weight stays."""
    left = np.arange(60) % 2 == 0
    trees = np.where(left ^ (np.arange(60) < 27), 0.2, -0.2)
    weight, _ = best_weight(np.zeros(60), trees, left, exits=100)
    assert weight == 1.0


def test_few_exits_are_not_tuned_and_tuning_is_never_worse_than_fixed_settings(company: Dataset) -> None:
    X, left = company.X, company.left
    folds = list(repeated_folds(left, np.arange(ROWS), seed=1, repeats=1, folds=2))
    few = left & (np.arange(ROWS) % 3 == 0)
    assert tune(X, few, folds, {}, seed=1) is None
    many = np.random.default_rng(3).random(ROWS) < risk_of(-X["pay_level"].to_numpy())
    result = tune(X, many, folds, {}, seed=1)
    assert result is not None
    assert result.loss <= result.fixed_loss
