"""SQLite as the store's database: how its file is opened, how transactions begin, and what if the file is gone."""

import sqlite3
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DisconnectionError

LOCK_SECONDS: Final = 30
"""How long a writer waits for another; publishing 100,000 people held the lock for 8 s on two cores."""

PROBE_SECONDS: Final = 1
"""How long a probe waits for another writer: whoever asks whether we are ready does not wait long."""

_FILE: Final = "file of the store"
"""Under this name a pooled connection remembers which file it opened."""


def install(engine: Engine) -> None:
    """Have the engine open the file as the store needs it, and never write into one that is no longer there.

    A file that was deleted or put back from a backup goes on existing for whoever has it open, and what is written
    there is lost. So every connection is held against the file in its place before it is used.
    """
    opened: set[str] = set()
    event.listen(engine, "do_connect", lambda _dialect, _record, arguments, _options: _find(arguments[0], opened))
    event.listen(engine, "connect", lambda connection, record: _prepare(connection, record, opened))
    event.listen(engine, "checkout", _require_same_file)
    event.listen(engine, "begin", _begin)


def _find(database: str, opened: set[str]) -> None:
    """Make the folder of a new file. Of one that was there before, an empty one must not take the place.

    A URL that gives SQLite an address (`file:…?mode=ro`) asks for a file that is there.
    """
    if any(not Path(path).exists() for path in opened):
        raise sqlite3.OperationalError("the store's file is gone")
    if database.startswith("file:"):
        return
    with suppress(OSError):  # SQLite says it better
        Path(database).parent.mkdir(parents=True, exist_ok=True)


def _prepare(connection: sqlite3.Connection, record: Any, opened: set[str]) -> None:
    connection.isolation_level = None  # the driver would begin transactions on its own, and late
    connection.execute(f"PRAGMA busy_timeout = {LOCK_SECONDS * 1000}")  # for the next line too
    _write_ahead(connection)
    connection.execute("PRAGMA synchronous = FULL")  # an audit row survives a power cut
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")  # what was erased is overwritten, not only forgotten
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    record.info[_FILE] = (path, _identity(path))
    opened.add(path)


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Where two make a new file at once, SQLite refuses one of them this step at once, whatever `busy_timeout` says."""
    until = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as fault:
            if fault.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)


def _require_same_file(_connection: sqlite3.Connection, record: Any, _proxy: object) -> None:
    """A connection to another file than the one in its place is given up; SQLAlchemy opens a new one."""
    path, identity = record.info[_FILE]
    if _identity(path) != identity:
        raise DisconnectionError("the store's file is another one now")


def _identity(path: str) -> tuple[int, int] | None:
    try:
        status = Path(path).stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


def _begin(connection: Connection) -> None:
    # a reader that turned writer half-way would be refused, so a writer says so at the start
    way = connection.get_execution_options()["way"]
    seconds = PROBE_SECONDS if way == "probe" else LOCK_SECONDS
    connection.connection.driver_connection.execute(f"PRAGMA busy_timeout = {seconds * 1000}")  # type: ignore[union-attr]
    connection.exec_driver_sql("BEGIN" if way == "read" else "BEGIN IMMEDIATE")
