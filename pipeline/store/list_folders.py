"""Where the folders of lists lie, so that erasure and `retention purge` reach every one.

Most lie in `lists` under `var`. One that `retention lists --out` writes elsewhere is noted under `var` first: a file
for each folder, named by a hash of its path, so that runs at the same time cannot lose each other's notes.
"""

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.files import write_whole

MONTHS: Final = "????-??"
"""Names of the folders of months."""

INDEX: Final = "index.csv"
"""The file of a folder that has everyone on its lists."""

_NOTES: Final = "lists-elsewhere"


@dataclass(frozen=True)
class ListFolders:
    """Folders of months: those that this process may delete, and how many others there are."""

    within_reach: tuple[Path, ...]
    out_of_reach: int


def lists_under(var: Path) -> Path:
    """Where lists are written unless somebody says otherwise."""
    return var / "lists"


def note_folder(var: Path, folder: Path) -> bool:
    """Note where the lists of a month are about to be written; False for a place under `var`, which needs no note."""
    place = folder.parent.resolve() / folder.name
    if place.parent == lists_under(var).resolve():
        return False
    write_whole(_note(var, place), lambda part: part.write_bytes(os.fsencode(place)))
    return True


def list_folders(var: Path) -> ListFolders:
    """Every folder of a month that is still there."""
    own = sorted(month for month in lists_under(var).glob(MONTHS) if month.is_dir())
    noted = [folder for folder in _noted(var) if not _is_gone(folder)]
    reached = [folder for folder in noted if _is_deletable(folder)]
    return ListFolders((*own, *reached), len(noted) - len(reached))


def delete_folder(var: Path, folder: Path) -> None:
    """Delete a folder of lists, and the note of it."""
    shutil.rmtree(folder)
    _note(var, folder).unlink(missing_ok=True)


def forget_gone(var: Path) -> None:
    """Drop the notes of folders that somebody else has deleted."""
    for folder in _noted(var):
        if _is_gone(folder):
            _note(var, folder).unlink(missing_ok=True)


def _note(var: Path, folder: Path) -> Path:
    return var / _NOTES / f"{hashlib.sha256(os.fsencode(folder)).hexdigest()[:32]}.txt"


def _noted(var: Path) -> list[Path]:
    return sorted(Path(os.fsdecode(note.read_bytes())) for note in (var / _NOTES).glob("*.txt"))


def _is_gone(folder: Path) -> bool:
    """Whether the place can be looked at, and holds no lists."""
    try:
        (folder / INDEX).stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _is_deletable(folder: Path) -> bool:
    return os.access(folder, os.R_OK | os.W_OK | os.X_OK) and os.access(folder.parent, os.W_OK | os.X_OK)
