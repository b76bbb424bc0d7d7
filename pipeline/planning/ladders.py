"""The values that a threshold of a plan can have: few of them, so that two plans seldom differ by a few people."""

from collections.abc import Mapping
from typing import Final

LADDERS: Final[Mapping[str, tuple[float, ...]]] = {
    "pay_at_least_percent_of_market": (80, 85, 90, 95, 100, 105, 110, 115, 120),
    "overtime_hours_at_most": (60, 50, 40, 30, 25, 20, 15, 10, 5, 0),
    "remote_days_at_least": (1, 2, 3, 4, 5),
    "team_size_at_most": (30, 25, 20, 15, 12, 10, 8, 6),
    "service_rating_at_least": (1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5),
    "provider_rating_at_least": (1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5),
}
"""The values that each threshold can have, the one that moves fewest people first."""
