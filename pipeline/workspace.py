"""Where a run works: a folder that is gone when the run ends, however it ends, and what the next run may build on."""

import hashlib
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


def kept_months(settings: Settings, source: str) -> Path:
    """Where the monthly sums of internal services of a source stay from one run to the next.

    Sources of the same name share it and find the other's months changed, so it is never wrong, only slower.
    """
    return settings.var / "months" / hashlib.sha256(source.encode()).hexdigest()[:16]
