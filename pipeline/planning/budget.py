"""Dividing a budget among groups: integer people, most exits avoided per cost first, nobody left out first.

The rule. Every group first gets `least_people`, or all whom the change reaches if they are fewer. The rest goes to the
group that avoids most exits per year of pay, until all whom the change reaches there have it, then to the next. Within
a group everyone counts alike, because a plan names nobody: who of them gets it is not for the model to say. Groups
where the change avoids nothing get no more than the least. Ties go by the name of the group.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from math import floor, inf
from typing import Final

from pipeline.planning.plan import Funded, GroupPlan, Money

Rows = dict[str | None, GroupPlan]

_TOLERANCE: Final = 1e-9
"""A budget that covers a group exactly covers it, whatever the last digit of a sum is."""
_NOTHING: Final = Money(0.0, 0.0, 0.0)


def lacking(rows: Rows, budget: float, least_people: int) -> float | None:
    """Years of pay that a budget lacks for the least number of people of every group; None if it is enough."""
    left = budget - sum(_least(row, least_people) * _cost(row) for row in rows.values())
    return -left if left < -_TOLERANCE else None


def divided(rows: Rows, total: GroupPlan, budget: float, least_people: int) -> tuple[Rows, GroupPlan]:
    """The rows and their total with what each gets of a budget (years of pay, a year) that is not `lacking`."""
    people = {name: _least(row, least_people) for name, row in rows.items()}
    left = budget - sum(people[name] * _cost(row) for name, row in rows.items())
    for name in sorted(rows, key=lambda name: (-_avoided_per_cost(rows[name]), str(name))):
        more = _affordable(rows[name], people[name], left)
        people[name] += more
        left -= more * _cost(rows[name])
    funded = {name: replace(row, funded=_funded(row, people[name])) for name, row in rows.items()}
    return funded, replace(total, funded=_together([row.funded for row in funded.values() if row.funded]))


def _least(row: GroupPlan, least_people: int) -> int:
    return min(least_people, row.reached or 0)


def _affordable(row: GroupPlan, already: int, left: float) -> int:
    """For how many more people the money reaches; none where the change avoids nothing."""
    if _avoided(row) <= 0:
        return 0
    rest, cost = (row.reached or 0) - already, _cost(row)
    return rest if cost == 0 else min(rest, floor(left / cost + _TOLERANCE))


def _funded(row: GroupPlan, people: int) -> Funded:
    share = people / row.reached if row.reached else 0.0
    return Funded(people, people * _avoided(row), (row.pay or _NOTHING).times(share))


def _together(parts: Sequence[Funded]) -> Funded:
    people, avoided = sum(each.people for each in parts), sum(each.avoided for each in parts)
    return Funded(people, avoided, reduce(Money.plus, (each.pay for each in parts), _NOTHING))


def _cost(row: GroupPlan) -> float:
    """Of one person reached, in a year."""
    return row.pay.cost_a_year / row.reached if row.pay and row.reached else 0.0


def _avoided(row: GroupPlan) -> float:
    """Exits avoided by one person reached."""
    return row.avoided.value / row.reached if row.avoided and row.reached else 0.0


def _avoided_per_cost(row: GroupPlan) -> float:
    cost = _cost(row)
    return _avoided(row) / cost if cost else inf
