"""Models in memory, for scores that are not published: of records that clients send, and after a change."""

import time
from threading import Lock
from typing import TYPE_CHECKING, Final

from features.errors import BadInput, Unavailable
from pipeline.language.translator import marked
from pipeline.settings import Settings
from serving.http import garbage
from serving.http.logs import LOG
from serving.http.problems import Refusal

if TYPE_CHECKING:
    from pipeline.model.stored_model import StoredModel

REFRESH_SECONDS: Final = 30.0
"""How often the registry is asked for a new champion; a promotion may go unnoticed for that long."""


class Champion:
    """The current champion, loaded on the first request. A new champion takes over without a restart.

    The registry is asked again every `REFRESH_SECONDS`. While another thread does so, or the registry does not answer,
    the loaded champion continues to score. One answer always comes from one model.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._held: tuple[str, StoredModel] | None = None
        self._other: tuple[str, StoredModel] | None = None
        self._refresh_at = 0.0
        self._refreshing = Lock()

    def now(self) -> tuple[str, "StoredModel"]:
        """Version and model. Raises 404 while there is no champion, 503 while the registry has never answered."""
        held = self._held
        if held and time.monotonic() < self._refresh_at:
            return held
        if not self._refreshing.acquire(blocking=held is None):
            return held or self.now()
        try:
            return self._refreshed()
        finally:
            self._refreshing.release()

    def of(self, version: str) -> "StoredModel":
        """The model of a version. The last one that is not the champion is held too. Raises like `now`."""
        for held in (self._held, self._other):
            if held and held[0] == version:
                return held[1]
        from pipeline.registry.loading import load

        try:
            self._other = load(self._settings, version)
        except BadInput:
            detail = marked("The registry no longer holds the model that made the published scores. Score again.")
            raise Refusal(404, "no-such-model", detail) from None
        except Unavailable:
            raise _registry_is_down() from None
        garbage.freeze("a model")
        return self._other[1]

    def _refreshed(self) -> tuple[str, "StoredModel"]:
        from pipeline.registry.documents import champion
        from pipeline.registry.loading import load

        try:
            version = champion(self._settings)
            if self._held is None or self._held[0] != version:
                self._held = load(self._settings, version)
                garbage.freeze("a model")
                LOG.info("model version %s scores from now on", version)
        except BadInput:
            raise Refusal(404, "no-such-model", "There is no champion yet. Train first.") from None
        except Unavailable:
            if self._held is None:
                raise _registry_is_down() from None
            LOG.warning("the model registry does not answer; model version %s continues to score", self._held[0])
        self._refresh_at = time.monotonic() + REFRESH_SECONDS
        return self._held


def _registry_is_down() -> Refusal:
    detail = marked("The model registry does not answer. Published scores are still available.")
    return Refusal(503, "registry-unavailable", detail, {"Retry-After": "30"})
