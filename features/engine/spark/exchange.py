"""Parquet that this process and Spark's machines exchange: in a folder that all of them see, or in an object store."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Protocol

from features.engine.spark.stores import StoreFolder


class Exchange(Protocol):
    """Where frames are, as addresses that Spark reads and writes."""

    def addresses(self, files: Path) -> list[str]:
        """What Spark reads for a file, or for all files that match a pattern."""

    def new(self) -> str:
        """The address of a frame that only Spark will read."""

    def remove(self, address: str) -> None:
        """Delete the frame at an address of `new`."""

    def write(self, write: Callable[[str], object], path: Path) -> None:
        """Call `write` with an address, and leave in the folder `path` the files that Spark wrote there."""


class SharedFolder:
    """A folder under the same path on all machines: a mount, or everything on one machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count()

    def addresses(self, files: Path) -> list[str]:
        return [_address(path) for path in _matching(files)]

    def new(self) -> str:
        return _address(self._folder / str(next(self._numbers)))

    def remove(self, address: str) -> None:
        shutil.rmtree(address.removeprefix("file://"))

    def write(self, write: Callable[[str], object], path: Path) -> None:
        write(_address(path))


class Store:
    """A store with an address, such as `s3a://bucket/folder`, and files of this machine that are copied to and fro.

    A file is copied once, unless it changes. Renaming a file is no change.
    """

    def __init__(self, folder: StoreFolder) -> None:
        self._folder = folder
        self._numbers = count()
        self._copies: dict[tuple[int, int, int], str] = {}

    def addresses(self, files: Path) -> list[str]:
        return [self._copy_of(path) for path in _matching(files)]

    def new(self) -> str:
        return self._folder.address(str(next(self._numbers)))

    def remove(self, address: str) -> None:
        self._folder.delete(address)

    def write(self, write: Callable[[str], object], path: Path) -> None:
        address = self.new()
        write(address)
        self._folder.download(address, path)
        self._copies[_state(path)] = address

    def _copy_of(self, path: Path) -> str:
        state = _state(path)
        if state not in self._copies:
            address = self.new()
            self._folder.upload(path, address)
            self._copies[state] = address
        return self._copies[state]


@contextmanager
def exchange_in(folder: Path, store: str) -> Iterator[Exchange]:
    """The exchange through a store, or through `folder` if `store` is empty; what it holds is deleted at the end.

    Raises BadInput for an address of a store that nothing here can write to.
    """
    if store:
        run = StoreFolder.of_a_run(store)
        try:
            yield Store(run)
        finally:
            run.delete_all()
        return
    with tempfile.TemporaryDirectory(prefix="held-", dir=folder) as held:
        yield SharedFolder(Path(held))


def _matching(files: Path) -> list[Path]:
    """The files that match a pattern; Spark would first look for a file named like the pattern, and log its absence."""
    return sorted(files.parent.glob(files.name))


def _address(path: Path) -> str:
    """The path as a URL: a bare path would mean the cluster's own file system."""
    return f"file://{path.absolute()}"


def _state(path: Path) -> tuple[int, int, int]:
    """What changes when a file, or the list of files of a folder, is written again, and not when it is renamed."""
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns
