"""Simulated first offers of one year: all intervals contain the true differences, and chance is rarely a finding."""

from functools import cache

import numpy as np
import polars as pl
import pytest

from pipeline.judgement.statistics.sequential import ERROR
from pipeline.language.actions import Action, comparisons
from pipeline.lists.offers.draw import draw
from pipeline.lists.offers.effect import ActionEffect, compared
from pipeline.lists.offers.power import powers
from pipeline.lists.trial.comparison import Plan

PLAN = Plan("2024-01", 12)
MANAGERS, TRIALS = 60, 300
ACTIONS = {
    driver: tuple(Action(f"{driver}-{number}", driver, "") for number in range(count))
    for driver, count in (("pay", 2), ("growth", 3))
}
KEYS = {driver: [action.key for action in each] for driver, each in ACTIONS.items()}
PLANTED = "growth-0"


def a_year(seed: int, effect: float) -> pl.DataFrame:
    """About 700 people of 60 managers, who differ by 5 points; the planted action changes the risk by `effect`."""
    generator = np.random.default_rng(seed)
    manager = np.repeat(np.arange(MANAGERS), generator.poisson(11, MANAGERS) + 1)
    known = pl.DataFrame(
        {
            "employee_id": [f"P{number:04}" for number in range(len(manager))],
            "manager_id": [f"M{number:02}" for number in manager],
            "driver": generator.choice(["pay", "growth"], len(manager)),
            "risk": 0.2 + 0.4 * generator.beta(1, 2, len(manager)),
            "of_manager": generator.normal(0, 0.05, MANAGERS)[manager],
            "month": [f"2024-{number:02}" for number in generator.integers(1, 13, len(manager))],
        }
    )
    months = known.partition_by("month", include_key=True)
    drawn = pl.concat([draw(month, KEYS, seed, month["month"][0]) for month in months])
    rows = known.join(drawn.select("employee_id", "action"), on="employee_id", maintain_order="left")
    chance = rows["risk"] + rows["of_manager"] + effect * (rows["action"] == PLANTED).cast(pl.Float64)
    left = generator.random(rows.height) < np.clip(chance.to_numpy(), 0, 1)
    return rows.with_columns(left=pl.Series(left), is_done=pl.lit(value=False))


@cache
def years(effect: float) -> list[dict[str, ActionEffect]]:
    """The comparison of each simulated year, by action."""
    return [
        {each.action: each for each in compared(a_year(seed, effect), PLAN, "2024-12", ACTIONS)}
        for seed in range(TRIALS)
    ]


@cache
def promised() -> float:
    """The difference that the power of the first year's people promises to detect four times in five."""
    known = a_year(0, 0.0)
    months = known.partition_by("month", maintain_order=True)
    counts = {driver: len(each) for driver, each in ACTIONS.items()}
    growth = next(each for each in powers(months, counts, 12, ERROR / comparisons(ACTIONS)) if each.driver == "growth")
    assert growth.people == known.filter(pl.col("driver") == "growth").height
    assert growth.detectable is not None
    return growth.detectable


def truth(action: str, effect: float) -> float:
    """The planted action against the two others, and each other against the planted one and the third."""
    if not action.startswith("growth"):
        return 0.0
    return effect if action == PLANTED else -effect / 2


@pytest.mark.parametrize("is_planted", [False, True])
def test_all_last_intervals_together_contain_the_true_differences_in_95_percent_of_years(is_planted: bool) -> None:
    effect = -promised() if is_planted else 0.0

    def holds(each: ActionEffect) -> bool:
        assert each.difference is not None
        return each.difference.low <= truth(each.action, effect) <= each.difference.high

    assert 0.93 <= np.mean([all(holds(each) for each in year.values()) for year in years(effect)]) <= 0.97


def test_all_comparisons_at_all_looks_find_something_in_5_percent_of_years_without_an_effect() -> None:
    found = [any(each.found_in for each in year.values()) for year in years(0.0)]
    assert 0.03 <= np.mean(found) <= 0.07


def test_a_planted_effect_as_large_as_promised_is_found_four_times_in_five_and_for_its_driver_only() -> None:
    year = years(-promised())
    assert np.mean([each[PLANTED].found_in is not None for each in year]) >= 0.8
    assert np.mean([each["pay-0"].found_in is not None for each in year]) <= 0.05
