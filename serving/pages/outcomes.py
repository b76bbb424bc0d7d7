"""Outcomes of earlier months from `retention monitor`, read from the registry and cached."""

import time
from threading import Lock, Thread
from typing import Final

from pipeline.monitoring.results_json import results_of
from pipeline.settings import Settings
from pipeline.tracebacks import described
from serving.http.logs import LOG

REFRESH_SECONDS: Final = 600.0
CLOSE_SECONDS: Final = 10.0
"""How long a stopping server waits for a refresh that is running."""


class Outcomes:
    """The share who left, by source and month. Empty without a registry; pages then say what to do."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._held: dict[str, dict[str, float]] = {}
        self._refresh_at: dict[str, float] = {}
        self._refreshing = Lock()

    def close(self) -> None:
        """Wait for a running refresh, so that none outlives the server."""
        if self._refreshing.acquire(timeout=CLOSE_SECONDS):
            self._refreshing.release()

    def of(self, source: str) -> dict[str, float]:
        """By month, YYYY-MM, the share of scored people who left within the horizon; matured months only.

        Returns the cached shares and refreshes them in the background: no request waits for the registry.
        """
        if time.monotonic() >= self._refresh_at.get(source, 0.0) and self._refreshing.acquire(blocking=False):
            Thread(target=self._refresh, args=(source,), daemon=True).start()
        return self._held.get(source, {})

    def _refresh(self, source: str) -> None:
        try:
            self._held[source] = self._read(source)
        finally:
            self._refresh_at[source] = time.monotonic() + REFRESH_SECONDS
            self._refreshing.release()

    def _read(self, source: str) -> dict[str, float]:
        from pipeline.registry.versions import last_monitoring  # MLflow takes seconds to import

        try:
            document = last_monitoring(self._settings, source)
            months = results_of(document).months if document else ()
        except Exception as fault:  # a page without it is better than none
            LOG.warning("the monitoring report cannot be read: %s", described(fault))
            return self._held.get(source, {})
        return {month.month: month.happened for month in months if month.happened is not None}
