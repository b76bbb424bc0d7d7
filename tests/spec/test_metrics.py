"""The metrics on tables small enough to compute by hand, and the intervals around them."""

import math

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from pipeline.judgement.statistics.figures import Bounded
from pipeline.judgement.statistics.metrics import METRICS, metrics, metrics_with_intervals, paired_difference

LEFT = np.array([1, 0, 1, 0])
RISK = np.array([0.9, 0.8, 0.6, 0.1])


@pytest.fixture(scope="module")
def company() -> dict[str, np.ndarray]:
    """900 rows of 300 people whose outcomes follow their risks."""
    random = np.random.default_rng(5)
    risk = random.uniform(0.02, 0.6, 900)
    return {"risk": risk, "left": random.random(900) < risk, "person": np.repeat(np.arange(300), 3)}


def test_auc_is_the_share_of_pairs_in_the_right_order() -> None:
    assert metrics(LEFT, RISK).auc == pytest.approx(3 / 4)  # of 4 pairs only (.6, .8) is wrong


def test_a_tie_between_leaver_and_stayer_counts_half() -> None:
    assert metrics([1, 0, 0], [0.5, 0.5, 0.2]).auc == pytest.approx(0.75)


def test_average_precision_averages_precision_at_each_leaver() -> None:
    assert metrics(LEFT, RISK).average_precision == pytest.approx((1 + 2 / 3) / 2)


def test_average_precision_of_a_constant_risk_is_the_base_rate() -> None:
    assert metrics([1, 0, 0, 0], [0.3] * 4).average_precision == pytest.approx(0.25)


def test_log_loss_is_in_nats() -> None:
    assert metrics([1, 0], [0.5, 0.25]).log_loss == pytest.approx((math.log(2) - math.log(0.75)) / 2)


def test_an_impossible_outcome_costs_a_finite_log_loss() -> None:
    assert metrics([1, 0], [0.0, 0.0]).log_loss == pytest.approx(-math.log(1e-12) / 2)


def test_brier_is_the_mean_square_of_the_error() -> None:
    assert metrics([1, 0], [0.5, 0.25]).brier == pytest.approx((0.25 + 0.0625) / 2)


def test_ece_compares_each_tenth_with_its_outcomes() -> None:
    risk = np.repeat(np.arange(10) / 10 + 0.05, 10)  # tenths of 10 rows, of whom 0, 1, 2 ... 9 left
    left = np.concatenate([np.arange(10) < exits for exits in range(10)])
    assert metrics(left, risk).ece == pytest.approx(0.05)


def test_ece_does_not_split_equal_risks() -> None:
    assert metrics([1] * 5 + [0] * 5, [0.5] * 10).ece == pytest.approx(0)


def test_doubling_the_log_odds_halves_the_calibration_slope(company: dict[str, np.ndarray]) -> None:
    right = metrics(company["left"], company["risk"])
    odds = (company["risk"] / (1 - company["risk"])) ** 2
    steep = metrics(company["left"], odds / (1 + odds))
    assert steep.calibration_slope == pytest.approx(right.calibration_slope / 2)
    assert steep.calibration_intercept == pytest.approx(right.calibration_intercept)


def test_calibration_of_two_groups_is_the_line_through_their_rates() -> None:
    # Risks .2 and .8 (log-odds ∓ln 4), of whom 1 in 3 and 2 in 3 left (log-odds ∓ln 2): the slope is one half.
    result = metrics([1, 0, 0, 1, 1, 0], [0.2] * 3 + [0.8] * 3)
    assert result.calibration_slope == pytest.approx(0.5)
    assert result.calibration_intercept == pytest.approx(0.0, abs=1e-9)


def test_calibration_slope_is_undefined_for_separated_outcomes_and_for_equal_risks() -> None:
    assert math.isnan(metrics([1, 1, 0, 0], [0.9, 0.8, 0.2, 0.1]).calibration_slope)
    assert math.isnan(metrics([1, 0, 0, 0], [0.3] * 4).calibration_intercept)


def test_lift_and_recall_use_the_riskiest_tenth() -> None:
    risk = np.linspace(0.9, 0.1, 20)
    left = np.zeros(20)
    left[[0, 5, 9, 19]] = 1  # one of four leavers is among the first two rows
    result = metrics(left, risk)
    assert result.recall_10 == pytest.approx(0.25)
    assert result.lift_10 == pytest.approx(2.5)


def test_a_tie_at_the_edge_of_the_tenth_counts_partly() -> None:
    left = [1] + [0] * 9  # one row is the tenth; it is drawn from five equal ones
    assert metrics(left, [0.8] * 5 + [0.1] * 5).recall_10 == pytest.approx(1 / 5)


def test_a_constant_risk_has_no_lift() -> None:
    assert metrics([1, 0, 0, 1, 0], [0.4] * 5).lift_10 == pytest.approx(1)


def test_metrics_that_need_leavers_are_nan_without_any() -> None:
    result = metrics([0, 0], [0.1, 0.2])
    assert {name for name, value in result.items() if math.isnan(value)} == {
        "auc", "average_precision", "calibration_slope", "calibration_intercept", "lift_10", "recall_10",
    }  # fmt: skip
    assert result.brier == pytest.approx(0.025)


def test_every_metric_of_an_empty_group_is_nan() -> None:
    assert all(math.isnan(value) for _, value in metrics([], []).items())


@pytest.mark.parametrize("risk", [[0.5], [0.5, 1.2], [0.5, math.nan]])
def test_anything_but_one_probability_per_row_is_refused(risk: list[float]) -> None:
    with pytest.raises(ValueError, match="risk"):
        metrics([1, 0], risk)


def test_metrics_equal_those_of_scikit_learn(company: dict[str, np.ndarray]) -> None:
    left, risk = company["left"], company["risk"].round(1)
    result = metrics(left, risk)
    assert result.auc == pytest.approx(roc_auc_score(left, risk))
    assert result.average_precision == pytest.approx(average_precision_score(left, risk))
    assert result.brier == pytest.approx(brier_score_loss(left, risk))
    inside = risk.clip(1e-12, 1 - 1e-12)
    assert result.log_loss == pytest.approx(log_loss(left, inside))


def test_every_metric_has_an_interval_around_its_value(company: dict[str, np.ndarray]) -> None:
    result = metrics_with_intervals(**company, seed=1)
    assert tuple(name for name, _ in result.items()) == METRICS
    assert all(figure.low <= figure.value <= figure.high for _, figure in result.items())


def test_the_same_seed_gives_the_same_interval_and_another_seed_another(company: dict[str, np.ndarray]) -> None:
    first, again, other = (metrics_with_intervals(**company, seed=seed, resamples=100).auc for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_the_rows_of_a_person_are_resampled_together() -> None:
    """Ten copies of a row hold no more information than one: the interval must not shrink."""
    random = np.random.default_rng(2)
    risk = random.uniform(0.1, 0.9, 60)
    left = random.random(60) < risk
    person = np.arange(60)
    once = metrics_with_intervals(left, risk, person, seed=3).auc
    copied = metrics_with_intervals(np.repeat(left, 10), np.repeat(risk, 10), np.repeat(person, 10), seed=3).auc
    assert copied == pytest.approx(once)


def test_the_interval_of_a_mean_is_about_two_standard_errors_each_side() -> None:
    left = np.arange(400) % 4 == 0  # Brier of a constant .25 is .1875; its standard error is that of the rate, halved
    result = metrics_with_intervals(left, np.full(400, 0.25), np.arange(400), seed=1, resamples=2000).brier
    half_width = 1.96 * 0.5 * math.sqrt(0.25 * 0.75 / 400)
    assert result.high - result.low == pytest.approx(2 * half_width, rel=0.1)


def test_an_undefined_metric_has_no_interval() -> None:
    figure = metrics_with_intervals([0, 0], [0.1, 0.2], [1, 2], seed=1, resamples=50).auc
    assert all(math.isnan(value) for value in vars(figure).values())


def test_a_score_compared_with_itself_has_no_difference(company: dict[str, np.ndarray]) -> None:
    left, risk, person = company["left"], company["risk"], company["person"]
    for metric in METRICS:
        assert paired_difference(left, risk, risk, person, 1, metric, 50) == Bounded(0, 0, 0)


def test_a_paired_difference_is_far_narrower_than_two_intervals(company: dict[str, np.ndarray]) -> None:
    left, risk, person = company["left"], company["risk"], company["person"]
    nearly = np.clip(risk + np.random.default_rng(1).normal(0, 0.01, len(risk)), 0, 1)
    apart = metrics_with_intervals(left, risk, person, 1).auc
    paired = paired_difference(left, risk, nearly, person, 1, "auc")
    assert paired.high - paired.low < (apart.high - apart.low) / 4
    assert paired.value == pytest.approx(metrics(left, risk).auc - metrics(left, nearly).auc)
