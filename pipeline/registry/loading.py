"""The model that scores: a version of the registry and what was stored with it."""

from pathlib import Path

from pipeline.model.stored_model import StoredModel
from pipeline.registry.local import stored_model
from pipeline.settings import Settings


def load(settings: Settings, version: str | None = None) -> tuple[str, StoredModel]:
    """A version and its model; the champion unless a version is given.

    Raises BadInput if there is none, and Unavailable for a registry that does not answer.
    """
    found = stored_model(settings, version)
    if found is None:
        from pipeline.registry.versions import artefacts  # MLflow takes seconds to import

        found = artefacts(settings, version)
    number, folder = found
    return number, StoredModel.load(_within(folder))


def _within(artefacts: Path) -> Path:
    return next(artefacts.glob("data/*/model.json")).parent
