"""Where a run works: a temporary folder, and a folder of monthly sums that later runs reuse."""

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
    """An empty folder under `var`, deleted afterwards, and with it a `var` that is still empty.

    The folder holds copies of the source's tables. If a run was killed, the next run deletes its folder.
    """
    settings.var.mkdir(parents=True, exist_ok=True)
    try:
        with _locked_folder(settings.var) as folder:
            yield folder
    finally:
        with suppress(OSError):
            settings.var.rmdir()


@contextmanager
def _locked_folder(var: Path) -> Iterator[Path]:
    """A folder that is locked while its process lives."""
    with ExitStack() as alive:
        with locked(var):  # so that no other run deletes the new folder before it is locked
            _clear_killed(var)
            folder = tempfile.TemporaryDirectory(prefix=_PREFIX, dir=var)
            alive.enter_context(locked(Path(folder.name)))
        with folder:
            yield Path(folder.name)


def _clear_killed(var: Path) -> None:
    for left in var.glob(f"{_PREFIX}*"):
        with suppress(OSError), locked(left, waits=False):  # OSError: its run is still alive, or has just ended
            shutil.rmtree(left)


def months_folder(settings: Settings, source: str) -> Path:
    """The folder that holds a source's monthly sums of internal services from one run to the next.

    Sources of the same name share it: each finds the other's months changed and rebuilds them, which is slower but
    never wrong.
    """
    return settings.var / "months" / hashlib.sha256(source.encode()).hexdigest()[:16]
