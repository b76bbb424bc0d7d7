"""The champion in memory, for records that clients send; a new one takes over without a restart."""

import time
from threading import Lock
from typing import TYPE_CHECKING, Final

from features.errors import BadInput, Unavailable
from pipeline.settings import Settings
from serving.logs import LOG
from serving.problems import Refusal

if TYPE_CHECKING:
    from pipeline.stored_model import StoredModel

LOOK_AGAIN_SECONDS: Final = 30.0
"""How long a promotion may go unnoticed."""


class Champion:
    """The model that scores now, loaded when it is first asked for.

    The registry is asked again every `LOOK_AGAIN_SECONDS`. While another thread does so, or the registry does not
    answer, the champion that is held goes on scoring; an answer is by one model throughout.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._held: tuple[str, StoredModel] | None = None
        self._look_at = 0.0
        self._looking = Lock()

    def now(self) -> tuple[str, "StoredModel"]:
        """Version and model. Raises 404 while there is no champion, 503 for a registry that never answered."""
        held = self._held
        if held and time.monotonic() < self._look_at:
            return held
        if not self._looking.acquire(blocking=held is None):
            return held or self.now()
        try:
            return self._looked()
        finally:
            self._looking.release()

    def _looked(self) -> tuple[str, "StoredModel"]:
        from pipeline import registry  # MLflow takes seconds to import, and most servers are never asked for it

        try:
            version = registry.champion(self._settings)
            if self._held is None or self._held[0] != version:
                self._held = registry.load(self._settings, version)
                LOG.info("model version %s scores from now on", version)
        except BadInput:
            raise Refusal(404, "no-such-model", "There is no champion yet. Train first.") from None
        except Unavailable:
            if self._held is None:
                detail = "The model registry does not answer. Published scores are served all the same."
                raise Refusal(503, "registry-unavailable", detail, {"Retry-After": "30"}) from None
            LOG.warning("the model registry does not answer; model version %s goes on scoring", self._held[0])
        self._look_at = time.monotonic() + LOOK_AGAIN_SECONDS
        return self._held
