"""Where a run works: a temporary folder, and folders of validated tables and monthly sums that later runs reuse."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from features.collaboration import sum_store
from features.validated import stored_tables
from pipeline.files import locked
from pipeline.settings import Settings

_PREFIX: Final = "run-"
_MONTHS: Final = "months"
_TABLES: Final = "tables"
_ERASURE: Final = "erasure"
"""A file in the folder of a run: somebody was erased while it ran, perhaps after it had read the source."""


@dataclass(frozen=True)
class Runs:
    """The number of folders of killed runs that were deleted, and of runs that are alive."""

    killed: int
    alive: int


@contextmanager
def workspace(settings: Settings) -> Iterator[Path]:
    """An empty folder under `var`, deleted afterwards, and with it a `var` that is still empty.

    The folder holds copies of the source's tables. If a run was killed, the next run or erasure deletes its folder.
    """
    settings.var.mkdir(mode=0o700, parents=True, exist_ok=True)
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
            try:
                yield Path(folder.name)
            finally:
                _forget_if_told(var, Path(folder.name))


def _clear_killed(var: Path) -> int:
    """Delete the folders of killed runs; returns their number."""
    killed = 0
    for left in var.glob(f"{_PREFIX}*"):
        with suppress(OSError), locked(left, seconds=0):  # OSError: its run is still alive, or has just ended
            _forget_if_told(var, left)
            shutil.rmtree(left)
            killed += 1
    return killed


def clear_killed(var: Path) -> int:
    """Delete the folders of killed runs, which hold copies of tables; returns their number."""
    if not var.is_dir():
        return 0
    with locked(var):
        return _clear_killed(var)


def tell_of_erasure(var: Path) -> Runs:
    """Delete the folders of killed runs, and leave a note in those of living ones.

    A run with such a note deletes stored tables and monthly sums at its end: they may hold the erased person.
    """
    if not var.is_dir():
        return Runs(0, 0)
    with locked(var):
        killed = _clear_killed(var)
        alive = list(var.glob(f"{_PREFIX}*"))
        for folder in alive:
            with suppress(FileNotFoundError):  # it has just ended
                (folder / _ERASURE).touch()
    return Runs(killed, len(alive))


def was_told_of_erasure(run: Path) -> bool:
    """Whether somebody was erased since the run of this folder began, so that what it holds may be about them."""
    return (run / _ERASURE).exists()


def _forget_if_told(var: Path, run: Path) -> None:
    if was_told_of_erasure(run):
        for folder in sums_folders(var):
            sum_store.forget(folder)
        for folder in tables_folders(var):
            stored_tables.forget(folder)


def months_folder(settings: Settings, source: str) -> Path:
    """The folder that holds a source's monthly sums of internal services from one run to the next.

    Sources of the same name share it: each finds the other's months changed and rebuilds them, which is slower but
    never wrong.
    """
    return settings.var / _MONTHS / _name_of(source)


def tables_folder(settings: Settings, source: str) -> Path | None:
    """The folder that holds a source's validated tables from one run to the next; sources of the same name share it.

    None where the settings keep no tables.
    """
    return settings.var / _TABLES / _name_of(source) if settings.stored_tables else None


def tables_without_names(settings: Settings, source: str) -> Path | None:
    """The folder for a run that does not read the file of names; None where other runs store tables with that file."""
    return None if settings.directory else tables_folder(settings, source)


def tables_folders(var: Path) -> list[Path]:
    """The folders of validated tables of all sources that hold some."""
    folders = (folder for folder in (var / _TABLES).glob("*") if folder.is_dir())
    return sorted(folder for folder in folders if stored_tables.holds_tables(folder))


def _name_of(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()[:16]


def sums_folders(var: Path) -> list[Path]:
    """The folders of monthly sums of all sources."""
    return sorted(folder for folder in (var / _MONTHS).glob("*") if folder.is_dir())
