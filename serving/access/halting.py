"""What an answer shows, and what becomes of it while the system is halted (`pipeline.store.operations.halts`)."""

import time
from collections.abc import Callable
from enum import Enum
from threading import Lock
from typing import Final

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from features.errors import BadInput
from pipeline.language.translator import marked
from pipeline.store.operations.halts import HaltEvent
from serving.http.problems import Refusal

HALTED: Final = "halted"
"""The kind of the problem."""

FRESH_SECONDS: Final = 0.5
"""How old the state of the halt may be: an answer that took longer looks again before it is released."""


class Shows(Enum):
    """What an answer shows.

    PEOPLE: a person's score or list, or what is derived from it; a halt stops it. GROUPS: figures of groups; a setting
    decides. RECORDS: the audit, models, and the rights of a person to contest, object and be erased; never stops.
    """

    PEOPLE = "people"
    GROUPS = "groups"
    RECORDS = "records"

    def is_stopped(self, keeps_groups: bool) -> bool:
        """Whether a halt stops such an answer."""
        return self is Shows.PEOPLE or (self is Shows.GROUPS and not keeps_groups)


def refusal(event: HaltEvent) -> Refusal:
    """The 503 of a halted system, with the reason as it was given."""
    detail = marked("The system has been halted, so nobody is scored and no score or list is shown until it resumes.")
    return Refusal(503, HALTED, detail, reason=event.reason or "")


class HaltState:
    """The halt as the store had it less than `FRESH_SECONDS` ago, for banners and counters.

    Answers do not rely on it: they read the store in their own transaction.
    """

    def __init__(self, read: Callable[[], HaltEvent | None], clock: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._clock = clock
        self._reading = Lock()
        self._read_at = -float("inf")
        self._last: HaltEvent | None = None

    def current(self) -> HaltEvent | None:
        """The halt that holds; the last known one while the store does not answer."""
        if self._clock() - self._read_at >= FRESH_SECONDS and self._reading.acquire(blocking=False):
            try:
                self._last = self._read()
            except (SQLAlchemyError, BadInput):
                pass  # the answer itself reports the store
            finally:
                self._read_at = self._clock()
                self._reading.release()
        return self._last


class HaltGauge(Collector):
    """The gauge `retention_halted`, read when it is asked for; the same in every worker."""

    def __init__(self, state: HaltState) -> None:
        self._state = state

    def collect(self) -> list[Metric]:
        """1 while the system is halted."""
        is_halted = self._state.current() is not None
        return [GaugeMetricFamily("retention_halted", "Whether the system is halted", value=float(is_halted))]
