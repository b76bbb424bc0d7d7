"""Files appear whole or not at all: they are written beside their target under another name, then renamed."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def write_whole(target: Path, write: Callable[[Path], object]) -> None:
    """Calls `write` with a temporary path beside `target` and renames the result onto it.

    `write` may create a folder, as Spark does, if `target` does not exist yet. Parent folders are created as needed.
    What a failed `write` leaves behind is deleted.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        write(part)
        part.replace(target)
    finally:
        delete(part)


def delete(path: Path) -> None:
    """Deletes a file or a folder, if it exists."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def locked_at_once(lock: Path) -> Iterator[bool]:
    """Lock a file for this process, or yield False where another holds it: nobody waits.

    The system releases it however a process ends. The folder of the file is created as needed.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
