"""SQLite as the store's database: how its file is opened, how transactions begin, and how a lost file is detected."""

import sqlite3
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DisconnectionError

LOCK_SECONDS: Final = 30
"""How long a writer waits for another one; publishing 100,000 people holds the lock for 8 s on two cores."""

_FILE: Final = "file of the store"
"""The key under which a pooled connection stores the file that it opened."""


def install(engine: Engine, opened: set[str], lock_seconds: int = LOCK_SECONDS) -> None:
    """Make the engine open the file as the store needs it, and never write into a file that was replaced.

    A file that was deleted or restored from a backup still exists for connections that have it open, and whatever they
    write is lost. So before use, every connection is checked against the file that now has the path. `opened` holds the
    files that this process has opened; engines of one store share it. `lock_seconds`: how long a connection waits for
    another writer.
    """
    event.listen(engine, "do_connect", lambda _dialect, _record, arguments, _options: _find(arguments[0], opened))
    event.listen(engine, "connect", lambda connection, record: _prepare(connection, record, opened, lock_seconds))
    event.listen(engine, "checkout", _require_same_file)
    event.listen(engine, "begin", _begin)


def _find(database: str, opened: set[str]) -> None:
    """Make the folder of a new file. A file that this process has opened and that is gone is not replaced by a new one.

    A URI (`file:…?mode=ro`) refers to an existing file.
    """
    if any(not Path(path).exists() for path in opened):
        raise sqlite3.OperationalError("the store's file is gone")
    if database.startswith("file:"):
        return
    with suppress(OSError):  # SQLite reports it better
        Path(database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)


def _prepare(connection: sqlite3.Connection, record: Any, opened: set[str], lock_seconds: int) -> None:
    connection.isolation_level = None  # the driver would begin transactions by itself, and too late
    connection.execute(f"PRAGMA busy_timeout = {lock_seconds * 1000}")  # for the next line too
    _write_ahead(connection, lock_seconds)
    connection.execute("PRAGMA synchronous = FULL")  # an audit row survives a power cut
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")  # erased data is overwritten, not only unlinked
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    record.info[_FILE] = (path, _identity(path))
    opened.add(path)


def _write_ahead(connection: sqlite3.Connection, lock_seconds: int) -> None:
    """Retry: if two processes create a file together, SQLite refuses one of them at once, despite `busy_timeout`."""
    until = time.monotonic() + lock_seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as fault:
            if fault.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)


def _require_same_file(_connection: sqlite3.Connection, record: Any, _proxy: object) -> None:
    """Give up a connection whose file was replaced; SQLAlchemy opens a new one."""
    path, identity = record.info[_FILE]
    if _identity(path) != identity:
        raise DisconnectionError("the store's file was replaced")


def _identity(path: str) -> tuple[int, int] | None:
    try:
        status = Path(path).stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


def _begin(connection: Connection) -> None:
    # SQLite refuses a reader that becomes a writer, so a writer begins as one
    access = connection.get_execution_options()["access"]
    connection.exec_driver_sql("BEGIN" if access == "read" else "BEGIN IMMEDIATE")
