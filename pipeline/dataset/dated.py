"""A source with dates, for what cannot do without them."""

from pathlib import Path

from features.errors import BadInput, Finding
from features.source import Source, load_source


def load_dated(source: Path, folder: Path, why: str, remedy: str) -> Source:
    """Loads a source; `why` a cross-section does not do. Raises BadInput for one."""
    loaded = load_source(source, folder)
    if not isinstance(loaded, Source):
        raise BadInput(Finding(f"a cross-section has no dates, so {why}", "source", "", 0, remedy))
    return loaded
