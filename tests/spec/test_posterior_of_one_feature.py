"""The posterior where it can be written down: a feature of two values, of which each half of the rows has one.

With the same risk p in all rows, the centred column is ∓1, so that its weight has the information I = n · p(1 − p),
and the slope s of the likelihood at 0 is (leavers with 1, less those expected) minus the same of 0.
"""

from math import exp, log

import numpy as np
import pytest
from scipy.integrate import quad

from pipeline.model.calibration import log_odds_of
from pipeline.model.posterior import BEYOND, Posterior, fit_posterior


def posterior_of(leavers: tuple[int, int], rows: int, risk: float, rows_per_leaver: float = 1.0) -> Posterior:
    """leavers: of the `rows` with 0 and of those with 1."""
    values = np.repeat([0.0, 1.0], rows)
    left = np.concatenate([np.arange(rows) < number for number in leavers])
    found = fit_posterior(values[:, None], left, (), np.full(2 * rows, log_odds_of(risk)), rows_per_leaver)
    assert found is not None
    return found


def variance_of_weight(posterior: Posterior) -> np.ndarray:
    """What the weight adds to the variance of the log-odds of somebody with 0, and with 1."""
    return posterior.errors(np.array([[0.0], [1.0]])).sd ** 2 - posterior.level - BEYOND


def by_quadrature(information: float, slope: float) -> float:
    """The mean of t / (1 + tI), weighted by the evidence for t and a log-normal prior of √t around .8, from .1 to 3."""

    def weight(signal: float) -> float:
        t = signal**2
        evidence = (slope**2 * t / (1 + t * information) - log(1 + t * information)) / 2
        return exp(evidence - (log(signal / 0.8) / log(2)) ** 2 / 2)

    def integral(of_variance: bool) -> float:
        def at(place: float) -> float:
            t = exp(2 * place)
            return weight(exp(place)) * (t / (1 + t * information) if of_variance else 1.0)

        return float(quad(at, log(0.1), log(3.0))[0])

    return integral(True) / integral(False)


@pytest.mark.parametrize(
    ("leavers", "rows_per_leaver", "information", "slope"),
    [
        pytest.param((5, 5), 1.0, 5.0, 0.0, id="no difference"),
        pytest.param((2, 8), 1.0, 5.0, 6.0, id="a difference"),
        pytest.param((2, 8), 2.0, 2.5, 3.0, id="rows that count as half"),
    ],
)
def test_the_weight_varies_as_the_evidence_and_the_prior_say(
    leavers: tuple[int, int], rows_per_leaver: float, information: float, slope: float
) -> None:
    """Twenty rows with a risk of one half: I = 20 / 4."""
    found = posterior_of(leavers, 10, 0.5, rows_per_leaver)
    assert found.level == pytest.approx(1 / information)
    assert variance_of_weight(found) == pytest.approx([by_quadrature(information, slope)] * 2, rel=0.01)


def test_rows_of_two_risks_weigh_by_how_uncertain_each_is() -> None:
    """50 rows of risk .5 and 50 of .2 weigh .25 and .16 each, so that the column ∓1 has the mean −.09 / .41 = −.2195.

    I = 50 (.25 · .7805² + .16 · 1.2195²) = 19.512. Log-odds of 0 and −1.3863 lie .5410 above and .8453 below their
    mean: 50 · .25 · .5410 = 6.762 of the slope for 0, as much less for 1. Leavers: 20 of 25 expected, and 14 of 10. So
    s = −(6.762 − 5) + (4 − 6.762) + .2195 · (4 − 5) = −4.744.
    """
    values, risk = np.repeat([[0.0], [1.0]], 50, axis=0), np.repeat([0.5, 0.2], 50)
    left = np.concatenate([np.arange(50) < 20, np.arange(50) < 14])
    found = fit_posterior(values, left, (), log_odds_of(risk))
    assert found is not None
    assert found.level == pytest.approx(1 / 20.5)
    of_weight = by_quadrature(19.512, -4.744)
    assert variance_of_weight(found) == pytest.approx([0.7805**2 * of_weight, 1.2195**2 * of_weight], rel=0.01)


def test_many_rows_leave_no_more_than_what_they_say() -> None:
    """40,000 rows with .25: I = 7,500, beside which every prior is flat."""
    found = posterior_of((5000, 5000), 20_000, 0.25)
    assert found.level == pytest.approx(1 / 7500)
    assert variance_of_weight(found) == pytest.approx([1 / 7500] * 2, rel=0.02)


def test_a_level_that_all_share_adds_its_variance_to_everyone() -> None:
    found = posterior_of((5, 5), 10, 0.5)
    people = np.array([[0.0], [1.0], [1.0]])
    alone, shared = found.errors(people), found.errors(people, level_sd=2.0)
    assert shared.sd**2 - alone.sd**2 == pytest.approx([4.0] * 3)
    assert np.corrcoef(shared.draws)[0, 1] > 0.8, "a spread of two beside about .4 each"
    assert shared.draws[1].tolist() == shared.draws[2].tolist(), "the same values have the same error"


def test_the_error_of_the_level_is_none_of_the_weights() -> None:
    """A hundred draws of independent errors correlate by .1 at random."""
    random = np.random.default_rng(2)
    values = random.integers(0, 2, (400, 2)).astype(float)
    found = fit_posterior(values, random.random(400) < 0.3, (), np.full(400, log_odds_of(0.3)))
    assert found is not None
    people = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    alone, shared = found.errors(people).draws, found.errors(people, level_sd=2.0).draws
    level, weights = (shared - alone)[0], alone[1:] - alone[0]
    assert (shared - alone)[1:] == pytest.approx(np.tile(level, (2, 1)), abs=1e-5)
    assert np.abs(np.corrcoef(np.vstack([level, weights]))[0, 1:]).max() < 0.4
    assert np.std(level) == pytest.approx(2.0, abs=0.4)
