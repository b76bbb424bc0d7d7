"""Where a run works: a folder that is gone when the run ends, however it ends, and what the next run may build on."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

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
    with _opened(var) as place:
        flock(place, LOCK_EX)  # nobody takes the new folder away before it is locked
        _clear_killed(var)
        folder = tempfile.TemporaryDirectory(prefix=_PREFIX, dir=var)
        alive = os.open(folder.name, os.O_RDONLY)
        flock(alive, LOCK_EX)
    try:
        with folder:
            yield Path(folder.name)
    finally:
        os.close(alive)


def _clear_killed(var: Path) -> None:
    for left in var.glob(f"{_PREFIX}*"):
        with suppress(OSError), _opened(left) as place:  # a run under way holds it, or has just ended
            flock(place, LOCK_EX | LOCK_NB)
            shutil.rmtree(left)


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    place = os.open(folder, os.O_RDONLY)
    try:
        yield place
    finally:
        os.close(place)


def kept_months(settings: Settings, source: str) -> Path:
    """Where the monthly sums of internal services of a source stay from one run to the next.

    Sources of the same name share it and find the other's months changed, so it is never wrong, only slower.
    """
    return settings.var / "months" / hashlib.sha256(source.encode()).hexdigest()[:16]
