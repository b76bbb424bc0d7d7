"""Platt scaling."""

import numpy as np
import pytest

from pipeline.model.calibration import Line, fit_lines, fit_platt, log_odds_of, risk_of


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


def test_platt_scaling_recovers_the_distortion_of_a_score(scored: tuple[np.ndarray, np.ndarray]) -> None:
    log_odds, left = scored
    line = fit_platt(2 * log_odds + 1, left)
    assert line.slope == pytest.approx(0.5, abs=0.02)
    assert line.shift == pytest.approx(-0.5, abs=0.05)


def test_platt_scaling_leaves_a_score_alone_without_leavers_or_stayers() -> None:
    assert fit_platt(np.array([0.0, 1.0]), [0, 0]) == Line(1.0, 0.0)
    assert fit_platt(np.array([0.0, 1.0]), [1, 1]) == Line(1.0, 0.0)


def test_a_few_exits_hardly_change_a_score() -> None:
    line = fit_platt(np.array([-2.0, -1.0, -2.0, -3.0]), [1, 0, 0, 0])
    assert line.slope == pytest.approx(1, abs=0.1)
    assert line.shift == pytest.approx(0, abs=0.1)


def test_a_single_exit_has_an_effect() -> None:
    """One leaver and three stayers are no longer the case in which a score is left alone."""
    assert fit_platt(np.array([-2.0, -1.0, -2.0, -3.0]), [1, 0, 0, 0]) != Line(1.0, 0.0)


def test_the_prior_weighs_as_many_rows_as_it_states() -> None:
    """At the most likely line the gradients sum to 0: risk minus outcome over the rows, 1 / 0.25² = 16 of the prior.

    Of 40 who scored 0, 30 left: slope 1, and 40 risk(shift) − 30 + 16 shift = 0. Of 20 who scored 1 and of 20 who
    scored −1, 10 left each: shift 0, and 20 (risk(slope) − 1/2) twice, + 16 (slope − 1) = 0.
    """
    level = fit_platt(np.zeros(40), [1] * 30 + [0] * 10)
    assert level.slope == pytest.approx(1, abs=1e-4)
    assert 40 * float(risk_of(level.shift)) + 16 * level.shift == pytest.approx(30, abs=1e-3)
    tilted = fit_platt(np.array([1.0, -1.0] * 20), [1, 1] * 10 + [0, 0] * 10)
    assert tilted.shift == pytest.approx(0, abs=1e-4)
    assert 40 * float(risk_of(tilted.slope)) + 16 * tilted.slope == pytest.approx(36, abs=1e-3)


def test_platt_scaling_never_reverses_the_order(scored: tuple[np.ndarray, np.ndarray]) -> None:
    log_odds, left = scored
    assert fit_platt(-log_odds, left).slope > 0


def test_a_resample_without_a_result_does_not_affect_the_others() -> None:
    """At log-odds 0 and ln 16: 1 and 2 of 3 left (log-odds −ln 2 and ln 2, so slope one half from −ln 2 on), then none
    and all of them, which no finite slope fits, then 2 of 3 on both sides (slope 0, intercept ln 2)."""
    log_odds = np.array([0, np.log(16)])
    left = np.array([[1.0, 2], [0, 3], [2, 2]])
    slope, intercept = fit_lines(log_odds, left, 3 - left)
    assert slope == pytest.approx([0.5, np.nan, 0], abs=1e-6, nan_ok=True)
    assert intercept == pytest.approx([-np.log(2), np.nan, np.log(2)], abs=1e-6, nan_ok=True)
