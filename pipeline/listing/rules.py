"""Who is on a manager's list, as the company sets it."""

from dataclasses import dataclass, field
from typing import Final, Literal

from pipeline.listing.replacement_cost import REPLACEMENT_COST, Costs

CAPACITY: Final = 4
"""Conversations that a manager can hold in a month: one a week."""

LISTED_FROM: Final = 2.5
"""Least lift of a listed person: the risk divided by the mean risk of everyone scored that day. With this value, the
listed people of a simulated year left three times as often as everyone (docs/decisions/listing-threshold.md)."""

ListsBy = Literal["risk", "risk_and_criticality"]
"""What lists are sorted by: the expected loss alone, or times how hard the person is to replace."""

USUAL: Final = 1.0
"""The criticality of a person about whom the source says nothing."""
HARD_TO_REPLACE: Final = 4.0
"""The least criticality that lists show in words: nine months, or what the company weighs like them."""


@dataclass(frozen=True)
class ListRules:
    """The same for every manager: the most people, the least lift, the replacement cost of each level, the order."""

    capacity: int = CAPACITY
    listed_from: float = LISTED_FROM
    costs: Costs = field(default_factory=lambda: dict(REPLACEMENT_COST))
    by: ListsBy = "risk"
