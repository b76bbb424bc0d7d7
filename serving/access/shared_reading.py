"""A slow reading that many requests share: one at a time, in a thread of its own, and its value used for a while."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class SharedReading(Generic[Value]):
    """Reads a value when it is asked for and the last one is older than `seconds`.

    However many requests wait, one reading is under way, in one thread that requests do not use. All who wait get its
    value, or its error.
    """

    def __init__(self, read: Callable[[], Value], seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._seconds = seconds
        self._clock = clock
        self._thread = ThreadPoolExecutor(1, type(self).__name__)
        self._lock = Lock()
        self._last: Future[Value] | None = None
        self._done_at = -float("inf")

    async def value(self, patience: float | None = None) -> Value:
        """The value, at most `seconds` old. Raises the error of the reading.

        Raises TimeoutError if the reading has not finished within `patience` seconds from when this request asked.
        """
        current = self._current()
        if current.done():  # the usual case, which needs neither a task nor a timer
            return current.result()
        waiting = asyncio.wrap_future(current)
        return await asyncio.wait_for(asyncio.shield(waiting), patience)

    def close(self) -> None:
        """Start no further reading; one that is under way ends by itself."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _current(self) -> Future[Value]:
        with self._lock:
            is_old = self._last is None or (self._last.done() and self._clock() - self._done_at >= self._seconds)
            if self._last is None or is_old:
                self._last = self._thread.submit(self._reading)
            return self._last

    def _reading(self) -> Value:
        try:
            return self._read()
        finally:
            self._done_at = self._clock()
