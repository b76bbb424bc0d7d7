"""The distribution of exits, its range, and the head count that remains: worked out by hand."""

from itertools import product
from math import prod

import numpy as np
import polars as pl
import pytest
from scipy import stats

from pipeline.outlook.ahead import OtherExits, groups_of, rows_of, shared_sd
from pipeline.outlook.predictive import EXACT_PEOPLE, other_exits, range_of, voluntary_exits


def test_equal_risks_are_binomial() -> None:
    assert voluntary_exits(np.array([0.5, 0.5])) == pytest.approx([0.25, 0.5, 0.25])
    assert voluntary_exits(np.full(3, 0.1)) == pytest.approx([0.729, 0.243, 0.027, 0.001])


def test_unequal_risks_have_the_mean_and_the_variance_of_independent_exits() -> None:
    """.1, .2 and .3: mean .6, variance .09 + .16 + .21 = .46; nobody leaves with .9 · .8 · .7 = .504."""
    found = voluntary_exits(np.array([0.1, 0.2, 0.3]))
    numbers = np.arange(len(found))
    assert float(numbers @ found) == pytest.approx(0.6)
    assert float((numbers - 0.6) ** 2 @ found) == pytest.approx(0.46)
    assert found[0] == pytest.approx(0.504)


def test_the_distribution_is_that_of_all_outcomes_enumerated() -> None:
    risks = np.array([0.02, 0.05, 0.1, 0.1, 0.2, 0.3, 0.35, 0.5, 0.6, 0.8])
    exact = np.zeros(11)
    for who in product((0, 1), repeat=10):
        exact[sum(who)] += prod(risk if left else 1 - risk for risk, left in zip(risks, who, strict=True))
    assert voluntary_exits(risks) == pytest.approx(exact)
    assert range_of(exact) == (1, 5)


def test_large_groups_are_approximated_closely() -> None:
    risks = np.random.default_rng(1).beta(0.8, 6, EXACT_PEOPLE)
    exact = np.cumsum(voluntary_exits(risks))
    more = np.cumsum(voluntary_exits(np.append(risks, 0.0)))  # one person too many for the exact sum, who never leaves
    assert np.abs(exact[: len(more)] - more[: len(exact)]).max() < 0.005


def test_a_range_leaves_at_most_one_in_twenty_below_and_above() -> None:
    assert range_of(np.array([0.04, 0.06, 0.8, 0.06, 0.04])) == (1, 3)
    assert range_of(np.array([0.05, 0.9, 0.05])) == (1, 1)
    assert range_of(np.array([0.06, 0.88, 0.06])) == (0, 2)
    assert range_of(np.array([1.0])) == (0, 0)


def test_a_shared_error_widens_the_range_and_keeps_the_mean() -> None:
    """1,000 people with .1: chance has variance 90. An error of .2 in log-odds moves 90 · .2 = 18 exits: 90 + 324."""
    risks = np.full(1000, 0.1)
    numbers_alone, numbers = (np.arange(len(voluntary_exits(risks, sd))) for sd in (0.0, 0.2))
    alone, shared = voluntary_exits(risks), voluntary_exits(risks, 0.2)
    assert float(numbers_alone @ alone) == pytest.approx(100, abs=1e-6)
    assert float(numbers @ shared) == pytest.approx(100, abs=0.5)
    assert float((numbers - 100) ** 2 @ shared) == pytest.approx(90 + 324, rel=0.05)
    assert range_of(alone) == (85, 116)
    assert range_of(shared)[0] < 72
    assert range_of(shared)[1] > 133


def test_a_mixture_covers_what_a_simulation_of_it_gives() -> None:
    random = np.random.default_rng(1)
    risks = random.beta(1.5, 12, 60)
    low, high = range_of(voluntary_exits(risks, 0.5))
    odds = np.log(risks / (1 - risks)) - 0.25 * (1 - 2 * risks) / 2
    drawn = 1 / (1 + np.exp(-(odds + random.normal(0, 0.5, (20_000, 1)))))
    exits = (random.random(drawn.shape) < drawn).sum(axis=1)
    inside = float(((exits >= low) & (exits <= high)).mean())
    assert 0.9 <= inside < 0.97


def test_other_exits_follow_the_rate_of_twelve_months() -> None:
    """19.5 in 1,000 person-months, for 100 more: 1.95; a gamma-Poisson variance is 1.95 · (1 + 100 / 1,000)."""
    found = other_exits(19, 1000.0, 100.0)
    numbers = np.arange(len(found))
    assert float(numbers @ found) == pytest.approx(1.95, abs=1e-6)
    assert float((numbers - 1.95) ** 2 @ found) == pytest.approx(1.95 * 1.1, abs=1e-4)
    assert range_of(found) == (0, 5)


def test_the_shared_error_is_what_a_published_range_has_beyond_chance() -> None:
    """100 people with .2: chance 16. A deviation of 5 gives 20 ± 9.8, rounded outwards: 10.2 to 29.8."""
    risks = np.full(100, 0.2)
    found = shared_sd(risks, {"low": 10.2, "high": 29.85})
    assert found == pytest.approx((25 - 16) ** 0.5 / 16, rel=0.01)
    assert shared_sd(risks, {"low": 12.2, "high": 27.8}) == 0.0  # chance alone: 20 ± 7.84
    assert shared_sd(np.full(5, 0.5), {"low": 0.0, "high": 5.0}) == 0.0  # the range says nothing


def people(sizes: dict[str, int], risk: float = 0.2) -> pl.DataFrame:
    rows = [
        {"employee_id": f"{name}{at}", "department": name, "location": "Riga", "level": "1", "job": "Clerk"}
        for name, size in sizes.items()
        for at in range(size)
    ]
    risks = {"risk": risk, "risk_3m": risk / 2, "risk_6m": risk, "risk_12m": 2 * risk}
    return pl.DataFrame(rows).with_columns(manager_id=pl.lit("M"), **{name: pl.lit(of) for name, of in risks.items()})


def figure(value: str | None, number: int | None, low: float, high: float) -> dict[str, object]:
    return {"value": value, "people": number, "low": low, "high": high}


def test_head_count_is_what_both_kinds_of_exits_leave() -> None:
    """10 people with .2 over six months: 2 exits. At 59.5 other exits in 595 person-months, 59 · .1 = 5.9 more."""
    staff = people({"Sales": 10})
    groups = groups_of(staff, {"everyone": [figure(None, 10, 0.0, 10.0)]})
    (row,) = rows_of(groups, {}, [6], OtherExits(59, 595.0))
    assert (row.people, row.expected, row.other) == (10, 2.0, 5.4)  # 60 − 2 · 6 / 2 = 54 person-months
    assert row.head_count == 2.6
    assert (row.low, row.high) == (0, 4)
    # other exits: of a gamma rate with 59 + 1/2 exits in 595 person-months, in 54 ahead
    both = np.convolve(stats.binom.pmf(np.arange(11), 10, 0.2), stats.nbinom.pmf(np.arange(60), 59.5, 595 / (595 + 54)))
    fewest, most = (int(np.searchsorted(np.cumsum(both), share)) for share in (0.05, 0.95))
    assert (fewest, most) == (3, 12)
    assert (row.head_count_low, row.head_count_high) == (0, 7)  # ten people less twelve, and less three
    (alone,) = rows_of(groups, {}, [6], None)
    assert (alone.other, alone.head_count, alone.head_count_low, alone.head_count_high) == (None, 8.0, 6, 10)


def test_suppressed_groups_and_those_from_which_somebody_was_erased_have_no_figures() -> None:
    staff = people({"Sales": 10, "Plant": 8, "Legal": 3})
    figures = {
        "department": [figure("Legal", None, 0, 0), figure("Plant", 9, 0.0, 4.0), figure("Sales", 10, 0.0, 5.0)],
    }
    groups = groups_of(staff, figures)  # type: ignore[arg-type]
    assert [group.name for group in groups] == ["Sales"]
    rows = rows_of(groups, {"department": ["Legal", "Plant"]}, [3, 6], None)
    assert {(row.group, row.is_suppressed) for row in rows} == {("Sales", False), ("Legal", True), ("Plant", True)}
    assert {row.expected for row in rows if row.is_suppressed} == {None}
