"""The horizons of a risk."""

from typing import Final

NO_HORIZON: Final = 0
"""The horizon of a cross-section, whose outcome has no dates: 'left', at whatever time."""
CURVE: Final = (3, 6, 12)
"""Months at which the curve is given, where the history was long enough to learn them."""
