"""What happened in earlier months, as `retention monitor` found it: read from the registry, and held for a while."""

import time
from threading import Lock, Thread
from typing import Final

from pipeline.monitoring.results_json import results_of
from pipeline.settings import Settings
from serving.http.logs import LOG, described

LOOK_AGAIN_SECONDS: Final = 600.0
LAST_LOOK_SECONDS: Final = 10.0
"""How long the end of the server waits for a look that is under way."""


class Outcomes:
    """The shares who left, by source and month. Without a registry there are none, and pages say what to do."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._held: dict[str, dict[str, float]] = {}
        self._look_at: dict[str, float] = {}
        self._looking = Lock()

    def close(self) -> None:
        """Let a look that is under way come to its end, so that none outlives the server."""
        if self._looking.acquire(timeout=LAST_LOOK_SECONDS):
            self._looking.release()

    def of(self, source: str) -> dict[str, float]:
        """YYYY-MM: the share of those scored who left within the horizon; only months that have matured.

        Gives what is held, and looks again beside the request: nobody waits for the registry.
        """
        if time.monotonic() >= self._look_at.get(source, 0.0) and self._looking.acquire(blocking=False):
            Thread(target=self._look, args=(source,), daemon=True).start()
        return self._held.get(source, {})

    def _look(self, source: str) -> None:
        try:
            self._held[source] = self._read(source)
        finally:
            self._look_at[source] = time.monotonic() + LOOK_AGAIN_SECONDS
            self._looking.release()

    def _read(self, source: str) -> dict[str, float]:
        from pipeline.registry.versions import last_monitoring  # MLflow takes seconds to import

        try:
            document = last_monitoring(self._settings, source)
            months = results_of(document).months if document else ()
        except Exception as fault:  # a page without it is better than none
            LOG.warning("the monitoring report cannot be read: %s", described(fault))
            return self._held.get(source, {})
        return {month.month: month.happened for month in months if month.happened is not None}
