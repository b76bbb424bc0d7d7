"""Faults of what a run leans on (store, registry, disk) in words: what, where, and what to do. No password, no data."""

import errno
import re
import sqlite3
import sys
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from features.errors import BadInput, Finding, RetentionError, Unavailable
from pipeline.settings import Settings

STORE: Final = "store of scores"
REGISTRY: Final = "model registry"

_AGAIN: Final = "Nothing is half-written: run the same command again then."
_CAUSES: Final = (
    # (what the driver says, the rule, the remedy); the first that fits counts
    (r"locked|deadlock|lock timeout", "another process has locked it", f"Wait until that has finished. {_AGAIN}"),
    (r"readonly|read-only|read only", "it can only be read", f"Give the right to write there. {_AGAIN}"),
    (r"is full|no space|disk full", "its disk is full", f"Make room. {_AGAIN}"),
    (r"disk i/o error", "its disk takes no more, or fails", f"Look for room, a quota and the disk itself. {_AGAIN}"),
    (
        r"not a database|malformed|corrupt",
        "it is damaged, or is no database",
        "Restore it from a backup, or move it away and a new one is made.",
    ),
    (r"unable to open", "it cannot be opened", f"See that its folder is there and may be written. {_AGAIN}"),
    (
        r"authentication|password|permission denied|database .* does not exist|role .* does not exist",
        "it refuses the connection",
        f"See that user, password and database are right. {_AGAIN}",
    ),
    (
        r"refused|timed? ?out|could not connect|connection failed|connection .*closed|server closed|terminat|resolve|"
        r"unreachable|name or service|max retries|temporarily unavailable|failed with exception",
        "it does not answer",
        f"See that the server is up and can be reached. {_AGAIN}",
    ),
)
_DISK: Final = {
    errno.ENOSPC: ("the disk is full", f"Make room. {_AGAIN}"),
    errno.EDQUOT: ("the disk quota is used up", f"Make room. {_AGAIN}"),
    errno.EFBIG: ("a file may not grow so large there", f"Raise that limit. {_AGAIN}"),
    errno.EROFS: ("the disk can only be read", f"Choose another folder, or give the right to write. {_AGAIN}"),
    errno.EACCES: ("the right to read or write there is missing", f"Give it, or choose another folder. {_AGAIN}"),
    errno.EPERM: ("the right to read or write there is missing", f"Give it, or choose another folder. {_AGAIN}"),
    errno.ENOTDIR: ("a part of the path is a file where a folder should be", "Name another folder, or move the file."),
    errno.EEXIST: ("a file is in the place of a folder", "Name another folder, or move the file."),
    errno.EISDIR: ("a folder is in the place of a file", "Name another file, or move the folder."),
}


def fault_of(error: Exception, settings: Settings) -> RetentionError | None:
    """What a person is told of an exception that the machine or the settings cause; None where it is our own bug."""
    if isinstance(error, ArgumentError | NoSuchModuleError):
        remedy = "Write RETENTION_DATABASE_URL as postgresql://user:password@host:5432/database or sqlite:///path."
        return BadInput(Finding("its URL cannot be used", STORE, remedy=remedy))
    if _is_of_mlflow(error):
        return unavailable(REGISTRY, settings.tracking_uri, error)
    if isinstance(error, SQLAlchemyError | sqlite3.Error):
        return unavailable(STORE, settings.store_url, error)
    if isinstance(error, OSError) and error.errno in _DISK:
        rule, remedy = _DISK[error.errno]
        # the folder only: a list's file is named after its manager
        folder = Path(str(error.filename)).parent if error.filename else settings.var.absolute()
        return Unavailable(Finding(rule, str(folder), remedy=remedy))
    return None


def _is_of_mlflow(error: Exception) -> bool:
    """Most commands end well without MLflow, whose import takes seconds; what raises its errors has imported it."""
    exceptions = sys.modules.get("mlflow.exceptions")
    return exceptions is not None and isinstance(error, exceptions.MlflowException)


def unavailable(what: str, url: str, error: Exception) -> Unavailable | None:
    """The fault of a database or server; None where what it says names no cause outside of us."""
    said = str(getattr(error, "orig", None) or error).lower()
    for pattern, rule, remedy in _CAUSES:
        if re.search(pattern, said):
            return Unavailable(Finding(rule, f"{what} {without_secrets(url)}", remedy=remedy))
    return None


def without_secrets(url: str) -> str:
    """A URL without user, password and options."""
    try:
        parts = urlsplit(url)
    except ValueError:  # a password with brackets in it
        return f"{url.partition('://')[0]}://…"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
