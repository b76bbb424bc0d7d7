"""Properties of the metrics, the calibration and the model that hold for any scores."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.dataset.splits import repeated_folds
from pipeline.judgement.statistics.metrics import METRICS, metrics
from pipeline.model.blend import fit_blend
from pipeline.model.calibration import fit_shared_slope, log_odds_of, risk_of, turned
from pipeline.model.linear import Penalty, fit_linear
from pipeline.model.risk_range import risk_range

scored = st.lists(st.tuples(st.booleans(), st.integers(0, 20).map(lambda n: n / 20)), min_size=1, max_size=60)


@given(scored, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_rows_does_not_matter(rows: list[tuple[bool, float]], random: object) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, again = (metrics(*zip(*table, strict=True)) for table in (rows, shuffled))
    assert vars(again) == pytest.approx(vars(first), nan_ok=True, abs=1e-6)


@given(scored)
@settings(deadline=None)
def test_reversing_the_risks_reverses_the_auc(rows: list[tuple[bool, float]]) -> None:
    left, risk = (np.array(column) for column in zip(*rows, strict=True))
    assert metrics(left, 1 - risk).auc == pytest.approx(1 - metrics(left, risk).auc, nan_ok=True)


@given(scored)
@settings(deadline=None)
def test_metrics_stay_within_their_ranges(rows: list[tuple[bool, float]]) -> None:
    result = vars(metrics(*zip(*rows, strict=True)))
    assert set(result) == set(METRICS)
    for name in ("auc", "average_precision", "brier", "ece", "recall_10"):
        assert np.isnan(result[name]) or -1e-12 <= result[name] <= 1 + 1e-12


@given(scored)
@settings(deadline=None)
def test_duplicating_rows_changes_no_metric(rows: list[tuple[bool, float]]) -> None:
    once, twice = metrics(*zip(*rows, strict=True)), metrics(*zip(*(rows + rows), strict=True))
    assert vars(twice) == pytest.approx(vars(once), nan_ok=True, abs=1e-6)


@given(st.lists(st.tuples(st.floats(-12, 12), st.floats(0, 3)), min_size=1, max_size=30))
@settings(deadline=None)
def test_a_range_holds_the_risk_and_is_wider_the_more_uncertain_it_is(rows: list[tuple[float, float]]) -> None:
    log_odds, sd = np.array(rows).T
    low, high = risk_range(log_odds, sd)
    wider_low, wider_high = risk_range(log_odds, 1.1 * sd)
    assert ((low <= risk_of(log_odds)) & (risk_of(log_odds) <= high)).all()
    assert (log_odds_of(wider_high) - log_odds_of(wider_low) >= log_odds_of(high) - log_odds_of(low) - 1e-6).all()


@given(scored, st.floats(0.01, 0.99))
@settings(deadline=None)
def test_calibration_keeps_the_order_of_scores(rows: list[tuple[bool, float]], base_rate: float) -> None:
    left, score = zip(*rows, strict=True)
    slope = fit_shared_slope(np.array(score), left, np.arange(len(left)) % 2).slope
    assert (np.diff(turned(slope, base_rate)(np.linspace(-3, 3, 9))) > 0).all()


@given(scored, st.lists(st.floats(-2, 2), min_size=2, max_size=2))
@settings(deadline=None)
def test_the_levels_of_periods_do_not_change_the_slope(rows: list[tuple[bool, float]], shifts: list[float]) -> None:
    left, score = (np.array(column) for column in zip(*rows, strict=True))
    period = np.arange(len(left)) % 2
    slopes = [fit_shared_slope(one, left, period).slope for one in (score, score + np.array(shifts)[period])]
    assert slopes[0] == pytest.approx(slopes[1], abs=1e-3)


@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_curves_are_centred_on_the_training_rows(seed: int) -> None:
    random = np.random.default_rng(seed)
    matrix = np.column_stack([random.normal(size=120), random.integers(0, 4, 120), random.exponential(size=120)])
    matrix[random.random(120) < 0.3, 2] = np.nan
    shares = fit_linear(matrix, random.random(120) < 0.4, (1,), Penalty(0.1)).contributions(matrix)
    np.testing.assert_allclose(shares.mean(axis=0), 0, atol=1e-9)


@given(st.integers(0, 10_000), st.integers(0, 3))
@settings(max_examples=10, deadline=None)
def test_factors_add_up_whatever_the_features_are(seed: int, categories: int) -> None:
    random = np.random.default_rng(seed)
    features = pl.DataFrame(
        {
            f"n{i}": pl.Series(np.where(random.random(150) < 0.2, np.nan, random.normal(size=150))).fill_nan(None)
            for i in range(3)
        }
        | {f"c{i}": random.choice(["a", "b", "c", None], 150).tolist() for i in range(categories)}
    )
    blend = fit_blend(features, random.random(150) < 0.4, [], seed=seed)
    base, shares = blend.contributions(features)
    np.testing.assert_allclose(base + shares.sum(axis=1), blend.log_odds(features), rtol=0, atol=1e-9)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 30)), min_size=60, max_size=120))
@settings(deadline=None)
def test_no_group_is_in_both_train_and_test_of_a_fold(rows: list[tuple[bool, int]]) -> None:
    left, groups = (np.array(column) for column in zip(*rows, strict=True))
    rates = np.bincount(groups, weights=left)[np.unique(groups)] > 0
    if min(rates.sum(), (~rates).sum()) < 2:
        return
    for train, test in repeated_folds(left, groups, seed=1, repeats=2, folds=2):
        assert not set(groups[train]) & set(groups[test])
        assert sorted([*train, *test]) == list(range(len(rows)))
