"""Rates of exits by hand: what has a rate, what a ratio divides by, and where there is none."""

import pytest

from pipeline.turnover.rates import Rate, adjusted, against_expected, annual_rate, headcount_rate, rate_ratio


def test_three_exits_in_half_a_person_year_are_six_a_year() -> None:
    """Garwood's interval of a count of 3 is 0.6187 to 8.7673 (tables of the Poisson distribution)."""
    rate = annual_rate(3, 6.0)
    assert rate is not None
    assert (rate.value, rate.low, rate.high) == pytest.approx((6.0, 2 * 0.6187, 2 * 8.7673), rel=1e-4)


def test_without_exits_a_rate_is_zero_up_to_a_limit_and_without_time_there_is_none() -> None:
    """−ln(0.025) = 3.6889 exits are what a count of none does not exclude."""
    assert annual_rate(0, 12.0) == Rate(0.0, 0.0, pytest.approx(3.6889, rel=1e-4))
    assert annual_rate(3, 0.0) is None


def test_the_head_count_rate_divides_by_the_mean_head_count() -> None:
    assert headcount_rate(6, [10, 12, 14]) == 0.5
    assert headcount_rate(1, [1]) == 1.0
    assert headcount_rate(6, []) is None
    assert headcount_rate(6, [0, 0]) is None


def test_a_ratio_divides_the_rates_and_needs_time_and_an_exit_before() -> None:
    found = rate_ratio(6, 100.0, 2, 200.0)
    assert found is not None
    assert found.ratio == pytest.approx(6.0)  # 0.06 a month after 0.01
    assert rate_ratio(6, 100.0, 0, 200.0) is None
    assert rate_ratio(6, 0.0, 2, 200.0) is None
    assert rate_ratio(6, 100.0, 2, 0.0) is None


def test_one_exit_after_one_is_no_difference_and_four_after_one_are_a_matter_of_chance() -> None:
    equal = rate_ratio(1, 10.0, 1, 10.0)
    assert equal is not None
    assert (equal.ratio, equal.p) == (1.0, 1.0)
    risen = rate_ratio(4, 10.0, 1, 10.0)
    assert risen is not None
    assert risen.p == pytest.approx(2 * (1 + 5) / 32)  # at least four of five tosses alike


def test_what_was_expected_is_what_a_count_is_divided_by() -> None:
    """Garwood's interval of a count of 6 is 2.2019 to 13.0595."""
    found = against_expected(6, 3.0)
    assert found is not None
    assert (found.ratio, found.low, found.high) == pytest.approx((2.0, 2.2019 / 3, 13.0595 / 3), rel=1e-4)
    none_left = against_expected(0, 3.0)
    assert none_left is not None
    assert (none_left.ratio, none_left.p) == (0.0, 1.0)
    assert against_expected(3, 0.0) is None
    assert against_expected(0, 0.0) is None


def test_the_correction_multiplies_by_the_number_and_divides_by_the_rank() -> None:
    """.01 · 3 / 1; .03 · 3 / 2 = .045, but no more than the next, .04 · 3 / 3. A p above 1 is 1."""
    assert adjusted([0.01, 0.04, 0.03]).tolist() == pytest.approx([0.03, 0.04, 0.04])
    assert adjusted([1.0, 0.9]).tolist() == pytest.approx([1.0, 1.0])
