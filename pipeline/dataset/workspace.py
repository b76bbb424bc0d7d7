"""Where a run works: a folder that is gone when the run ends, however it ends, and what the next run may build on."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from pipeline.files import locked
from pipeline.settings import Settings

_PREFIX = "run-"


@contextmanager
def workspace(settings: Settings) -> Iterator[Path]:
    """An empty folder under `var`, deleted afterwards; a `var` that was made for nothing goes too.

    A run that was killed could not delete its own, which holds copies of the source's tables: the next run does.
    """
    settings.var.mkdir(parents=True, exist_ok=True)
    try:
        with _begun(settings.var) as folder:
            yield folder
    finally:
        with suppress(OSError):
            settings.var.rmdir()


@contextmanager
def _begun(var: Path) -> Iterator[Path]:
    """A folder that is locked while its process lives."""
    with ExitStack() as alive:
        with locked(var):  # nobody takes the new folder away before it is locked
            _clear_killed(var)
            folder = tempfile.TemporaryDirectory(prefix=_PREFIX, dir=var)
            alive.enter_context(locked(Path(folder.name)))
        with folder:
            yield Path(folder.name)


def _clear_killed(var: Path) -> None:
    for left in var.glob(f"{_PREFIX}*"):
        with suppress(OSError), locked(left, waits=False):  # a run under way holds it, or has just ended
            shutil.rmtree(left)


def kept_months(settings: Settings, source: str) -> Path:
    """Where the monthly sums of internal services of a source stay from one run to the next.

    Sources of the same name share it and find the other's months changed, so it is never wrong, only slower.
    """
    return settings.var / "months" / hashlib.sha256(source.encode()).hexdigest()[:16]
