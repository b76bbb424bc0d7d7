"""Simulated years in which half of the managers get no list: what an action does beside nothing, and chance."""

from functools import cache

import numpy as np
import polars as pl
import pytest

from pipeline.judgement.statistics.figures import Bounded
from pipeline.language.actions import Action
from pipeline.lists.offers.against_nothing import EffectOfAction, effects
from pipeline.lists.offers.draw import draw
from pipeline.lists.trial.comparison import Plan

PLAN = Plan("2024-01", 12)
MANAGERS, TRIALS = 120, 300
CHANCE = 3 * (0.05 * 0.95 / TRIALS) ** 0.5
"""Three standard errors of a share of 5 % of the trials: 3.8 points. The figures of 1,000 years are in
docs/decisions/first-offers-and-nominations.md."""
ACTIONS = {
    driver: tuple(Action(f"{driver}-{number}", driver, "") for number in range(count))
    for driver, count in (("pay", 2), ("growth", 3))
}
KEYS = {driver: [action.key for action in each] for driver, each in ACTIONS.items()}
PLANTED = "growth-0"
LESS = -0.5
"""The planted action halves the risk."""


def a_year(seed: int, relative: float) -> pl.DataFrame:
    """About 1,400 people of 120 managers, who differ by 5 points; half of the managers get no list. The planted action
    changes everyone's chance of leaving by a share of it."""
    generator = np.random.default_rng(seed)
    manager = np.repeat(np.arange(MANAGERS), generator.poisson(11, MANAGERS) + 1)
    gets = generator.permutation(np.arange(MANAGERS) % 2 == 0)
    known = pl.DataFrame(
        {
            "employee_id": [f"P{number:04}" for number in range(len(manager))],
            "manager_id": [f"M{number:03}" for number in manager],
            "driver": generator.choice(["pay", "growth"], len(manager)),
            "risk": 0.2 + 0.4 * generator.beta(1, 2, len(manager)),
            "of_manager": generator.normal(0, 0.05, MANAGERS)[manager],
            "gets": gets[manager],
            "month": [f"2024-{number:02}" for number in generator.integers(1, 13, len(manager))],
        }
    )
    months = known.filter("gets").partition_by("month", include_key=True)
    drawn = pl.concat([draw(month, KEYS, seed, month["month"][0]) for month in months])
    rows = known.join(drawn.select("employee_id", "action"), on="employee_id", how="left", maintain_order="left")
    is_planted = (rows["action"] == PLANTED).fill_null(value=False).cast(pl.Float64)
    chance = (rows["risk"] + rows["of_manager"]) * (1 + relative * is_planted)
    return rows.with_columns(left=pl.Series(generator.random(rows.height) < np.clip(chance.to_numpy(), 0, 1)))


@cache
def years(relative: float) -> list[dict[str, EffectOfAction]]:
    """The comparison of each simulated year, by action."""
    return [
        {each.action: each for each in effects(a_year(seed, relative), PLAN, "2024-12", ACTIONS)}
        for seed in range(TRIALS)
    ]


def holds(interval: Bounded | None, truth: float) -> bool:
    assert interval is not None
    return interval.low <= truth <= interval.high


@pytest.mark.parametrize("relative", [0.0, LESS])
def test_all_last_intervals_together_contain_the_true_relative_effects_in_95_percent_of_years(relative: float) -> None:
    share = np.mean(
        [
            all(holds(each.relative, relative if name == PLANTED else 0.0) for name, each in year.items())
            for year in years(relative)
        ]
    )
    assert abs(share - 0.95) < CHANCE


def test_all_comparisons_at_all_looks_find_something_in_5_percent_of_years_without_an_effect() -> None:
    found = [any(each.found_in for each in year.values()) for year in years(0.0)]
    assert abs(np.mean(found) - 0.05) < CHANCE


def test_an_action_that_halves_the_risk_is_found_and_the_others_are_not() -> None:
    found = {name: np.mean([year[name].found_in is not None for year in years(LESS)]) for name in years(LESS)[0]}
    assert found[PLANTED] >= 0.8
    assert max(share for name, share in found.items() if name != PLANTED) <= 0.03
