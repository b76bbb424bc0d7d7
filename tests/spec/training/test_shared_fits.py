"""What fits of the same rows share changes no figure."""

from dataclasses import replace

import numpy as np
import pytest
from training_company import ROWS

from pipeline.dataset.rows import Dataset
from pipeline.dataset.splits import repeated_folds
from pipeline.judgement.backtest import Backtest, mean_permuted_auc, permuted_labels_auc
from pipeline.judgement.statistics.metrics import paired_difference, resampled_metrics
from pipeline.model.blend import fit_blend, with_posterior
from pipeline.model.calibration import risk_of
from pipeline.model.training_rows import TrainingRows
from pipeline.model.tuning import tune

TRAIN = np.arange(600)


@pytest.mark.parametrize("directions", [None, {"pay_level": -1}])
def test_fits_that_share_rows_are_the_same_as_alone(company: Dataset, directions: dict[str, int] | None) -> None:
    shared = TrainingRows.of(company.X, TRAIN)
    for left in (company.left, np.random.default_rng(5).permutation(company.left)):
        alone = fit_blend(company.X, left, [], seed=1, directions=directions, rows=TRAIN)
        together = fit_blend(company.X, left, [], seed=1, directions=directions, rows=TRAIN, shared=shared)
        assert together.trees.text == alone.trees.text
        assert together.linear.as_dict() == alone.linear.as_dict()
        ranges = [
            with_posterior(blend, company.X, left, company.person, TRAIN, rows).errors(company.X)
            for blend, rows in ((alone, None), (together, shared))
        ]
        assert ranges[0] is not None
        assert ranges[1] is not None
        np.testing.assert_array_equal(ranges[0].sd, ranges[1].sd)


def test_permuted_labels_have_the_same_auc_as_with_rows_of_their_own(company: Dataset, judged: Backtest) -> None:
    split, blend = judged.splits[-1], judged.blends[-1]

    def risk(permuted: Dataset, *_: object) -> np.ndarray:
        refit = fit_blend(
            permuted.X,
            permuted.left,
            split.folds,
            seed=1,
            hyperparameters_of=blend,
            directions=permuted.directions,
            rows=split.train,
        )
        return refit.risk(permuted.X[split.test])

    assert permuted_labels_auc(company, split, blend, 1) == mean_permuted_auc(company, split, risk, 1)


def test_what_a_search_fitted_is_not_fitted_again(company: Dataset) -> None:
    left = np.random.default_rng(3).random(ROWS) < risk_of(-company.X["pay_level"].to_numpy())
    folds = list(repeated_folds(left, np.arange(ROWS), seed=1, repeats=1, folds=2))
    found = tune(company.X, left, folds, {}, seed=1)
    assert found is not None
    assert found.held_out is not None
    assert "held_out" not in found.as_dict()
    alone = fit_blend(company.X, left, folds, seed=1, shape=found.shape)
    known = TrainingRows.of(company.X, held_out=found.held_out)
    assert fit_blend(company.X, left, folds, seed=1, shape=found.shape, shared=known).choice == alone.choice
    shorter = replace(found.held_out, trials=[replace(each, losses=each.losses[:1]) for each in found.held_out.trials])
    of_shorter = TrainingRows.of(company.X, held_out=shorter)  # one round, if the search's trials are taken
    assert fit_blend(company.X, left, folds, seed=1, shape=found.shape, shared=of_shorter).choice.rounds == 1


def test_a_search_that_left_out_a_fold_hands_nothing_on(company: Dataset) -> None:
    left = np.random.default_rng(3).random(ROWS) < risk_of(-company.X["pay_level"].to_numpy())
    stayers = np.flatnonzero(~left)
    folds = [*repeated_folds(left, np.arange(ROWS), seed=1, repeats=1, folds=2), (np.arange(ROWS), stayers[:50])]
    found = tune(company.X, left, folds, {}, seed=1)
    assert found is not None
    assert found.held_out is None


def test_risks_that_are_resampled_once_have_the_same_differences(judged: Backtest) -> None:
    names, others = ("auc", "average_precision"), [judged.baselines["logistic"], judged.baselines["tenure"]]
    whole = resampled_metrics(judged.left, judged.risk, judged.person, 1, names)
    for other in others:
        less = whole.less(resampled_metrics(judged.left, other, judged.person, 1, names))
        for name in names:
            assert less[name] == paired_difference(judged.left, judged.risk, other, judged.person, 1, name)
