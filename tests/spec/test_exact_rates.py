"""Exact intervals and probabilities of exits, against SciPy's own tests, which take half a second to import."""

import pytest
from scipy import stats

from pipeline.turnover.rates import adjusted, against_expected, annual_rate, rate_ratio

COUNTS = ((0, 5), (1, 1), (3, 12), (30, 21), (250, 240))


@pytest.mark.parametrize("exits", [0, 1, 7, 200])
def test_the_interval_of_a_rate_is_that_of_a_poisson_count(exits: int) -> None:
    rate = annual_rate(exits, 12.0)
    assert rate is not None
    low = stats.chi2.ppf(0.025, 2 * exits) / 2 if exits else 0.0
    assert (rate.value, rate.low, rate.high) == pytest.approx((exits, low, stats.chi2.ppf(0.975, 2 * exits + 2) / 2))


@pytest.mark.parametrize(("exits", "before"), COUNTS)
def test_the_ratio_of_two_rates_is_the_exact_test_of_a_binomial_share(exits: int, before: int) -> None:
    found = rate_ratio(exits, 300.0, before, 500.0)
    test = stats.binomtest(exits, exits + before, 300 / 800)
    interval = test.proportion_ci(0.95, method="exact")
    assert found is not None
    assert found.p == pytest.approx(test.pvalue, rel=1e-9)
    odds = [share / (1 - share) * 500 / 300 for share in (interval.low, interval.high)]
    assert [found.low, found.high] == pytest.approx(odds, rel=1e-9)


@pytest.mark.parametrize("exits", [0, 1, 9])
def test_more_than_expected_is_the_tail_of_a_poisson_count(exits: int) -> None:
    found = against_expected(exits, 4.5)
    assert found is not None
    assert found.p == pytest.approx(stats.poisson.sf(exits - 1, 4.5), rel=1e-12)


def test_many_comparisons_are_corrected_by_benjamini_and_hochberg() -> None:
    p = [0.01, 0.04, 0.03, 0.9, 0.01]
    assert adjusted(p).tolist() == pytest.approx(stats.false_discovery_control(p).tolist())
    assert adjusted([]).tolist() == []
