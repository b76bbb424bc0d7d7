"""Guards and ablations of a large company refit on fewer rows, and compare models that learned from the same ones."""

from dataclasses import replace

import numpy as np
import pytest
from training_company import DAYS, ROWS

from pipeline.dataset.evaluation_splits import Split
from pipeline.dataset.rows import Dataset
from pipeline.judgement.backtest import Backtest, backtest
from pipeline.judgement.statistics.metrics import one_metric
from pipeline.model.blend import Blend, fit_blend

REFIT = np.arange(0, 600, 2)
FOLDS = [(np.arange(300), np.arange(300, 600))]
SPLIT = Split("2024-09-30", DAYS[2], np.arange(600), np.arange(600, ROWS), FOLDS, refit=REFIT)


@pytest.fixture(scope="module")
def large(company: Dataset) -> Backtest:
    return backtest(company, [SPLIT], seed=1, quick=False)


def again(company: Dataset, of: Blend, rows: np.ndarray, **options: object) -> np.ndarray:
    options = {"directions": company.directions, "quarters": company.quarters} | options
    blend = fit_blend(company.X, company.left, [], 1, hyperparameters_of=of, rows=rows, **options)  # type: ignore[arg-type]
    return blend.risk(company.X[SPLIT.test])


def test_the_model_itself_learns_from_all_rows(company: Dataset, large: Backtest) -> None:
    small = backtest(company, [replace(SPLIT, refit=None)], seed=1, quick=False)
    np.testing.assert_array_equal(large.risk, small.risk)
    assert small.refitted is None


def test_the_whole_model_is_fitted_on_the_rows_of_the_reduced_ones(company: Dataset, large: Backtest) -> None:
    assert large.refitted is not None
    np.testing.assert_allclose(large.refitted, again(company, large.blends[0], REFIT))
    tenure = company.of(["tenure_months"])
    np.testing.assert_allclose(large.baselines["tenure"], again(tenure, large.blends[0], REFIT))


def test_an_ablation_that_leaves_nothing_out_shows_no_difference(large: Backtest) -> None:
    """All features of this company are about pay: pay alone is the whole model, if both learn from the same rows."""
    assert large.ablation(seed=1)["pay alone"].auc.value == 0


def test_monotone_cost_compares_models_of_the_same_rows(large: Backtest) -> None:
    assert large.refitted is not None
    assert large.unconstrained is not None
    whole, free = (one_metric(large.left, risk, "auc") for risk in (large.refitted, large.unconstrained))
    cost = large.monotone_cost(seed=1)
    assert cost is not None
    assert cost.auc.value == pytest.approx(free - whole)


@pytest.mark.parametrize("stayers_kept", [0.5, 1.0])
def test_a_quick_run_that_samples_stayers_chooses_on_the_first_split(company: Dataset, stayers_kept: float) -> None:
    earlier = [(np.arange(150), np.arange(150, 300))]
    first = Split("2024-06-30", DAYS[1], np.arange(300), np.arange(300, 600), earlier, stayers_kept)
    second = replace(SPLIT, stayers_kept=stayers_kept, refit=None)
    one, other = backtest(company, [first, second], seed=1, quick=True).blends
    assert (one.choice.line == other.choice.line) is (stayers_kept < 1)
