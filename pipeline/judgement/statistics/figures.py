"""Figures that the packages exchange: a figure with its interval, and the metrics with and without intervals."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from math import isfinite, nan
from typing import Annotated, Final, Generic, TypeVar

from pydantic import BeforeValidator

Figure = Annotated[float, BeforeValidator(lambda value: nan if value is None else value)]
"""A number; NaN if it is not defined, read from null in JSON."""

Each = TypeVar("Each")


@dataclass(frozen=True)
class Bounded:
    """A figure with its interval, 95 % unless stated otherwise; NaN if it is not defined."""

    value: Figure
    low: Figure = nan
    high: Figure = nan

    @property
    def is_defined(self) -> bool:
        return all(map(isfinite, (self.value, self.low, self.high)))

    @property
    def reversed(self) -> "Bounded":
        """The same difference with its two sides exchanged."""
        return Bounded(-self.value, -self.high, -self.low)


UNDEFINED: Final = Bounded(nan)


@dataclass(frozen=True)
class Named(Generic[Each]):
    """Figures by name; a field is None if there is no such figure."""

    def items(self) -> Iterator[tuple[str, Each]]:
        """Name and value of the fields that are not None, in their order."""
        for field in fields(self):
            if (value := getattr(self, field.name)) is not None:
                yield field.name, value

    def get(self, name: str) -> Each | None:
        """The field of that name; None if there is no such field, or it is None."""
        return dict(self.items()).get(name)


@dataclass(frozen=True)
class Metrics(Named[Bounded]):
    """Every metric of `pipeline.judgement.statistics.metrics` with its interval; None if a report does not have it."""

    auc: Bounded | None = None
    average_precision: Bounded | None = None
    log_loss: Bounded | None = None
    brier: Bounded | None = None
    ece: Bounded | None = None
    calibration_slope: Bounded | None = None
    calibration_intercept: Bounded | None = None
    lift_10: Bounded | None = None
    recall_10: Bounded | None = None


@dataclass(frozen=True)
class MetricValues(Named[float]):
    """The same metrics without intervals."""

    auc: float | None = None
    average_precision: float | None = None
    log_loss: float | None = None
    brier: float | None = None
    ece: float | None = None
    calibration_slope: float | None = None
    calibration_intercept: float | None = None
    lift_10: float | None = None
    recall_10: float | None = None
