"""A folder for one run's intermediate files: people's data, so it is gone when the run ends, however it ends."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.settings import Settings


@contextmanager
def workspace(settings: Settings) -> Iterator[Path]:
    """An empty folder under `var`, deleted afterwards; a `var` that was made for nothing goes too."""
    settings.var.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix="run-", dir=settings.var) as folder:
            yield Path(folder)
    finally:
        with suppress(OSError):
            settings.var.rmdir()
