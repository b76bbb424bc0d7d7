"""The structure of the simulated company: months, departments and seats, which stay when people come and go. No I/O.

A *seat* is a position with a department, a parent seat and the seats that serve it. Seats outlast people: a bad
interface between two departments affects everyone who occupies a seat there.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

WARM_UP_MONTHS: Final = 60
"""Months simulated before the data begin, so that the company has reached its usual state and has a history."""
LAST_MONTH: Final = np.datetime64("2025-12", "M")
NOBODY: Final = -1
PARTNERS: Final = 6
"""Seats that regularly serve a seat."""
HEAD: Final = 8
TOP: Final = 9
"""The layers of a department's head and of the managing director; layer 0 does the work, layer 1 leads a team."""


@dataclass(frozen=True)
class Department:
    """How one department differs: size, pay relative to the company's, market, hours, trades and sites."""

    name: str
    weight: float
    pay: float
    market_growth_year: float
    overtime_hours: float
    trades: tuple[str, str]
    sites: tuple[int, ...]


LOCATIONS: Final = ("Head office", "North plant", "South plant", "Distribution centre")
DEPARTMENTS: Final = (
    Department("Production", 0.24, 0.90, 0.038, 9, ("operator", "process technician"), (1, 2)),
    Department("Sales", 0.15, 1.08, 0.046, 8, ("account manager", "sales adviser"), (0, 3)),
    Department("Logistics", 0.12, 0.88, 0.040, 10, ("dispatcher", "warehouse planner"), (3, 1, 2)),
    Department("Finance", 0.07, 1.06, 0.041, 7, ("accountant", "controller"), (0,)),
    Department("Customer service", 0.11, 0.85, 0.037, 6, ("service agent", "service coordinator"), (0, 3)),
    Department("IT", 0.10, 1.22, 0.052, 8, ("developer", "systems analyst"), (0,)),
    Department("Engineering", 0.09, 1.15, 0.046, 7, ("design engineer", "quality engineer"), (0, 1)),
    Department("Procurement", 0.05, 1.00, 0.039, 5, ("buyer", "supply planner"), (0, 1)),
    Department("Marketing", 0.04, 1.02, 0.042, 6, ("marketing specialist", "brand manager"), (0,)),
    Department("Human resources", 0.03, 0.98, 0.039, 4, ("people partner", "recruiter"), (0,)),
)
BAD_INTERFACES: Final = (("Sales", "Finance"), ("Production", "Sales"), ("Production", "Logistics"))
"""Pairs that serve each other badly, in both directions."""
GRADES: Final = ("Junior {}", "{}", "Senior {}", "Principal {}")


@dataclass
class Seats:
    """Positions, one row each; `parent` is a seat (NOBODY for the top), `partners` are seats × PARTNERS."""

    department: Ints
    parent: Ints
    layer: Ints
    trade: Ints
    occupant: Ints
    vacant_since: Ints
    partners: Ints
    fit: Floats


def first_day(month: int, months: int) -> int:
    """Days since 1970 of the first day of a month; month 0 is the first of the data, `months` - 1 is LAST_MONTH."""
    return int(_calendar_month(month, months).astype("datetime64[D]").astype(int))


def month_of_year(month: int, months: int) -> int:
    """1 for January."""
    return int(_calendar_month(month, months).astype(int) % 12) + 1


def _calendar_month(month: int, months: int) -> np.datetime64:
    return LAST_MONTH - np.timedelta64(months - 1 - month, "M")


def departments_for(employees: int) -> tuple[Department, ...]:
    """The departments of a company of this size: at least the four with the bad interfaces."""
    return DEPARTMENTS[: int(np.clip(employees // 12, 4, len(DEPARTMENTS)))]


def lay_out_seats(employees: int, rng: np.random.Generator) -> Seats:
    """One tree of seats per department below one managing director, with spans of about 5 to 12."""
    departments = departments_for(employees)
    weights = np.array([department.weight for department in departments])
    bounds = np.rint(np.cumsum(weights) / weights.sum() * (employees - 1)).astype(int)
    parts = [_department_tree(size, rng) for size in np.diff(bounds, prepend=0)]
    department, parent, layer = [np.array([0])], [np.array([NOBODY])], [np.array([TOP])]
    offset = 1
    for code, (parents, layers) in enumerate(parts):
        department.append(np.full(len(parents), code))
        parent.append(np.where(parents == NOBODY, 0, parents + offset))
        layer.append(layers)
        offset += len(parents)
    seats = Seats(
        department=np.concatenate(department),
        parent=np.concatenate(parent),
        layer=np.concatenate(layer),
        trade=rng.integers(0, 2, employees),
        occupant=np.full(employees, NOBODY),
        vacant_since=np.full(employees, -WARM_UP_MONTHS),
        partners=np.zeros((employees, PARTNERS), dtype=np.int64),
        fit=rng.normal(0, 0.55, (employees, PARTNERS)),
    )
    seats.department[0] = min(3, len(departments) - 1)
    seats.partners = _partners(seats, len(departments), rng)
    return seats


def _department_tree(size: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Parent (a row of the department, NOBODY for its head) and layer of each seat of a department."""
    layer_sizes = [1]
    below = size - 1
    managers: list[int] = []
    while below > 11:
        managers.append(max(2, round(below / (9.2 if not managers else 7))))
        below = managers[-1]
    layer_sizes += [*managers[::-1], size - 1 - sum(managers)]
    starts = np.concatenate([[0], np.cumsum(layer_sizes)])
    parents = [np.array([NOBODY])]
    layers = [np.array([HEAD])]
    for depth in range(1, len(layer_sizes)):
        spans = np.cumsum(rng.uniform(6, 11, layer_sizes[depth - 1]))
        ends = np.rint(spans / spans[-1] * layer_sizes[depth])
        parents.append(starts[depth - 1] + np.searchsorted(ends, np.arange(layer_sizes[depth]), side="right"))
        layers.append(np.full(layer_sizes[depth], min(len(layer_sizes) - 1 - depth, HEAD - 1)))
    return np.concatenate(parents), np.concatenate(layers)


def _partners(seats: Seats, departments: int, rng: np.random.Generator) -> Ints:
    """Who serves whom: each seat has two providers from its own department, and others by the departments' affinity."""
    affinity = rng.uniform(0.2, 1, (departments, departments)) * np.bincount(seats.department, minlength=departments)
    for one, other in bad_interfaces(departments):
        affinity[one, other] *= 2
        affinity[other, one] *= 2
    cumulative = np.cumsum(affinity, axis=1) / affinity.sum(axis=1, keepdims=True)
    draws = rng.random((len(seats.department), PARTNERS))
    chosen = (draws[:, :, None] > cumulative[seats.department][:, None, :]).sum(axis=2)
    chosen[:, :2] = seats.department[:, None]
    order = np.argsort(seats.department, kind="stable")
    counts = np.bincount(seats.department, minlength=departments)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    partners: Ints = order[starts[chosen] + (rng.random(chosen.shape) * counts[chosen]).astype(int)]
    itself = partners == np.arange(len(partners))[:, None]
    partners[itself] = (partners[itself] + 1) % len(partners)
    return partners


def bad_interfaces(departments: int) -> list[tuple[int, int]]:
    """BAD_INTERFACES as codes of departments."""
    code = {department.name: i for i, department in enumerate(DEPARTMENTS[:departments])}
    return [(code[one], code[other]) for one, other in BAD_INTERFACES]


def level_for(layer: Ints, wanted: Ints) -> Ints:
    """The allowed level of a seat nearest to the wanted one: 1 to 4 at work, 4 or 5 for leads, up to 6 above."""
    lowest = np.select([layer == 0, layer == 1, layer < HEAD], [1, 4, 5], 6)
    highest = np.select([layer == 0, layer == 1, layer < HEAD], [4, 5, 6], 6)
    return np.clip(wanted, lowest, highest)
