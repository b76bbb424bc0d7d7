"""An error that a group shares: what symmetry and the logistic function say of the mean, without a simulation."""

import numpy as np
import pytest

from pipeline.outlook.predictive import EXACT_PEOPLE, range_of, voluntary_exits


def mean_of(probabilities: np.ndarray) -> float:
    return float(np.arange(len(probabilities)) @ probabilities)


@pytest.mark.parametrize("people", [10, 2 * EXACT_PEOPLE])
def test_risks_of_one_half_stay_symmetric(people: int) -> None:
    found = voluntary_exits(np.full(people, 0.5), 1.0)
    assert found.sum() == pytest.approx(1.0, abs=1e-6)
    assert mean_of(found) == pytest.approx(people / 2, abs=0.05)
    low, high = range_of(found)
    assert low + high == people


def test_an_error_moves_risks_above_one_half_down_and_those_below_up_alike() -> None:
    """Who stays with .2 leaves with .8: the numbers of one are those of the other, counted from everyone."""
    often, seldom = voluntary_exits(np.full(8, 0.8), 0.7), voluntary_exits(np.full(8, 0.2), 0.7)
    assert often == pytest.approx(seldom[::-1])
    assert mean_of(seldom) == pytest.approx(1.6, abs=0.02)


def test_risks_of_zero_and_one_are_certain() -> None:
    assert voluntary_exits(np.array([0.0, 1.0, 1.0]), 0.5) == pytest.approx([0, 0, 1, 0], abs=1e-6)


def test_one_person_is_the_mean_over_the_error() -> None:
    """Log-odds 0 with an error of sd 2: by symmetry one half, however wide."""
    assert voluntary_exits(np.array([0.5]), 2.0) == pytest.approx([0.5, 0.5])
