"""Platt scaling."""

import numpy as np
import pytest

from pipeline.model.calibration import (
    Line,
    fit_lines,
    fit_shared_slope,
    level_sd_of,
    log_odds_of,
    risk_of,
    turned,
)

LN_3 = np.log(3)


@pytest.fixture(scope="module")
def scored() -> tuple[np.ndarray, np.ndarray]:
    """20,000 log-odds and outcomes that follow them."""
    random = np.random.default_rng(1)
    log_odds = random.normal(-1.5, 1, 20_000)
    return log_odds, random.random(20_000) < risk_of(log_odds)


def test_log_odds_and_risk_are_inverse_functions() -> None:
    assert risk_of(log_odds_of([0.1, 0.5, 0.9])) == pytest.approx([0.1, 0.5, 0.9])
    assert log_odds_of([0.8]) == pytest.approx(np.log([4]))


def test_a_certainty_has_finite_log_odds() -> None:
    """Held at 1e-12 and 1 - 1e-12, whose log-odds are -27.631 and 27.631 (12 ln 10); whole numbers are risks too."""
    assert log_odds_of([0, 1]) == pytest.approx([-27.631, 27.631], abs=1e-3)


def test_a_line_scales_and_shifts_log_odds() -> None:
    assert Line(0.5, -0.25)(np.array([-1.0, 2.0])).tolist() == [-0.75, 0.75]


def one_fold(left: list[int] | np.ndarray) -> np.ndarray:
    return np.zeros(len(left), dtype=np.int64)


def test_the_slope_undoes_the_distortion_of_a_score(scored: tuple[np.ndarray, np.ndarray]) -> None:
    log_odds, left = scored
    fitted = fit_shared_slope(2 * log_odds + 1, left, one_fold(left))
    assert fitted.slope == pytest.approx(0.5, abs=0.02)
    assert fitted.intercepts == pytest.approx([-0.5], abs=0.05)


def test_levels_of_folds_do_not_enter_the_slope() -> None:
    """In both folds 1 of 4 left at the lower score and 3 of 4 at the higher, which is 2 ln 3 above it.

    The second fold scored 2 ln 3 higher throughout and left no more often: one line for both would be nearly flat.
    """
    log_odds = LN_3 * np.repeat([-1.0, 1, 1, 3], 400)
    left = np.repeat([1, 0, 1, 0] * 2, [100, 300, 300, 100] * 2)
    fitted = fit_shared_slope(log_odds, left, np.repeat([0, 1], 800))
    assert fitted.slope == pytest.approx(1, abs=1e-4)
    assert fitted.intercepts == pytest.approx([0, -2 * LN_3], abs=1e-4)
    assert fit_shared_slope(log_odds, left, one_fold(left)).slope < 0.6


def test_a_fold_without_leavers_or_without_stayers_says_nothing_about_the_slope() -> None:
    log_odds = LN_3 * np.repeat([-1.0, 1], 4)
    left = [1, 0, 0, 0, 1, 1, 1, 0]
    more = fit_shared_slope(np.append(log_odds, [5.0, -5, 2]), [*left, 0, 0, 1], np.repeat([1, 0, 2], [8, 2, 1]))
    assert more.slope == pytest.approx(fit_shared_slope(log_odds, left, one_fold(left)).slope, abs=1e-5)
    assert more.intercepts == pytest.approx([-np.inf, 0, np.inf], abs=1e-4)


def test_a_score_keeps_its_slope_where_nobody_left() -> None:
    assert fit_shared_slope(np.array([0.0, 1.0]), [0, 0], one_fold([0, 0])).slope == 1


def test_a_few_exits_hardly_change_the_slope() -> None:
    slope = fit_shared_slope(np.array([-2.0, -1.0, -2.0, -3.0]), [1, 0, 0, 0], one_fold([1, 0, 0, 0])).slope
    assert slope == pytest.approx(1, abs=0.1)
    assert slope != 1


def test_the_prior_weighs_as_many_rows_as_it_states() -> None:
    """At the most likely slope the gradients sum to 0: risk minus outcome over the rows, 1 / 0.1² = 100 of the prior.

    Of 20 who scored 1 and of 20 who scored −1, 10 left each: 20 (risk(slope) − 1/2) twice, + 100 (slope − 1) = 0.
    An intercept has no prior: of 40 who scored 0, 30 left, and the level is ln 3.
    """
    tilted = fit_shared_slope(np.array([1.0, -1.0] * 20), [1, 1] * 10 + [0, 0] * 10, one_fold([0] * 40))
    assert tilted.intercepts == pytest.approx([0], abs=1e-4)
    assert 40 * float(risk_of(tilted.slope)) + 100 * tilted.slope == pytest.approx(120, abs=1e-3)
    level = fit_shared_slope(np.zeros(40), [1] * 30 + [0] * 10, one_fold([0] * 40))
    assert level.slope == pytest.approx(1, abs=1e-6)
    assert level.intercepts == pytest.approx([LN_3], abs=1e-4)


def test_calibration_never_reverses_the_order(scored: tuple[np.ndarray, np.ndarray]) -> None:
    log_odds, left = scored
    assert fit_shared_slope(-log_odds, left, one_fold(left)).slope > 0


def test_a_line_turned_about_the_base_rate_keeps_the_base_rate() -> None:
    """One fifth is −ln 4 in log-odds and stays there; even odds, 0, come halfway to it: −ln 2, that is one third."""
    line = turned(0.5, 0.2)
    assert risk_of(line(log_odds_of([0.2, 0.5]))) == pytest.approx([1 / 5, 1 / 3])
    assert turned(1.0, 0.2) == Line()


def test_equal_levels_leave_what_one_more_period_could_add() -> None:
    """Three periods without an error and one at 0.2: √(0.2² / 4) = 0.1; without any period 0.2."""
    assert level_sd_of(np.zeros(3), np.full(3, 0.01)) == pytest.approx(0.1)
    assert level_sd_of(np.empty(0), np.empty(0)) == pytest.approx(0.2)


def test_the_spread_of_levels_is_what_sampling_does_not_explain() -> None:
    """Errors of ±0.5 with a sampling variance of 0.09: 0.25 − 0.09 = 0.16 between periods; (3 · 0.16 + 0.2²) / 4."""
    errors, variances = np.array([0.5, -0.5, 0.5]), np.full(3, 0.09)
    assert level_sd_of(errors, variances) == pytest.approx(0.13**0.5)
    assert level_sd_of(errors / 2, variances) == pytest.approx(0.1)  # 0.0625 is less than sampling explains


def test_precise_levels_weigh_more() -> None:
    """Weights 100 and 25: (100 · 0.09 + 25 · 0.01 − 2) / 125 = 0.058, and (2 · 0.058 + 0.2²) / 3 = 0.052."""
    assert level_sd_of(np.array([0.3, 0.1]), np.array([0.01, 0.04])) == pytest.approx(0.052**0.5)


def test_a_period_without_a_level_does_not_count() -> None:
    errors, variances = np.array([0.5, -np.inf, -0.5, np.inf, 0.5]), np.array([0.09, np.inf, 0.09, np.inf, 0.09])
    assert level_sd_of(errors, variances) == pytest.approx(0.13**0.5)


def test_a_resample_without_a_result_does_not_affect_the_others() -> None:
    """At log-odds 0 and ln 16: 1 and 2 of 3 left (log-odds −ln 2 and ln 2, so slope one half from −ln 2 on), then none
    and all of them, which no finite slope fits, then 2 of 3 on both sides (slope 0, intercept ln 2)."""
    log_odds = np.array([0, np.log(16)])
    left = np.array([[1.0, 2], [0, 3], [2, 2]])
    slope, intercept = fit_lines(log_odds, left, 3 - left)
    assert slope == pytest.approx([0.5, np.nan, 0], abs=1e-6, nan_ok=True)
    assert intercept == pytest.approx([-np.log(2), np.nan, np.log(2)], abs=1e-6, nan_ok=True)
