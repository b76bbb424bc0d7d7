"""What a feature is, and how a family of features says it beside its own definition."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Literal, TypeVar, cast

from features.calendar import Frame
from features.contract.vocabulary import Driver

if TYPE_CHECKING:
    from features.known.facts import Known

Found = TypeVar("Found")
Definition = Callable[["Known"], Frame]
"""From what is known on a date to `employee_id` and the family's columns, at most one row a person."""


@dataclass(frozen=True)
class Feature:
    """One column of the feature table and all that is said of it.

    `window` is written (start, end] in months before the snapshot date, or `now`; `worse` is the direction
    that is expected to raise the risk, None where none is; `peers` is whom a person is compared with.
    """

    name: str
    driver: Driver
    label: str
    unit: str
    window: str
    null_means: str
    worse: Literal["higher", "lower"] | None = None
    peers: str = ""
    actionable: bool = True
    kind: Literal["number", "category"] = "number"


@dataclass(frozen=True)
class Family:
    """Features that one function gives, and the tables (`table`) and columns (`table.column`) it cannot do without."""

    features: tuple[Feature, ...]
    define: Definition
    needs: tuple[str, ...]


def family(*features: Feature, needs: Sequence[str]) -> Callable[[Definition], Family]:
    """Declare beside a definition which features it gives and what it needs."""
    return lambda define: Family(features, define, tuple(needs))


def shared(define: Definition) -> Definition:
    """Declare that a definition gives a frame which several families read: it is worked out once a snapshot date."""

    @wraps(define)
    def from_memory(known: "Known") -> Frame:
        return once(known, f"{define.__module__}.{define.__qualname__}", define)

    return from_memory


def once(known: "Known", name: str, define: Definition, *, of_many: bool = False) -> Frame:
    """The frame of that name, worked out when first asked for, and held by the engine."""
    if name not in known.worked_out:
        known.worked_out[name] = known.engine.hold(define(known), of_many=of_many)
    return known.worked_out[name]


def figure(find: Callable[["Known"], Found]) -> Callable[["Known"], Found]:
    """Declare that a function finds one figure that many definitions ask for: it is looked up once a date."""
    name = f"{find.__module__}.{find.__qualname__}"

    @wraps(find)
    def from_memory(known: "Known") -> Found:
        if name not in known.figures:
            known.figures[name] = find(known)
        return cast("Found", known.figures[name])

    return from_memory
