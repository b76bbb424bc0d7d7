"""Messages for faults of the store, the registry and the disk: what, where and what to do; no password, no data."""

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

_AGAIN: Final = "Then run the same command again: nothing is half-written."
_CAUSES: Final = (
    # (pattern in the driver's message, rule, remedy); the first match counts
    (r"locked|deadlock|lock timeout", "another process has locked it", f"Wait until it has finished. {_AGAIN}"),
    (r"readonly|read-only|read only", "it is read-only", f"Give write permission. {_AGAIN}"),
    (r"is full|no space|disk full", "its disk is full", f"Free some space. {_AGAIN}"),
    (r"disk i/o error", "its disk is full or faulty", f"Check the free space, the quota and the disk itself. {_AGAIN}"),
    (
        r"not a database|malformed|corrupt",
        "it is damaged, or is not a database",
        "Restore it from a backup, or move it away: a new one is then made.",
    ),
    (r"unable to open", "it cannot be opened", f"Check that its folder exists and is writable. {_AGAIN}"),
    (
        r"authentication|password|permission denied|database .* does not exist|role .* does not exist",
        "it refuses the connection",
        f"Check user, password and database. {_AGAIN}",
    ),
    (
        r"refused|timed? ?out|could not connect|connection failed|connection .*closed|server closed|terminat|resolve|"
        r"unreachable|name or service|max retries|temporarily unavailable|failed with exception",
        "it does not answer",
        f"Check that the server is running and reachable. {_AGAIN}",
    ),
)
_DISK: Final = {
    errno.ENOSPC: ("the disk is full", f"Free some space. {_AGAIN}"),
    errno.EDQUOT: ("the disk quota is used up", f"Free some space. {_AGAIN}"),
    errno.EFBIG: ("the file is too large for a limit there", f"Raise the limit. {_AGAIN}"),
    errno.EROFS: ("the disk is read-only", f"Choose another folder, or give write permission. {_AGAIN}"),
    errno.EACCES: ("permission to read or write there is missing", f"Give it, or choose another folder. {_AGAIN}"),
    errno.EPERM: ("permission to read or write there is missing", f"Give it, or choose another folder. {_AGAIN}"),
    errno.ENOTDIR: ("a part of the path is a file, not a folder", "Choose another folder, or move the file."),
    errno.EEXIST: ("a file has the name of the folder", "Choose another folder, or move the file."),
    errno.EISDIR: ("a folder has the name of the file", "Choose another file, or move the folder."),
}


def fault_of(error: Exception, settings: Settings) -> RetentionError | None:
    """The message for an exception that the machine or the settings cause; None if it is our own bug."""
    if isinstance(error, ArgumentError | NoSuchModuleError):
        remedy = "Write RETENTION_DATABASE_URL as postgresql://user:password@host:5432/database or sqlite:///path."
        return BadInput(Finding("its URL is not valid", STORE, remedy=remedy))
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
    """Does not import MLflow, which takes seconds: whatever raises its errors has already imported it."""
    exceptions = sys.modules.get("mlflow.exceptions")
    return exceptions is not None and isinstance(error, exceptions.MlflowException)


def unavailable(what: str, url: str, error: Exception) -> Unavailable | None:
    """The fault of a database or server; None if its message shows no external cause."""
    message = str(getattr(error, "orig", None) or error).lower()
    for pattern, rule, remedy in _CAUSES:
        if re.search(pattern, message):
            return Unavailable(Finding(rule, f"{what} {without_secrets(url)}", remedy=remedy))
    return None


def without_secrets(url: str) -> str:
    """The URL without user, password and options."""
    try:
        parts = urlsplit(url)
    except ValueError:  # a password with brackets in it
        return f"{url.partition('://')[0]}://…"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
