"""The description of a feature, and how a family of features declares it beside its definition."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from features.catalogue.units import MOST, unit_named
from features.contract.vocabulary import Driver

if TYPE_CHECKING:
    from features.known.facts import Definition

OF_THE_UNIT: Final = math.nan
"""Stands for a limit that the feature does not give itself: it is taken from the unit."""

MAY_SHOW_ANOTHER: Final[tuple[Driver, ...]] = ("relationships", "growth")
"""The drivers whose figures `shows_another`, as far as is known, where a model or a month was stored without it."""


@dataclass(frozen=True)
class Feature:
    """One column of the feature table, with its description.

    Attributes
    ----------
    label
        The name that people see, in English.
    unit
        The text of one of `features.catalogue.units`.
    window
        (start, end] in months before the snapshot date, or `now`.
    worse
        The direction that is expected to raise the risk; None where none is expected.
    peers
        Whom a person is compared with.
    lower, upper
        The lowest and the highest possible number, both included; None where there is no limit. By default those of
        the unit, or of a difference in it.
    no_limit
        Why a number has no limit on one side or both.
    is_difference
        One figure minus another: in the unit, but not on its scale.
    is_confidential
        Based on survey answers, which people gave to the employer and not to their manager.
    shows_another
        From the figure a person could learn what one colleague said of them, or a fact about one other person. HR sees
        it; on the person's own page only its direction is shown.
    monotone
        A what-if changes it, so the model may never lower the risk in the direction of `worse`.
    is_dated
        Computed from facts with dates of their own, so an earlier figure is what was known then. A column without
        dates may have been overwritten since.
    item, label_form, label_months
        The label of the source's own item, the form of `features.catalogue.item_labels` from which `label` is built,
        and the months in it; empty for a feature that is not about an item.
    is_own
        Declared by the company, in the module that its source.toml names.
    trend_of
        The feature of a year that this one compares the last quarter with: the sum of both is the quarter's figure.
        Training forecasts the next quarter's. Empty for any other feature.
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
    lower: float | None = OF_THE_UNIT
    upper: float | None = OF_THE_UNIT
    no_limit: str = ""
    is_difference: bool = False
    is_confidential: bool = False
    shows_another: bool = False
    monotone: bool = False
    is_dated: bool = True
    item: str = ""
    label_form: str = ""
    label_months: int | None = None
    is_own: bool = False
    trend_of: str = ""

    def __post_init__(self) -> None:
        """Takes missing limits from the unit."""
        unit = unit_named(self.unit)
        of_unit = unit.difference() if self.is_difference else (unit.lower, unit.upper)
        for side, limit in zip(("lower", "upper"), of_unit, strict=True):
            given: float | None = getattr(self, side)
            if given is not None and math.isnan(given):
                object.__setattr__(self, side, limit)
        if None in (self.lower, self.upper) and not self.no_limit:
            why = unit.no_limit or "a difference of figures without a limit"
            object.__setattr__(self, "no_limit", why)

    @property
    def label_parts(self) -> dict[str, str | int | None]:
        """The parts from which a language builds the label."""
        parts = ("label", "item", "label_form", "label_months")
        return {name: getattr(self, name) for name in parts}

    @property
    def limits(self) -> tuple[float, float]:
        """The lowest and the highest number for computations: a side without a limit ends at `MOST`."""
        return -MOST if self.lower is None else self.lower, MOST if self.upper is None else self.upper


@dataclass(frozen=True)
class Family:
    """Features that one function computes, and the tables (`table`) and columns (`table.column`) that it needs."""

    features: tuple[Feature, ...]
    define: "Definition"
    needs: tuple[str, ...]


def family(*features: Feature, needs: Sequence[str]) -> Callable[["Definition"], Family]:
    """Declare beside a definition which features it computes and what it needs."""
    return lambda define: Family(features, define, tuple(needs))
