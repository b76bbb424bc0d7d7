"""Loads a source for a command that needs dates."""

from pathlib import Path

from features.errors import BadInput, Finding
from features.source import Source, load_source
from pipeline.dataset.reading import engine_to_read
from pipeline.settings import Settings


def load_dated(
    source: Path,
    folder: Path,
    why: str,
    remedy: str,
    settings: Settings,
    *,
    runs_own_features: bool = False,
    stored: Path | None = None,
) -> Source:
    """The source at a path. Raises BadInput for a cross-section, with `why` it will not do and the remedy."""
    with engine_to_read(source, folder.parent, settings) as engine:
        loaded = load_source(source, folder, runs_own_features=runs_own_features, stored=stored, engine=engine)
    if not isinstance(loaded, Source):
        raise BadInput(Finding(f"a cross-section has no dates, so {why}", "source", "", 0, remedy))
    return loaded
