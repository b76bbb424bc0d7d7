"""Files appear whole or not at all: written beside their target under another name, then renamed."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path


def write_whole(target: Path, write: Callable[[Path], object]) -> None:
    """Calls `write` with a temporary path beside `target` and renames the result onto it.

    `write` may make a folder, as Spark does, where `target` is not there yet. Folders above are made as needed; what a
    failed `write` leaves is deleted.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        write(part)
        part.replace(target)
    finally:
        delete(part)


def delete(path: Path) -> None:
    """Deletes a file or a folder, if it is there."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
