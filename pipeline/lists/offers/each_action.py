"""The order in which first offers are compared: driver by driver, action by action, within the planned months."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import polars as pl

from features.contract.vocabulary import Driver
from pipeline.language.actions import Action
from pipeline.lists.trial.comparison import Plan

T = TypeVar("T")


def for_each_action(
    rows: pl.DataFrame,
    plan: Plan,
    of_drivers: Mapping[Driver, Sequence[Action]],
    effect: Callable[[pl.DataFrame, Action], T],
) -> list[T]:
    """`effect` of each action and of the rows of its driver (column `driver`) within the planned months."""
    within = plan.within(rows)
    return [
        effect(within.filter(pl.col("driver") == driver), action)
        for driver, actions in of_drivers.items()
        for action in actions
    ]
