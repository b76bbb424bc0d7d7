"""What heads of departments learn of a month: figures of departments and of the pairs between them, nobody's name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from features.contract.vocabulary import DRIVERS
from pipeline.language.translator import Language
from pipeline.language.wording import DRIVER_NAMES
from pipeline.store.reading import Published, PublishedScores

WEIGHING: Final = 0.02
"""Least mean log-odds for a driver to be named: it raises a typical member's odds of leaving by 2 %."""

DEAREST: Final = 5
"""Pairs of departments that are shown: what one meeting of heads can take up."""


@dataclass(frozen=True)
class Department:
    """A department's figures; all None but the name where it is suppressed. `expected` exits with a 95 % interval;
    `drivers` that weigh most, in words.
    """

    name: str | None
    people: int | None
    expected: float | None
    low: float | None
    high: float | None
    drivers: str


@dataclass(frozen=True)
class DepartmentFigures:
    """Departments by name, and the pairs whose service weighs most on those who ask, dearest first."""

    departments: Sequence[Department]
    pairs: Sequence[Mapping[str, Any]]


def department_figures(scores: PublishedScores, published: Published, language: Language) -> DepartmentFigures:
    """As published with the month, so that every reader gets the same figures and the same gaps."""
    departments = [_department(row, language) for row in scores.group_figures(published, "department")]
    dear = [row for row in scores.service_figures(published) if _is_between_two(row) and _cost(row) > 0]
    return DepartmentFigures(departments, sorted(dear, key=_cost, reverse=True)[:DEAREST])


def _department(row: Mapping[str, Any], language: Language) -> Department:
    weights = {driver: row[f"{driver}_log_odds"] or 0.0 for driver in DRIVERS}
    heavy = sorted((driver for driver in DRIVERS if weights[driver] >= WEIGHING), key=lambda name: -weights[name])
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
    """Services times what relationships add to the log-odds of those who ask; nothing where the pair is suppressed."""
    if row["services"] is None or row["relationships_log_odds"] is None:
        return 0.0
    return float(row["services"] * row["relationships_log_odds"])
