"""The actions that a list can suggest, by driver: data in `actions.toml`, translated as every text."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from features.contract.vocabulary import DRIVERS, Driver

_TWO: Final = 2


@dataclass(frozen=True)
class Action:
    """One action of a manager; `key` is what the store holds, `text` is in English."""

    key: str
    driver: Driver
    text: str


@cache
def actions() -> Mapping[Driver, tuple[Action, ...]]:
    """The actions of each driver, in the order of the file."""
    read = tomllib.loads((files("pipeline.language") / "actions.toml").read_text(encoding="utf-8"))
    return {driver: tuple(Action(key, driver, text) for key, text in read[driver].items()) for driver in DRIVERS}


@cache
def action_of(key: str) -> Action | None:
    """The action with a key; None for one that the file no longer has."""
    return next((each for of_driver in actions().values() for each in of_driver if each.key == key), None)


def comparisons(of_drivers: Mapping[Driver, Sequence[Action]]) -> int:
    """How many differences are estimated: of two actions one, of more each action against the rest."""
    return sum(1 if len(each) == _TWO else len(each) for each in of_drivers.values())
