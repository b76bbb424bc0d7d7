"""The units of features: how a number is shown, and which numbers are possible.

A unit is identified by its text, which is what JSON, MLflow and the store hold. No code parses the text:
`unit_named` returns the unit.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MOST: Final = 1e15
"""The largest absolute value of a figure without a limit of its own: above it, a float64 has no decimal places."""
MOST_MONTHS: Final = 100 * 12.0
"""A hundred years; dates more than 60 years before the end of the data are errors."""
MOST_HOURS: Final = 100 * 366 * 24.0
MOST_DAYS_A_MONTH: Final = 31.0
MOST_LOG_RATIO: Final = 20.0
"""One amount is 500 million times the other: above it, a client has sent a ratio or an amount, not a logarithm."""
MOST_LOG_AMOUNT: Final = 40.0
"""2 * 10^17 currency units: above it, a client has sent the amount instead of its logarithm."""


class Display(StrEnum):
    """How a number in a unit is written."""

    NUMBER = "number"
    PERCENT = "percent"
    LOG_RATIO = "log ratio"
    """The logarithm of one amount over another, written as the percentage by which they differ."""
    LOG_AMOUNT = "logarithm"
    """The logarithm of an amount, written as the amount."""
    YES_OR_NO = "yes or no"


class Beside(StrEnum):
    """What is written next to the number."""

    NOTHING = "nothing"
    UNIT = "unit"
    SCALE = "scale"
    """`3.2 on a scale of 1 to 5`."""


@dataclass(frozen=True)
class Unit:
    """A unit of measurement.

    `lower` and `upper` are the lowest and the highest possible number, both included. None means no limit, and
    `no_limit` gives the reason.
    """

    text: str
    display: Display = Display.NUMBER
    beside: Beside = Beside.UNIT
    lower: float | None = None
    upper: float | None = None
    no_limit: str = ""

    def difference(self) -> tuple[float | None, float | None]:
        """The limits of one figure minus another in this unit: from -(range) to the range of the unit."""
        if self.lower is None or self.upper is None:
            return None, None
        return self.lower - self.upper, self.upper - self.lower


def _count(text: str, beside: Beside = Beside.UNIT) -> Unit:
    return Unit(text, beside=beside, lower=0, no_limit="nothing says how many there can be at most")


def _part(text: str) -> Unit:
    """A share of a whole."""
    return Unit(text, Display.PERCENT, Beside.NOTHING, 0, 1)


def _scale(lower: int, upper: int) -> Unit:
    return Unit(f"{lower} to {upper}", beside=Beside.SCALE, lower=lower, upper=upper)


_UNITS: Final = (
    _scale(0, 10),
    _scale(0, 5),
    _scale(1, 5),
    _scale(-1, 1),
    Unit("1 or 0", Display.YES_OR_NO, Beside.NOTHING, 0, 1),
    Unit("months", lower=0, upper=MOST_MONTHS),
    Unit("hours", lower=0, upper=MOST_HOURS),
    Unit("days a month", lower=0, upper=MOST_DAYS_A_MONTH),
    *map(_count, ("people", "moves", "changes", "promotions", "departments", "services a month")),
    _count("count", Beside.NOTHING),
    *map(
        _part,
        (
            *("share", "share of months", "share of weekdays not on leave", "share of rounds", "share of requests"),
            *("share of people", "share of people with less", "share of peers", "share of peers paid less"),
            *("share of the others paid less", "share of services", "share of colleagues"),
        ),
    ),
    Unit(
        "share of contracted hours",
        Display.PERCENT,
        Beside.NOTHING,
        lower=0,
        no_limit="overtime can be longer than the contract",
    ),
    Unit(
        "share of base pay as recorded",
        Display.PERCENT,
        Beside.NOTHING,
        lower=0,
        no_limit="a bonus can exceed base pay, and a source may record an amount or a percentage",
    ),
    Unit("log ratio", Display.LOG_RATIO, Beside.NOTHING, -MOST_LOG_RATIO, MOST_LOG_RATIO),
    Unit("log of currency units", Display.LOG_AMOUNT, Beside.NOTHING, -MOST_LOG_RATIO, MOST_LOG_AMOUNT),
    Unit("ratio", beside=Beside.NOTHING, lower=0, no_limit="one time can be many times another"),
    Unit("points of the review", no_limit="the scale of reviews is the source's own"),
    Unit("level", beside=Beside.NOTHING, no_limit="the levels are the source's own"),
    Unit("as recorded", beside=Beside.NOTHING, no_limit="the scale is the source's own"),
    Unit("category", no_limit="a category is no number"),
    Unit("", beside=Beside.NOTHING, no_limit="a column of the source, whose unit is not known"),
)
UNITS: Final = {unit.text: unit for unit in _UNITS}
"""Every unit of the catalogue, by its text."""


def unit_named(text: str) -> Unit:
    """The unit with this text; for a text that is not in the catalogue, a plain number with the unit beside it."""
    return UNITS.get(text) or Unit(text, no_limit="the unit is not known")
