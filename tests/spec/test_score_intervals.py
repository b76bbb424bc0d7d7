"""Score intervals of a share and of a ratio of shares: at 0 and 1, for rows of the same people, and their coverage."""

from math import inf, isnan

import numpy as np
import pytest

from pipeline.judgement.statistics.score_intervals import effective_sizes, ratio_interval, share_interval

Z = 1.959964


def test_a_share_of_none_of_twelve_may_still_be_a_quarter() -> None:
    # Wilson at 0: z² / (n + z²) = 3.8415 / 15.8415.
    none = share_interval(0.0, 12)
    assert (none.value, none.low) == (0.0, 0.0)
    assert none.high == pytest.approx(Z**2 / (12 + Z**2), abs=1e-6)
    assert share_interval(1.0, 12).low == pytest.approx(12 / (12 + Z**2), abs=1e-6)
    assert isnan(share_interval(0.5, 0).low)


def test_none_of_twelve_against_a_tenth_leaves_the_four_fifths_open() -> None:
    ratio = ratio_interval(0.0, 12, 0.1, 588, 0.95)
    assert (ratio.value, ratio.low) == (0.0, 0.0)
    assert 2.0 < ratio.high < 3.0
    assert ratio_interval(0.0, 300, 0.1, 300, 0.95).high < 0.8


def test_the_ends_are_the_ratios_that_a_score_test_just_rejects() -> None:
    # Koopman's example (Biometrics 40, 1984): 36 of 40 against 16 of 80; without N / (N - 1) it is 2.94 to 7.15.
    ratio = ratio_interval(36 / 40, 40, 16 / 80, 80, 0.95)
    assert ratio.value == pytest.approx(4.5)
    assert (ratio.low, ratio.high) == pytest.approx((2.94, 7.15), rel=0.01)


def test_the_two_sides_of_a_ratio_can_be_exchanged() -> None:
    one, other = ratio_interval(0.3, 50, 0.2, 90, 0.95), ratio_interval(0.2, 90, 0.3, 50, 0.95)
    assert (1 / one.high, 1 / one.low) == pytest.approx((other.low, other.high))


def test_a_share_of_zero_below_has_no_upper_end_and_two_zeros_no_ratio() -> None:
    assert ratio_interval(0.3, 10, 0.0, 10, 0.95).high == inf
    both = ratio_interval(0.0, 10, 0.0, 10, 0.95)
    assert isnan(both.value)
    assert (both.low, both.high) == (0.0, inf)


def test_copies_of_a_persons_row_add_nothing() -> None:
    listed = np.tile([True, False, False, True], 5)
    person = np.tile([0, 1, 2, 3], 5)
    group = np.tile([0, 0, 1, 1], 5)
    assert effective_sizes(listed, group, person, 2) == pytest.approx([2, 2])
    assert effective_sizes(listed, group, np.arange(20), 2) == pytest.approx([10, 10])


def test_where_nobody_is_listed_each_person_counts_once() -> None:
    nobody = np.zeros(12, dtype=bool)
    assert effective_sizes(nobody, np.zeros(12, dtype=np.int64), np.repeat([0, 1, 2], 4), 1) == pytest.approx([3])


@pytest.mark.parametrize(("people", "rate", "concentration"), [(12, 0.1, 1.0), (12, 0.1, 8.0), (40, 0.05, 2.0)])
def test_intervals_of_clustered_rows_hold_the_truth_as_often_as_they_promise(
    people: int, rate: float, concentration: float
) -> None:
    """A small group and 200 others, four rows each, equally likely to be listed; people differ in their own rate."""
    random, months, runs = np.random.default_rng(3), 4, 400
    person = np.repeat(np.arange(people + 200), months)
    group = (person >= people).astype(np.int64)
    held = 0
    for own in random.beta(rate * concentration, (1 - rate) * concentration, (runs, people + 200)):
        listed = random.random(len(person)) < own[person]
        sizes = effective_sizes(listed, group, person, 2)
        small, others = (float(listed[group == which].mean()) for which in (0, 1))
        ratio = ratio_interval(small, sizes[0], others, sizes[1], 0.95)
        held += ratio.low <= 1 <= ratio.high
    assert held / runs >= 0.917  # 0.95 less three errors of 400 runs
