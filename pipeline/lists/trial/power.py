"""What a roll-out could detect, before it begins: from the people whom the lists of published months would name."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

import polars as pl
from scipy.stats import norm

from pipeline.judgement.statistics.sequential import ERROR, bounds
from pipeline.lists.trial.comparison import FEWEST_MANAGERS, POWER, Plan

INTRACLASS: Final = 0.05
"""Assumed correlation between exits of one manager's people. It cannot be known before; 0.05 is a cautious guess."""

HALF: Final = 0.5
"""Share of the managers if none is set: no other share detects smaller effects."""


@dataclass(frozen=True)
class Power:
    """What a roll-out to `share` of the managers over `months` months of lists would detect four times in five.

    `people` would be listed in that time, of whom the share `expected` leaves by the published risk. `published_months`
    were used; new people of months beyond them are counted at the rate of those. `detectable` is None with too few
    managers.
    """

    share: float
    months: int
    published_months: int
    managers: int
    people: int
    expected: float
    detectable: float | None


def power(months_of_people: Sequence[pl.DataFrame], share: float, months: int) -> Power | None:
    """From (employee_id, manager_id, risk) of those who would be listed in each published month, oldest first.

    The variance of an exit is p (1 − p) less the variance of the risk, which the adjustment takes out if the risk is
    calibrated; it is inflated by 1 + (m − 1) · `INTRACLASS` for m people a manager (Donner and Klar, 2000).
    """
    used = months_of_people[-months:]
    everyone = pl.concat(used).unique("employee_id", keep="first", maintain_order=True) if used else pl.DataFrame()
    if everyone.is_empty():
        return None
    share = share if share < 1 else HALF
    people = people_over(used, everyone.height, months)
    teams = everyone.group_by("manager_id").len().sort("manager_id")["len"].to_numpy().astype(float)
    expected = float(everyone["risk"].to_numpy().mean())
    variance = expected * (1 - expected) - float(everyone["risk"].to_numpy().var())
    a_manager = float((teams**2).sum() / teams.sum()) * people / everyone.height
    inflated = variance * (1 + (a_manager - 1) * INTRACLASS)
    error = sqrt(inflated / people * (1 / share + 1 / (1 - share)))
    is_enough = min(share, 1 - share) * len(teams) >= FEWEST_MANAGERS
    detectable = (last_bound(months) + float(norm.ppf(POWER))) * error if is_enough else None
    return Power(share, months, len(used), len(teams), people, expected, detectable)


def people_over(used: Sequence[pl.DataFrame], distinct: int, months: int) -> int:
    """Distinct people over the planned months: those of the first, and new ones at the rate of the published months."""
    if len(used) == 1:
        return distinct
    first = used[0].height
    return round(first + (distinct - first) / (len(used) - 1) * (months - 1))


def last_bound(months: int, error: float = ERROR) -> float:
    """The bound at the end of the plan, with as much new data in every month."""
    parts = [number / months for number in Plan("", months).ends]
    return bounds(parts, parts, error)[-1]
