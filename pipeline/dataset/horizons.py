"""The horizons of a risk."""

from typing import Final

NO_HORIZON: Final = 0
"""The horizon of a cross-section: its outcome has no date, only whether the person left."""
CURVE: Final = (3, 6, 12)
"""Horizons of the risk curve, in months; each is fitted only if the history is long enough."""
