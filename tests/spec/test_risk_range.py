"""The posterior of the additive part, and the range of a risk."""

import numpy as np
import pytest

from pipeline.model.calibration import log_odds_of, risk_of
from pipeline.model.forecast import NextQuarter
from pipeline.model.linear import Penalty, fit_linear, fit_with_priors
from pipeline.model.posterior import BEYOND, Errors, Posterior, fit_posterior
from pipeline.model.prior import Prior, mixed_covariance
from pipeline.model.risk_range import plausible_risks, risk_range

COLUMNS = 12


def company(rows: int, random: np.random.Generator, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Standard normal features, their true log-odds around −2.5, and who left."""
    matrix = random.normal(size=(rows, COLUMNS))
    truth = -2.5 + matrix @ weights
    return matrix, truth, random.random(rows) < risk_of(truth)


def fitted(rows: int, seed: int, signal: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """True and estimated log-odds of 400 new people, and the standard deviations of their errors."""
    random = np.random.default_rng(seed)
    weights = random.normal(0, signal / COLUMNS**0.5, COLUMNS)
    matrix, _, left = company(rows, random, weights)
    linear = fit_linear(matrix, left, (), Penalty(signal**2 / (2 * COLUMNS)))  # of value and rank
    posterior = fit_posterior(matrix, left, (), linear.log_odds(matrix))
    assert posterior is not None
    people, truth, _ = company(400, random, weights)
    return truth, linear.log_odds(people), posterior.errors(people).sd


@pytest.mark.parametrize("rows", [500, 4000])
def test_the_range_holds_nine_tenths_of_the_true_risks_in_every_tenth(rows: int) -> None:
    """Of 30 companies of a known law: the true risk is that of a model with unlimited data."""
    truth, served, sd = (
        np.concatenate(each) for each in zip(*(fitted(rows, seed, 1.0) for seed in range(30)), strict=True)
    )
    low, high = risk_range(served, sd)
    is_inside = (low <= risk_of(truth)) & (risk_of(truth) <= high)
    assert 0.87 < is_inside.mean() < 0.95
    tenths = np.array_split(np.argsort(served), 10)
    assert all(0.85 < is_inside[rows].mean() < 0.96 for rows in tenths)


def moods(rows: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A mood, and features that say a little of it each."""
    mood = random.normal(size=rows)
    return mood, mood[:, None] + 2 * random.normal(size=(rows, COLUMNS))


def ranges_of_moods(seed: int, leans: bool) -> tuple[np.ndarray, np.ndarray]:
    """Whether the range of each of 400 new people holds the risk that follows from the features, and its width.

    People leave by their mood alone. Given the features its mean is their sum / (12 + 4), as of a normal mean.
    """
    random = np.random.default_rng(seed)
    mood, matrix = moods(600, random)
    left = random.random(600) < risk_of(mood - 2.5)
    quarter = NextQuarter(np.arange(600), mood[:, None]) if leans else None
    linear, priors = fit_with_priors(matrix, left, (), Penalty(0.003), quarter=quarter)
    posterior = fit_posterior(matrix, left, (), linear.log_odds(matrix), priors=priors)
    assert posterior is not None
    people = moods(400, random)[1]
    low, high = risk_range(linear.log_odds(people), posterior.errors(people).sd)
    reference = risk_of(people.sum(axis=1) / 16 - 2.5)
    return (low <= reference) & (reference <= high), log_odds_of(high) - log_odds_of(low)


def test_ranges_of_a_model_that_leans_on_forecasts_hold_as_often_and_are_narrower() -> None:
    """What is forecast, the mood of a quarter later, is what people leave by."""
    inside, width = zip(*(ranges_of_moods(seed, leans=True) for seed in range(20)), strict=True)
    _, without = zip(*(ranges_of_moods(seed, leans=False) for seed in range(20)), strict=True)
    assert 0.87 < np.mean(inside) < 0.96
    assert np.mean(width) < np.mean(without)


def ranges_where_two_features_matter(seed: int) -> list[tuple[float, float]]:
    """Of 400 new people the share whose range holds the true risk, and the mean width: by the plain prior and by both.

    Two of forty features decide who leaves.
    """
    random = np.random.default_rng(seed)
    weights = np.repeat([0.8, 0.0], [2, 38])
    matrix, people = random.normal(size=(1500, 40)), random.normal(size=(400, 40))
    left = random.random(1500) < risk_of(matrix @ weights - 2.5)
    linear, priors = fit_with_priors(matrix, left, (), Penalty(0.001, adaptive=True))
    reference, found = risk_of(people @ weights - 2.5), []
    for some in (priors[:1], priors):
        posterior = fit_posterior(matrix, left, (), linear.log_odds(matrix), priors=some)
        assert posterior is not None
        low, high = risk_range(linear.log_odds(people), posterior.errors(people).sd)
        is_inside = (low <= reference) & (reference <= high)
        found.append((float(is_inside.mean()), float((log_odds_of(high) - log_odds_of(low)).mean())))
    return found


def test_a_model_that_learned_which_features_matter_has_narrower_ranges_that_hold_as_much() -> None:
    plain, both = np.mean([ranges_where_two_features_matter(seed) for seed in range(5)], axis=0)
    assert both[0] > 0.95
    assert both[0] > plain[0] - 0.02
    assert both[1] < 0.92 * plain[1]


def test_a_quarter_of_the_prior_is_that_of_the_first_fit() -> None:
    """Two columns and a forecast, 3 times the first: plain (1 + 9, 1), adapted (2² + 0, ½²)."""
    plain = Prior(np.ones(2), np.array([[3.0], [0.0]]))
    adapted = Prior(np.array([2.0, 0.5]), np.zeros((2, 1)))
    assert mixed_covariance((plain,), 2).tolist() == [[10, 0], [0, 1]]
    assert mixed_covariance((plain, adapted), 2).tolist() == [[7.5 + 1, 0], [0, 0.75 + 0.0625]]
    assert mixed_covariance((), 2).tolist() == [[1, 0], [0, 1]]


def test_only_an_adaptive_penalty_has_an_adapted_prior() -> None:
    random = np.random.default_rng(6)
    matrix, _, left = company(500, random, np.full(COLUMNS, 0.3))
    (plain,) = fit_with_priors(matrix, left, (), Penalty(0.01))[1]
    first, adapted = fit_with_priors(matrix, left, (), Penalty(0.01, adaptive=True))[1]
    assert plain.scale.tolist() == first.scale.tolist() == [1.0] * 2 * COLUMNS
    assert (adapted.scale**2).mean() == pytest.approx(1)
    assert adapted.scale.std() > 0.1
    assert fit_with_priors(matrix, np.ones(500, dtype=bool), (), Penalty(0.01))[1] == ()


def test_the_range_narrows_with_the_rows() -> None:
    """Eight times the rows: where the rows say more than the prior, a standard deviation is √8 = 2.8 times as small."""
    few, many = (np.mean(np.sqrt(fitted(rows, 1, 1.0)[2] ** 2 - BEYOND)) for rows in (500, 4000))
    assert 1.6 < few / many < 2.9


def test_without_a_single_feature_only_the_level_is_uncertain() -> None:
    """100 of 400 left: the log-odds of the rate have the variance 1 / (400 · ¼ · ¾) = 1/75."""
    left = np.repeat([True, False], [100, 300])
    posterior = fit_posterior(
        np.ones((400, 1)) * np.arange(400)[:, None] % 2, left, (), np.full(400, log_odds_of(0.25))
    )
    assert posterior is not None
    assert posterior.level == pytest.approx(1 / 75)
    assert fit_posterior(np.ones((400, 1)), left, (), np.full(400, 0.0)) is None


@pytest.mark.parametrize("left", [np.zeros(50, dtype=bool), np.ones(50, dtype=bool)], ids=["nobody", "everybody"])
def test_where_nobody_or_everybody_left_nothing_is_known(left: np.ndarray) -> None:
    matrix = np.random.default_rng(1).normal(size=(50, 2))
    assert fit_posterior(matrix, left, (), np.zeros(50)) is None


def test_a_value_far_from_the_others_is_less_certain() -> None:
    random = np.random.default_rng(3)
    matrix, _, left = company(1000, random, np.zeros(COLUMNS))
    posterior = fit_posterior(matrix, left, (), np.full(1000, log_odds_of(left.mean())))
    assert posterior is not None
    middle, beside = posterior.errors(np.vstack([np.zeros(COLUMNS), np.full(COLUMNS, 2.0)])).sd
    assert middle < beside


def test_a_range_is_symmetric_where_the_mean_of_the_risks_is_the_risk() -> None:
    """Log-odds 0 and sd 1: the range is risk(∓1.645) = .162 to .838. At risk .1 and sd .5 the log-odds −2.197 are
    shifted by .25 · .8 / 2 = .1 to −2.297: risk(−2.297 ∓ .822) = .042 to .186."""
    low, high = risk_range(np.array([0.0, np.log(1 / 9)]), np.array([1.0, 0.5]))
    assert low == pytest.approx([0.162, 0.042], abs=0.001)
    assert high == pytest.approx([0.838, 0.186], abs=0.001)


def test_the_mean_of_the_plausible_risks_is_the_served_risk() -> None:
    served = np.array([-3.0, -1.0, 0.0, 1.0])
    draws = np.random.default_rng(1).normal(0, 0.5, (4, 20_000)).astype(np.float32)
    risks = plausible_risks(served, Errors(np.full(4, 0.5), draws))
    assert risks.mean(axis=1) == pytest.approx(risk_of(served), rel=0.02)


def test_the_draws_have_the_spread_of_the_errors_and_do_not_depend_on_the_order() -> None:
    random = np.random.default_rng(4)
    matrix, _, left = company(600, random, np.full(COLUMNS, 0.2))
    posterior = fit_posterior(matrix, left, (), fit_linear(matrix, left, (), Penalty(0.01)).log_odds(matrix))
    assert posterior is not None
    errors, turned = posterior.errors(matrix, level_sd=0.2), posterior.errors(matrix[::-1], level_sd=0.2)
    assert (errors.draws.std(axis=1) / np.sqrt(errors.sd**2 - BEYOND)).mean() == pytest.approx(1, abs=0.1)
    np.testing.assert_allclose(turned.draws[::-1], errors.draws, rtol=0, atol=1e-5)


def test_a_posterior_survives_storage() -> None:
    random = np.random.default_rng(5)
    matrix, _, left = company(300, random, np.full(COLUMNS, 0.2))
    posterior = fit_posterior(matrix, left, (), np.full(300, log_odds_of(left.mean())))
    assert posterior is not None
    loaded = Posterior.from_dict(posterior.as_dict())
    np.testing.assert_array_equal(loaded.errors(matrix).sd, posterior.errors(matrix).sd)
    for broken in ({"origin": [0.0]}, {"level": float("nan")}):
        with pytest.raises(ValueError, match="a posterior needs"):
            Posterior.from_dict(posterior.as_dict() | broken)
