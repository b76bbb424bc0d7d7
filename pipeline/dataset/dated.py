"""Loads a source for a command that needs dates."""

from pathlib import Path

from features.errors import BadInput, Finding
from features.source import Source, load_source


def load_dated(
    source: Path,
    folder: Path,
    why: str,
    remedy: str,
    *,
    runs_own_features: bool = False,
    stored: Path | None = None,
) -> Source:
    """The source at a path. Raises BadInput for a cross-section, with `why` it will not do and the remedy."""
    loaded = load_source(source, folder, runs_own_features=runs_own_features, stored=stored)
    if not isinstance(loaded, Source):
        raise BadInput(Finding(f"a cross-section has no dates, so {why}", "source", "", 0, remedy))
    return loaded
