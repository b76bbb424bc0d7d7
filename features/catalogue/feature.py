"""What a feature is, and how a family of features says it beside its own definition."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from features.contract.vocabulary import Driver

if TYPE_CHECKING:
    from features.known.facts import Definition


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
    define: "Definition"
    needs: tuple[str, ...]


def family(*features: Feature, needs: Sequence[str]) -> Callable[["Definition"], Family]:
    """Declare beside a definition which features it gives and what it needs."""
    return lambda define: Family(features, define, tuple(needs))
