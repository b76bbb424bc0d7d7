"""Where the folders of lists are, so that erasure and `retention purge` reach every one.

Most are in `lists` under `var`. Before `retention lists --out` writes one elsewhere, its path is noted under `var`: one
file per folder, named by a hash of the path, so that concurrent runs cannot lose each other's notes.

A month is written as a draft beside its folder. Those who write or delete there lock the parent folder, so a draft
that is found under the lock was left behind by a killed run.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.files import locked, write_whole

MONTHS: Final = "????-??"
"""Pattern for the names of month folders."""

INDEX: Final = "index.csv"
"""The file in a folder that contains everyone on its lists."""

DRAFT: Final = ".draft-"
"""Beginning of the names of folders that are not complete yet."""

WAIT_SECONDS: Final = 30
"""How long erasure and purge wait for lists that are being written; those of 100,000 people take some ten."""

_NOTES: Final = "lists-elsewhere"


@dataclass(frozen=True)
class ListFolders:
    """Month folders: those that this process may delete, and the number of the others."""

    within_reach: tuple[Path, ...]
    out_of_reach: int


@dataclass(frozen=True)
class DeletedLists:
    """The number of month folders and of drafts of killed runs that were deleted, and of places that were in use."""

    folders: int = 0
    drafts: int = 0
    in_use: int = 0


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


@contextmanager
def writing_alone(parent: Path, seconds: float | None = None) -> Iterator[int]:
    """Lock a folder of months, and delete the drafts that killed runs left there, since they name people.

    Gives their number. Raises BlockingIOError if another run is still writing after `seconds`.
    """
    with locked(parent) if seconds is None else locked(parent, seconds=seconds):
        drafts = list(parent.glob(f"{DRAFT}*"))
        for draft in drafts:
            shutil.rmtree(draft)
        yield len(drafts)


def delete_lists(var: Path, is_due: Callable[[Path], bool], seconds: float = WAIT_SECONDS) -> DeletedLists:
    """Delete the month folders that are due, wherever they are, and all drafts of killed runs.

    Waits up to `seconds` for lists that are being written in the same place; if it takes longer, nothing is deleted
    there, and the place is counted as in use.
    """
    folders = drafts = in_use = 0
    for parent in _parents(var):
        try:
            with writing_alone(parent, seconds) as left_behind:
                drafts += left_behind
                due = [each for each in list_folders(var).within_reach if each.parent == parent and is_due(each)]
                for folder in due:
                    delete_folder(var, folder)
                folders += len(due)
        except BlockingIOError:
            in_use += 1
        except PermissionError:
            continue  # `list_folders` counts what is out of reach
    return DeletedLists(folders, drafts, in_use)


def holds_drafts(var: Path) -> bool:
    """Whether lists are being written, or a killed run left some behind."""
    return any(next(parent.glob(f"{DRAFT}*"), None) for parent in _parents(var))


def forget_gone(var: Path) -> None:
    """Delete the notes of folders that no longer exist, unless lists are being written beside them."""
    for folder in _noted(var):
        if not _is_gone(folder):
            continue
        try:
            with locked(folder.parent, seconds=0):
                _note(var, folder).unlink(missing_ok=True)
        except BlockingIOError:
            continue
        except OSError:  # its parent is gone too
            _note(var, folder).unlink(missing_ok=True)


def delete_folder(var: Path, folder: Path) -> None:
    """Delete a folder of lists and its note."""
    shutil.rmtree(folder)
    _note(var, folder).unlink(missing_ok=True)


def _parents(var: Path) -> list[Path]:
    """The folders in which months of lists are, or are about to be, written."""
    noted = {folder.parent for folder in _noted(var)}
    return [parent for parent in (lists_under(var), *sorted(noted)) if _is_folder(parent)]


def _note(var: Path, folder: Path) -> Path:
    return var / _NOTES / f"{hashlib.sha256(os.fsencode(folder)).hexdigest()[:32]}.txt"


def _noted(var: Path) -> list[Path]:
    return sorted(Path(os.fsdecode(note.read_bytes())) for note in (var / _NOTES).glob("*.txt"))


def _is_folder(path: Path) -> bool:
    with suppress(OSError):
        return path.is_dir()
    return False


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
