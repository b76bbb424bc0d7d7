"""The fallback: tenure alone is used where held-out rows say that all features together are worse."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipeline.dataset.splits import Fold, repeated_folds
from pipeline.model.blend import Blend, fit_blend, with_posterior
from pipeline.model.calibration import risk_of
from pipeline.model.training_rows import TrainingRows

ROWS = 700
TENURE = ("tenure_months",)


def company(seed: int, effect_of_pay: float = 0.0) -> tuple[pl.DataFrame, np.ndarray, list[Fold]]:
    """Most people leave in their third year, and pay matters by `effect_of_pay`; thirty features are noise."""
    random = np.random.default_rng(seed)
    tenure, pay = random.uniform(0, 120, ROWS), random.normal(size=ROWS)
    log_odds = np.where((tenure > 24) & (tenure < 36), 2.0, -2.5) - effect_of_pay * pay
    noise = {f"noise_{number}": random.normal(size=ROWS) for number in range(30)}
    left = random.random(ROWS) < risk_of(log_odds)
    folds = list(repeated_folds(left, np.arange(ROWS), seed=1, repeats=1, folds=3))
    return pl.DataFrame({"pay": pay, "tenure_months": tenure, **noise}), left, folds


def test_a_feature_that_is_not_used_is_unknown_in_every_row() -> None:
    table = pl.DataFrame({"pay": [1.0, 2.0], "tenure_months": [3.0, None]})
    rows = TrainingRows.of(table)
    np.testing.assert_array_equal(rows.using(TENURE).matrix, [[np.nan, 3.0], [np.nan, np.nan]])
    np.testing.assert_array_equal(rows.using(()).matrix, rows.matrix)
    np.testing.assert_array_equal(rows.using(("tenure_months", "grade")).matrix, rows.matrix)


@pytest.fixture(scope="module")
def fallen_back() -> Blend:
    table, left, folds = company(seed=3)
    blend = fit_blend(table, left, folds, seed=1, directions={"pay": -1}, fallback=TENURE)
    return with_posterior(blend, table, left, np.arange(ROWS))


def test_where_only_tenure_matters_the_other_features_have_no_factor(fallen_back: Blend) -> None:
    assert fallen_back.choice.only == TENURE
    table, _, _ = company(seed=4)
    base, shares = fallen_back.contributions(table)
    others = [i for i, name in enumerate(fallen_back.features) if name != "tenure_months"]
    assert len(others) == 31
    assert np.abs(shares[:, others]).max() == 0
    np.testing.assert_allclose(base + shares.sum(axis=1), fallen_back.log_odds(table), atol=1e-9)


def test_its_risks_and_ranges_depend_on_tenure_only(fallen_back: Blend) -> None:
    table, _, _ = company(seed=4)
    other = table.with_columns(pl.col("pay") + 3, noise_4=pl.lit(None, pl.Float64))
    np.testing.assert_array_equal(fallen_back.log_odds(table), fallen_back.log_odds(other))
    errors, of_other = fallen_back.errors(table), fallen_back.errors(other)
    assert errors is not None
    assert of_other is not None
    np.testing.assert_array_equal(errors.sd, of_other.sd)


def test_it_is_stored_and_loaded_unchanged(fallen_back: Blend, tmp_path: Path) -> None:
    fallen_back.save(tmp_path)
    loaded = Blend.load(tmp_path)
    assert loaded.choice == fallen_back.choice
    table, _, _ = company(seed=4)
    np.testing.assert_array_equal(loaded.log_odds(table), fallen_back.log_odds(table))


def test_a_refit_without_tenure_uses_the_features_that_it_has(fallen_back: Blend) -> None:
    table, left, _ = company(seed=3)
    refit = fit_blend(table.select("pay", "noise_1"), left, [], seed=1, hyperparameters_of=fallen_back)
    assert np.ptp(refit.log_odds(table)) > 0


def test_where_pay_matters_all_features_are_used() -> None:
    table, left, folds = company(seed=3, effect_of_pay=2.0)
    assert fit_blend(table, left, folds, seed=1, fallback=TENURE).choice.only == ()


def test_nothing_falls_back_where_the_features_lack_tenure_or_are_only_tenure() -> None:
    table, left, folds = company(seed=3)
    for part in (table.drop("tenure_months"), table.select("tenure_months")):
        assert fit_blend(part, left, folds, seed=1, fallback=TENURE).choice.only == ()
