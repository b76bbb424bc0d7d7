"""A score and its factors, as all packages exchange them, and the quantile behind intervals of expected exits."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from features.contract.vocabulary import CONTEXT, DRIVERS, Driver

ENOUGH: Final = "enough"
"""The evidence of a score that can be relied on; any other text is the reason why it cannot."""

NORMAL_95: Final = 1.959964
"""The standard normal's quantile for a two-sided interval of 95 %."""


@dataclass(frozen=True)
class Factor:
    """What one feature adds to a person's log-odds; `value` and `peer_value` are None where unknown."""

    feature: str
    driver: Driver
    value: str | None
    peer_value: str | None
    contribution: float


@dataclass(frozen=True)
class Score:
    """A person's published score, with the post held on the snapshot date. Risks are probabilities.

    criticality: how hard the person is to replace, 1 to 5; None where the source does not say.
    """

    employee_id: str
    rank: int
    risk: float
    risk_3m: float | None
    risk_6m: float | None
    risk_12m: float | None
    risk_low: float | None
    risk_high: float | None
    evidence: str
    base_log_odds: float
    log_odds: float
    department: str | None
    level: int | None
    job: str | None
    location: str | None
    manager_id: str | None
    criticality: float | None = None


def driver_sums(factors: Iterable[Factor]) -> dict[Driver, float]:
    """The log-odds that each driver adds, context last."""
    sums: dict[Driver, float] = dict.fromkeys((*DRIVERS, CONTEXT), 0.0)
    for factor in factors:
        sums[factor.driver] += factor.contribution
    return sums
