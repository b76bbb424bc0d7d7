"""What heads of departments see of a month: figures of departments and of pairs of departments, without names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from features.contract.vocabulary import DRIVERS
from pipeline.language.translator import Language
from pipeline.language.wording import DRIVER_NAMES
from pipeline.store.reading import Published, PublishedScores

LEAST_MEAN_LOG_ODDS: Final = 0.02
"""From this mean log-odds on a driver is named: it raises a typical member's odds of leaving by 2 %."""

MOST_PAIRS: Final = 5
"""Pairs of departments that are shown: as many as one meeting of heads can discuss."""


@dataclass(frozen=True)
class Department:
    """A department's figures. `expected` exits have a 95 % interval; `drivers` names the main drivers, in words.

    If the department is suppressed, everything but its name is None.
    """

    name: str | None
    people: int | None
    expected: float | None
    low: float | None
    high: float | None
    drivers: str


@dataclass(frozen=True)
class DepartmentFigures:
    """Departments by name, and the pairs whose services add most to their clients' risk, largest first."""

    departments: Sequence[Department]
    pairs: Sequence[Mapping[str, Any]]


def department_figures(scores: PublishedScores, published: Published, language: Language) -> DepartmentFigures:
    """The figures that were published with the month, so that all readers see the same figures and the same gaps."""
    departments = [_department(row, language) for row in scores.group_figures(published, "department")]
    costly = [row for row in scores.service_figures(published) if _is_between_two(row) and _cost(row) > 0]
    return DepartmentFigures(departments, sorted(costly, key=_cost, reverse=True)[:MOST_PAIRS])


def _department(row: Mapping[str, Any], language: Language) -> Department:
    weights = {driver: row[f"{driver}_log_odds"] or 0.0 for driver in DRIVERS}
    heavy = sorted(
        (driver for driver in DRIVERS if weights[driver] >= LEAST_MEAN_LOG_ODDS), key=lambda name: -weights[name]
    )
    return Department(
        name=row["value"],
        people=row["people"],
        expected=_rounded(row["expected_exits"]),
        low=_rounded(row["low"]),
        high=_rounded(row["high"]),
        drivers=_enumerated([language.text(DRIVER_NAMES[driver]) for driver in heavy]),
    )


def _enumerated(names: Sequence[str]) -> str:
    """`Pay, conditions`."""
    return ", ".join([*names[:1], *(name.lower() for name in names[1:])])


def _is_between_two(row: Mapping[str, Any]) -> bool:
    return bool(row["client_department"] != row["provider_department"])


def _rounded(exits: float | None) -> float | None:
    return None if exits is None else round(exits, 1)


def _cost(row: Mapping[str, Any]) -> float:
    """Services times the mean log-odds that relationships add for the clients; zero if the pair is suppressed."""
    if row["services"] is None or row["relationships_log_odds"] is None:
        return 0.0
    return float(row["services"] * row["relationships_log_odds"])
