"""Which values a feature can have at all, by its unit: what a client may send, and what a change may lead to."""

import math
import re
from typing import Final

from features.catalogue.feature import Feature

Bounds = tuple[float, float]
"""The least and the most value; infinite where there is no limit."""

ANY: Final[Bounds] = (-math.inf, math.inf)
COUNTS: Final = ("months", "people", "departments", "changes", "services a month", "days a month", "share of people")
"""Units of which there cannot be fewer than none."""
_SCALE: Final = re.compile(r"(-?\d+) to (\d+)")
_DIFFERENCE: Final = re.compile(r"_(trend|change|against)(_|$)|_(gap|team)$")
"""Names of features that are one figure minus another: they are in the unit, but not on its scale."""


def possible(feature: Feature) -> Bounds:
    """Between which values a number of this feature lies, both included."""
    scale = _SCALE.fullmatch(feature.unit)
    if scale:
        low, high = float(scale[1]), float(scale[2])
        return (low - high, high - low) if is_difference(feature) else (low, high)
    if feature.unit == "1 or 0":
        return (0.0, 1.0)
    return (0.0, math.inf) if feature.unit in COUNTS and not is_difference(feature) else ANY


def is_difference(feature: Feature) -> bool:
    """True where the feature is one figure minus another."""
    return bool(_DIFFERENCE.search(feature.name))
