"""The rate limit per client."""

import math
import time
from collections import Counter
from collections.abc import Callable
from threading import Lock
from typing import Final

SECONDS: Final = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}

PROBE_RATE: Final = "6000/minute"
"""The rate of probes from one client. A hundred a second is more than all load balancers and monitors together ask."""


class Rates:
    """Counts each client's requests in windows of a fixed length, in this process: each worker allows the full rate.

    Only a count is held per client, and only until the window ends.
    """

    def __init__(self, rate: str, clock: Callable[[], float] = time.monotonic) -> None:
        number, _, unit = rate.partition("/")
        self._limit, self._seconds = int(number), SECONDS[unit]
        self._clock = clock
        self._window = 0
        self._counts: Counter[str] = Counter()
        self._lock = Lock()

    def seconds_to_wait(self, client: str) -> int:
        """Count a request of the client. Returns 0 if it is within the rate, else the seconds until the next window."""
        now = self._clock()
        window = int(now // self._seconds)
        with self._lock:
            if window != self._window:
                self._window, self._counts = window, Counter()
            self._counts[client] += 1
            if self._counts[client] <= self._limit:
                return 0
        return max(1, math.ceil((window + 1) * self._seconds - now))
