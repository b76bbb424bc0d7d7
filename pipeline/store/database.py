"""The database under the store, SQLite or PostgreSQL: its connections, its transactions, its locks."""

from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from pipeline.store import sqlite as sqlite_file

MOST_THREADS: Final = 40
"""Threads in which a server answers; there are connections for all of them."""

POOLED: Final = 16
"""Connections kept open between requests, because opening one takes longer than an answer."""

Access = Literal["read", "append", "publish", "probe"]
"""What a transaction is for: "read" sees one snapshot, "append" writes, "publish" writes while no one else publishes,
"probe" tests whether writing is possible."""

_WRITER_LOCK: Final = 7_265_746
"""Number of the PostgreSQL advisory lock that publishing and migrating take; any constant will do."""

_PROMOTION_LOCK: Final = 7_265_748
"""Number of the PostgreSQL advisory lock that promotions take; any constant will do."""


class ReadOnly(SQLAlchemyError):
    """The store answers but accepts no writes."""


def engine_of(address: str) -> Engine:
    """The engine for a SQLAlchemy URL. It connects only when it is first used."""
    url = make_url(address)
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    # hide_parameters: an error's text must not carry a person's id into a log
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=not url.drivername.startswith("sqlite"),
        pool_size=POOLED,
        max_overflow=MOST_THREADS - POOLED,
    )
    if engine.dialect.name == "sqlite":
        sqlite_file.install(engine)
    return engine


def folder_of(engine: Engine) -> Path | None:
    """The folder of an SQLite file; None for another database."""
    return Path(engine.url.database).parent if engine.dialect.name == "sqlite" and engine.url.database else None


@contextmanager
def begun(engine: Engine, access: Access) -> Iterator[Connection]:
    """A transaction, committed at the end of the block."""
    is_postgresql = engine.dialect.name == "postgresql"
    options: dict[str, Any] = {"access": access}
    if is_postgresql and access == "read":
        options["isolation_level"] = "REPEATABLE READ"
    with engine.connect().execution_options(**options) as connection, connection.begin():
        if is_postgresql and access == "publish":
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _WRITER_LOCK})
        yield connection


@contextmanager
def promoting(engine: Engine) -> Iterator[None]:
    """The lock of promotions: one holder at a time, across processes. The database and its folder exist."""
    if engine.dialect.name == "postgresql":
        with begun(engine, "read") as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _PROMOTION_LOCK})
            yield
        return
    with Path(f"{engine.url.database}.promotion").open("w") as file:
        flock(file, LOCK_EX)  # released when the process ends, even if it is killed
        yield


def write_nothing(connection: Connection) -> None:
    """A write that changes nothing; it fails if the store is read-only, or the disk of an SQLite file is full."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA user_version = 0")
    elif connection.execute(text("SHOW transaction_read_only")).scalar() == "on":
        raise ReadOnly("the database accepts no writes")


def forget_deleted(engine: Engine) -> None:
    """Remove deleted data from SQLite's write-ahead log too, at once unless someone is reading."""
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout = 1000")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.close()
    finally:
        connection.close()
