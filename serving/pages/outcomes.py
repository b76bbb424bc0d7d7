"""What `retention monitor` and `retention effect` found last, read from the registry and cached."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import Any, Final

from pipeline.monitoring.results import Alert
from pipeline.monitoring.results_json import results_of
from pipeline.settings import Settings
from pipeline.tracebacks import described
from serving.http.logs import LOG

REFRESH_SECONDS: Final = 600.0
CLOSE_SECONDS: Final = 10.0
"""How long a stopping server waits for a refresh that is running."""


@dataclass(frozen=True)
class Measured:
    """What was found last about a source.

    happened: by month, YYYY-MM, the share of scored people who left within the horizon; matured months only. alerts:
    those that hold now; None if nothing was monitored yet. effect: the JSON of `retention effect`, offers: that of
    `retention effect --offers`; None before it.
    """

    happened: Mapping[str, float] = field(default_factory=dict)
    alerts: tuple[Alert, ...] | None = None
    effect: Mapping[str, Any] | None = None
    offers: Mapping[str, Any] | None = None


class Outcomes:
    """What was found last, by source. Empty without a registry; pages then say what to do."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._held: dict[str, Measured] = {}
        self._refresh_at: dict[str, float] = {}
        self._refreshing = Lock()

    def close(self) -> None:
        """Wait for a running refresh, so that none outlives the server."""
        if self._refreshing.acquire(timeout=CLOSE_SECONDS):
            self._refreshing.release()

    def of(self, source: str) -> Measured:
        """Returns what is cached and refreshes it in the background: no request waits for the registry."""
        if time.monotonic() >= self._refresh_at.get(source, 0.0) and self._refreshing.acquire(blocking=False):
            Thread(target=self._refresh, args=(source,), daemon=True).start()
        return self._held.get(source, Measured())

    def _refresh(self, source: str) -> None:
        try:
            self._held[source] = self._read(source)
        finally:
            self._refresh_at[source] = time.monotonic() + REFRESH_SECONDS
            self._refreshing.release()

    def _read(self, source: str) -> Measured:
        from pipeline.registry.documents import last_effect, last_monitoring, last_offers

        try:
            document = last_monitoring(self._settings, source)
            found = results_of(document) if document else None
            effect, offers = last_effect(self._settings, source), last_offers(self._settings, source)
        except Exception as fault:  # a page without it is better than none
            LOG.warning("the monitoring report cannot be read: %s", described(fault))
            return self._held.get(source, Measured())
        if found is None:
            return Measured(effect=effect, offers=offers)
        happened = {month.month: month.happened for month in found.months if month.happened is not None}
        return Measured(happened, tuple(alert for alert in found.alerts if alert.is_current), effect, offers)
