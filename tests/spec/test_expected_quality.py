"""Scores say how good they must be: by hand, against outcomes drawn from them, and against outcomes that changed."""

import numpy as np
import pytest
from scipy.special import expit

from pipeline.judgement.statistics.metrics import metrics
from pipeline.monitoring.expected_quality import ScoredMonth, _figures

PEOPLE = 600
TRIALS = 300


def log_odds(rng: np.random.Generator) -> np.ndarray:
    return rng.normal(-2.2, 0.9, PEOPLE)


def month(risk: np.ndarray, level_sd: float = 0.0, seed: int = 1) -> ScoredMonth:
    return ScoredMonth(risk, risk >= np.quantile(risk, 0.95), level_sd, seed)


def test_figures_by_hand() -> None:
    # Ranked .4 (left), .3 (stayed), .2 twice (one left). Pairs of leaver and stayer: .4 is above both stayers (2); the
    # leaver at .2 is below .3 and level with .2 (.5): 2.5 of 4. Precision at the leavers: 1 of 1, and 2 of 4.
    risk = np.array([0.2, 0.4, 0.3, 0.2])
    left = np.array([[True, True, False, False]])
    found = _figures(risk, left, np.array([False, True, True, False]))
    assert found["auc"].tolist() == [2.5 / 4]
    assert found["average_precision"].tolist() == [(1 + 0.5) / 2]
    assert found["share_left"].tolist() == [0.5]
    assert found["precision"].tolist() == [0.5]


def test_figures_are_those_of_the_report() -> None:
    rng = np.random.default_rng(3)
    risk = np.round(expit(log_odds(rng)), 2)  # many people share a risk
    left = rng.random(PEOPLE) < risk
    found, reported = _figures(risk, left[None, :], np.zeros(PEOPLE, dtype=bool)), metrics(left, risk)
    for name in ("auc", "average_precision", "calibration_slope"):
        assert found[name][0] == pytest.approx(reported.get(name), abs=1e-6)


def test_certain_scores_are_expected_to_separate_and_equal_ones_not_at_all() -> None:
    certain = month(np.repeat([0.001, 0.999], 200)).expected()
    equal = month(np.full(400, 0.1)).expected()
    assert certain
    assert certain.auc.value > 0.99
    assert equal
    assert (equal.auc.value, equal.auc.low, equal.auc.high) == (0.5, 0.5, 0.5)
    assert equal.share_left.value == pytest.approx(0.1, abs=0.01)


def test_nothing_is_expected_where_few_will_leave() -> None:
    few = month(np.full(40, 0.1))  # four exits
    assert few.expected() is None
    assert few.departure(np.arange(40) < 4) is None


def test_matured_figures_lie_in_their_intervals_and_warnings_are_rare() -> None:
    """95 % ± 3 of the figures, and warnings in 5 % ± 3 of 300 months in which nothing changed (binomial, 3 s. e.)."""
    rng, level_sd = np.random.default_rng(11), 0.2
    inside, warned = [], 0
    for trial in range(TRIALS):
        scores = log_odds(rng)
        scored = month(expit(scores), level_sd, seed=trial)
        left = rng.random(PEOPLE) < expit(scores + rng.normal(0, level_sd))
        expected, departure = scored.expected(), scored.departure(left)
        assert expected
        assert departure
        reported = metrics(left, scored.risk)
        inside.append(expected.auc.low <= (reported.auc or 0) <= expected.auc.high)
        inside.append(expected.share_left.low <= left.mean() <= expected.share_left.high)
        warned += departure.is_concept_drift
    assert 0.92 <= np.mean(inside) <= 0.98
    assert 0.02 <= warned / TRIALS <= 0.08


@pytest.mark.parametrize(
    ("changed", "figure"),
    [
        (lambda scores, rng: scores + 0.8, "share_left"),
        (lambda scores, rng: rng.permutation(scores), "auc"),
        (lambda scores, rng: -2.2 + 0.3 * (scores + 2.2), "calibration_slope"),
    ],
    ids=["twice as many leave", "others leave", "high risks are too high"],
)
def test_outcomes_of_another_law_are_concept_drift(changed, figure: str) -> None:  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(5)
    scores = log_odds(rng)
    departure = month(expit(scores)).departure(rng.random(PEOPLE) < expit(changed(scores, rng)))
    assert departure
    assert departure.is_concept_drift
    if figure == "share_left":
        assert departure.figure == figure


def test_a_level_that_periods_are_known_to_have_is_no_drift() -> None:
    rng = np.random.default_rng(6)
    scores = log_odds(rng)
    left = rng.random(PEOPLE) < expit(scores + 0.6)
    narrow, wide = month(expit(scores)).departure(left), month(expit(scores), level_sd=0.5).departure(left)
    assert narrow
    assert narrow.is_concept_drift
    assert wide
    assert not wide.is_concept_drift
