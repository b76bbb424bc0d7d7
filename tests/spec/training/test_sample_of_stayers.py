"""Learning from all leavers and a sample of stayers: who is in it, and that risks are those of everyone."""

from dataclasses import replace
from math import log

import numpy as np
import polars as pl
import pytest
from sklearn.dummy import DummyClassifier
from training_company import DAYS

from pipeline.dataset.evaluation_splits import Split, split_of
from pipeline.dataset.rows import Dataset
from pipeline.dataset.sample_of_stayers import sample_of_stayers, shift_of
from pipeline.dataset.splits import Origin, repeated_folds
from pipeline.judgement.reporting.report import TrainingReport
from pipeline.judgement.statistics.metrics import metrics
from pipeline.model.blend import Blend, fit_blend, with_posterior
from pipeline.model.calibration import Line, risk_of, turned
from pipeline.model.estimator.fitted import fit_estimator
from pipeline.model.trees.boosting import quick_shape_for, shape_for
from pipeline.registry.card.figures import data_facts

ROWS = 16_000


@pytest.fixture(scope="module")
def company() -> tuple[pl.DataFrame, np.ndarray]:
    """Three features, two of which matter; some 7 % of rows have an exit."""
    random = np.random.default_rng(7)
    columns = random.standard_normal((ROWS, 3))
    log_odds = -3.0 + 0.9 * columns[:, 0] - 0.6 * columns[:, 1]
    return pl.DataFrame(columns, schema=["overtime", "rating", "noise"]), random.random(ROWS) < risk_of(log_odds)


def fitted(company: tuple[pl.DataFrame, np.ndarray], most_stayers: int) -> tuple[Blend, float]:
    """A blend of the first half of the rows, and the share of stayers that it learned from."""
    features, left = company
    sample = sample_of_stayers(np.arange(ROWS // 2), left, most_stayers, seed=1)
    drawn = left[sample.rows]
    folds = list(repeated_folds(drawn, np.arange(len(drawn)), seed=1, repeats=1, folds=3))
    kept = sample.stayers_kept
    blend = fit_blend(features, left, folds, seed=1, rows=sample.rows, stayers_kept=kept)
    everyone = np.arange(ROWS)
    return with_posterior(blend, features, left, everyone, sample.rows, stayers_kept=kept), kept


@pytest.fixture(scope="module")
def of_all(company: tuple[pl.DataFrame, np.ndarray]) -> Blend:
    return fitted(company, ROWS)[0]


@pytest.fixture(scope="module")
def of_sample(company: tuple[pl.DataFrame, np.ndarray]) -> Blend:
    return fitted(company, 2_500)[0]


def test_all_leavers_and_as_many_stayers_as_allowed_are_kept() -> None:
    left = np.array([True, False, False, True, False, False, False])
    sample = sample_of_stayers(np.array([0, 1, 2, 4, 5]), left, 2, seed=1)
    assert len(sample.rows) == 3
    assert sample.rows[0] == 0
    assert set(sample.rows[1:]) < {1, 2, 4, 5}
    assert sample.stayers_kept == 2 / 4


def test_a_company_below_the_size_learns_from_every_row() -> None:
    left, rows = np.array([True, False, False]), np.arange(3)
    sample = sample_of_stayers(rows, left, 2, seed=1)
    assert sample.rows is rows
    assert sample.stayers_kept == 1.0
    assert shift_of(sample.stayers_kept) == 0.0


def test_odds_in_the_sample_become_those_of_everyone() -> None:
    """10 leavers and 90 stayers: odds 1/9. With a third of the stayers 10 and 30: odds 1/3, and a third of that."""
    assert log(10 / 30) + shift_of(30 / 90) == pytest.approx(log(10 / 90))


def test_the_base_rate_of_a_split_is_that_of_everyone() -> None:
    """1 leaver and 2 of 8 stayers: 1 of 9."""
    left = np.array([True, False, False])
    split = Split("2024-01-31", None, np.arange(3), np.arange(0), [], stayers_kept=2 / 8)
    assert split.base_rate(left) == pytest.approx(1 / 9)


def test_calibration_turns_about_the_base_rate_of_everyone() -> None:
    """1 of 4 in the sample, which keeps a third of the stayers: 1 of 10."""
    line = turned(0.5, 1 / 4, shift_of(1 / 3))
    assert line == Line(0.5, pytest.approx(0.5 * log(1 / 9)))


def test_a_model_of_a_sample_expects_the_exits_of_everyone(
    company: tuple[pl.DataFrame, np.ndarray], of_all: Blend, of_sample: Blend
) -> None:
    """A third of the rows: 8 % of training rows have an exit, 18 % of the sample's."""
    features, left = company
    test = features[ROWS // 2 :]
    expected = of_sample.risk(test).mean()
    assert expected == pytest.approx(of_all.risk(test).mean(), rel=0.05)
    assert expected == pytest.approx(left.mean(), rel=0.1)
    parts = of_sample.all_log_odds(test)
    assert risk_of(parts.linear).mean() == pytest.approx(left.mean(), rel=0.1)
    assert risk_of(parts.trees).mean() == pytest.approx(left.mean(), rel=0.1)


def test_a_model_of_a_sample_ranks_and_scales_as_that_of_all_rows(
    company: tuple[pl.DataFrame, np.ndarray], of_all: Blend, of_sample: Blend
) -> None:
    features, left = company
    of_rows = slice(ROWS // 2, None)
    whole, sampled = (metrics(left[of_rows], blend.risk(features[of_rows])) for blend in (of_all, of_sample))
    assert sampled.average_precision == pytest.approx(whole.average_precision, rel=0.03)
    assert sampled.calibration_slope == pytest.approx(whole.calibration_slope, abs=0.06)


def test_factors_of_a_model_of_a_sample_add_up(company: tuple[pl.DataFrame, np.ndarray], of_sample: Blend) -> None:
    some = company[0].head(200)
    base, shares = of_sample.contributions(some)
    np.testing.assert_allclose(base + shares.sum(axis=1), of_sample.log_odds(some), atol=1e-9)


def test_a_recipe_of_all_rows_fits_a_sample(company: tuple[pl.DataFrame, np.ndarray], of_all: Blend) -> None:
    """The champion may have learned from all rows where the challenger learns from a sample."""
    features, left = company
    sample = sample_of_stayers(np.arange(ROWS // 2), left, 2_500, seed=2)
    refit = fit_blend(
        features, left, [], 1, hyperparameters_of=of_all, rows=sample.rows, stayers_kept=sample.stayers_kept
    )
    assert refit.risk(features).mean() == pytest.approx(left.mean(), rel=0.1)


def test_ranges_of_a_sample_are_hardly_wider(
    company: tuple[pl.DataFrame, np.ndarray], of_all: Blend, of_sample: Blend
) -> None:
    """Leavers hold most of the information: a third of the rows keeps over half of it."""
    some = company[0].head(500)
    whole, sampled = (blend.errors(some) for blend in (of_all, of_sample))
    assert whole is not None
    assert sampled is not None
    assert 1.0 < sampled.sd.mean() / whole.sd.mean() < 1.4


def test_an_estimator_of_a_sample_gives_the_risks_of_everyone() -> None:
    """Everyone has the share who left: 10 of 10 + 30 in the sample, which is a third of the stayers; 10 of 100."""
    features, left = pl.DataFrame({"pay": np.zeros(40)}), np.arange(40) < 10
    prior = DummyClassifier(strategy="prior")
    fit = fit_estimator(prior, features, left, [], seed=1, stayers_kept=1 / 3)
    np.testing.assert_allclose(fit.risk(features), 0.1)


def test_the_card_says_what_a_model_learned_from() -> None:
    whole, sampled = (
        data_facts(TrainingReport("company", settings=settings)) for settings in ({}, {"stayers_kept": 0.25})
    )
    assert "learned from" not in dict(whole.facts)
    assert dict(sampled.facts)["learned from"] == "all rows of people who left, and 25% of those of people who stayed"


def test_a_split_samples_its_training_rows_and_no_test_row(company_of_dates: Dataset) -> None:
    """600 training rows of two dates; its folds are about the rows that are left."""
    origin = Origin(DAYS[2], (DAYS[0], DAYS[1]))
    split = split_of(company_of_dates, origin, horizon_months=3, most_stayers=100, seed=1)
    exits = int(company_of_dates.left[:600].sum())
    assert len(split.train) == exits + 100
    assert split.stayers_kept == 100 / (600 - exits)
    assert split.base_rate(company_of_dates.left) == pytest.approx(exits / 600)
    assert split.test.tolist() == list(range(600, 900))
    [(train, valid)] = split.folds
    assert sorted([*split.train[train], *split.train[valid]]) == split.train.tolist()


def test_a_quick_run_draws_half_as_many_stayers_where_it_draws(company_of_dates: Dataset) -> None:
    """100 may be learned from: 50 are drawn of more, and a refit learns from 25 rows. 600 rows are fewer than 1,000."""
    origin = Origin(DAYS[2], (DAYS[0], DAYS[1]))
    exits = int(company_of_dates.left[:600].sum())
    drawn = split_of(company_of_dates, origin, horizon_months=3, most_stayers=100, seed=1, quick=True)
    assert len(drawn.train) == exits + 50
    assert len(drawn.for_refits.train) == 25
    assert drawn.base_rate(company_of_dates.left) == pytest.approx(exits / 600)
    whole = split_of(company_of_dates, origin, horizon_months=3, most_stayers=1000, seed=1, quick=True)
    assert whole.train.tolist() == list(range(600))


def test_a_quick_run_boosts_in_larger_steps_where_exits_are_many() -> None:
    few, many, full = quick_shape_for(19_999), quick_shape_for(20_000), shape_for(20_000)
    assert few == shape_for(19_999)
    assert many.learning_rate > full.learning_rate
    assert replace(many, learning_rate=full.learning_rate) == full


@pytest.fixture
def company_of_dates() -> Dataset:
    """The company of three dates; `company` of this file has none."""
    random = np.random.default_rng(1)
    keys = pl.DataFrame(
        {
            "employee_id": [str(row % 300) for row in range(900)],
            "snapshot_date": [DAYS[row // 300] for row in range(900)],
        }
    )
    return Dataset(keys, pl.DataFrame({"pay": random.normal(size=900)}), random.random(900) < 0.2, {})
