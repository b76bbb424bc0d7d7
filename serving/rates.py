"""How often one client may ask."""

import math
import time

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter


class Rates:
    """Counts each client's requests in this process; several workers allow as many times the rate."""

    def __init__(self, rate: str) -> None:
        self._rate = parse(rate)
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    def seconds_to_wait(self, client: str) -> int:
        """Count a request of the client: 0 while it may go on, else the seconds until it may ask again."""
        if self._limiter.hit(self._rate, client):
            return 0
        return max(1, math.ceil(self._limiter.get_window_stats(self._rate, client).reset_time - time.time()))
