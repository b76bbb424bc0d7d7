"""Where the folders of lists are, so that erasure and `retention purge` reach every one.

Most are in `lists` under `var`. Before `retention lists --out` writes one elsewhere, its path is noted under `var`: one
file per folder, named by a hash of the path, so that concurrent runs cannot lose each other's notes.
"""

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.files import write_whole

MONTHS: Final = "????-??"
"""Pattern for the names of month folders."""

INDEX: Final = "index.csv"
"""The file in a folder that contains everyone on its lists."""

_NOTES: Final = "lists-elsewhere"


@dataclass(frozen=True)
class ListFolders:
    """Month folders: those that this process may delete, and the number of the others."""

    within_reach: tuple[Path, ...]
    out_of_reach: int


def lists_under(var: Path) -> Path:
    """Where lists are written by default."""
    return var / "lists"


def note_folder(var: Path, folder: Path) -> bool:
    """Note where the lists of a month are about to be written; False for a folder under `var`, which needs no note."""
    path = folder.parent.resolve() / folder.name
    if path.parent == lists_under(var).resolve():
        return False
    write_whole(_note(var, path), lambda part: part.write_bytes(os.fsencode(path)))
    return True


def list_folders(var: Path) -> ListFolders:
    """Every month folder that still exists."""
    own = sorted(month for month in lists_under(var).glob(MONTHS) if month.is_dir())
    noted = [folder for folder in _noted(var) if not _is_gone(folder)]
    reached = [folder for folder in noted if _is_deletable(folder)]
    return ListFolders((*own, *reached), len(noted) - len(reached))


def delete_folder(var: Path, folder: Path) -> None:
    """Delete a folder of lists and its note."""
    shutil.rmtree(folder)
    _note(var, folder).unlink(missing_ok=True)


def forget_gone(var: Path) -> None:
    """Delete the notes of folders that no longer exist."""
    for folder in _noted(var):
        if _is_gone(folder):
            _note(var, folder).unlink(missing_ok=True)


def _note(var: Path, folder: Path) -> Path:
    return var / _NOTES / f"{hashlib.sha256(os.fsencode(folder)).hexdigest()[:32]}.txt"


def _noted(var: Path) -> list[Path]:
    return sorted(Path(os.fsdecode(note.read_bytes())) for note in (var / _NOTES).glob("*.txt"))


def _is_gone(folder: Path) -> bool:
    """Whether the path can be read and holds no lists."""
    try:
        (folder / INDEX).stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _is_deletable(folder: Path) -> bool:
    return os.access(folder, os.R_OK | os.W_OK | os.X_OK) and os.access(folder.parent, os.W_OK | os.X_OK)
