"""The draw of first offers: within each driver and manager, every action as often as another, up to one."""

import hashlib
import random
from collections.abc import Mapping, Sequence

import polars as pl

from features.contract.vocabulary import Driver


def draw(people: pl.DataFrame, keys: Mapping[Driver, Sequence[str]], seed: int, salt: str) -> pl.DataFrame:
    """Adds `action` to rows of (employee_id, manager_id, driver); in order of id.

    For each driver the actions, the managers and each manager's people are put into random order, and the people take
    the actions in turn. So each person gets each action with the same probability, and the numbers of two actions
    differ by at most one, over all people of a driver and over those of each manager. The order of rows does not
    matter. `salt` separates draws with the same seed.
    """
    drawn = []
    for (driver,), group in sorted(people.partition_by("driver", as_dict=True).items()):
        digest = hashlib.sha256(f"{seed}\n{salt}\n{driver}".encode()).digest()
        generator = random.Random(int.from_bytes(digest))  # noqa: S311
        of_driver = list(keys[driver])
        generator.shuffle(of_driver)
        for position, (manager, person) in enumerate(_in_random_order(group, generator)):
            drawn.append((person, manager, driver, of_driver[position % len(of_driver)]))
    columns = ("employee_id", "manager_id", "driver", "action")
    return pl.DataFrame(drawn, schema=dict.fromkeys(columns, pl.String), orient="row").sort("employee_id")


def _in_random_order(group: pl.DataFrame, generator: random.Random) -> list[tuple[str, str]]:
    """(manager_id, employee_id), each manager's people together."""
    teams: dict[str, list[str]] = {}
    for manager, person in group.select("manager_id", "employee_id").sort("manager_id", "employee_id").rows():
        teams.setdefault(manager, []).append(person)
    managers = list(teams)
    generator.shuffle(managers)
    for team in teams.values():
        generator.shuffle(team)
    return [(manager, person) for manager in managers for person in teams[manager]]
