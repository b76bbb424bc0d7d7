"""The database under the store, SQLite or PostgreSQL: its connections, its transactions, its locks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, false, insert, make_url, select, text
from sqlalchemy.exc import SQLAlchemyError

from pipeline.store import sqlite as sqlite_file
from pipeline.store.audit import audit
from pipeline.store.schema import AUDIT

MOST_THREADS: Final = 40
"""Threads in which a server answers; there are connections for all of them."""

POOLED: Final = 16
"""Connections kept open between requests, because opening one takes longer than an answer."""

PROBE_SECONDS: Final = 1
"""How long a probe waits for another writer: a readiness check has to answer quickly."""

Access = Literal["read", "append", "change", "publish", "erase", "probe"]
"""What a transaction is for: "read" sees one snapshot, "append" adds to the audit, "change" writes about people,
"publish" does while no one else publishes, "erase" while no one else changes or publishes, "probe" tests whether
writing is possible."""

Forgotten = Literal["removed", "while read", "until vacuum"]
"""Whether the database's files still hold deleted data: no; in SQLite's write-ahead log, since someone was reading; in
PostgreSQL's files, until vacuum and its own log have overwritten them."""

_WRITER_LOCK: Final = 7_265_746
"""Number of the PostgreSQL advisory lock that publishing and migrating take; any constant will do."""

_ERASURE_LOCK: Final = 7_265_749
"""Number of the PostgreSQL advisory lock that erasures take alone, and changes and publications together: what they
write is either visible to an erasure or checked against it."""

_PROMOTION_LOCK: Final = 7_265_748
"""Number of the PostgreSQL advisory lock that promotions take; any constant will do."""


class ReadOnly(SQLAlchemyError):
    """The store answers but accepts no writes."""


@dataclass(frozen=True)
class Engines:
    """The connections of a store: those of requests and jobs, and one of its own for probes, which waits briefly."""

    main: Engine
    probing: Engine

    def dispose(self) -> None:
        self.main.dispose()
        self.probing.dispose()


def engines_of(address: str) -> Engines:
    """The engines for a SQLAlchemy URL."""
    opened: set[str] = set()
    return Engines(engine_of(address, opened), _probing_engine_of(address, opened))


def engine_of(address: str, opened: set[str] | None = None) -> Engine:
    """The engine for a SQLAlchemy URL. It connects only when it is first used."""
    url = _url_of(address)
    # hide_parameters: an error's text must not carry a person's id into a log
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=not url.drivername.startswith("sqlite"),
        pool_size=POOLED,
        max_overflow=MOST_THREADS - POOLED,
    )
    if engine.dialect.name == "sqlite":
        sqlite_file.install(engine, set() if opened is None else opened)
    return engine


def folder_of(engine: Engine) -> Path | None:
    """The folder of an SQLite file; None for another database."""
    return Path(engine.url.database).parent if engine.dialect.name == "sqlite" and engine.url.database else None


def _probing_engine_of(address: str, opened: set[str]) -> Engine:
    """One connection, opened for each probe: a connection that hangs would show an outage of its own."""
    url = _url_of(address)
    least_wait = {} if url.drivername.startswith("sqlite") else {"connect_timeout": 2}
    engine = create_engine(url, hide_parameters=True, poolclass=NullPool, connect_args=least_wait)
    if engine.dialect.name == "sqlite":
        sqlite_file.install(engine, opened, PROBE_SECONDS)
    return engine


def _url_of(address: str) -> URL:
    url = make_url(address)
    is_postgresql = url.drivername in ("postgres", "postgresql")
    return url.set(drivername="postgresql+psycopg") if is_postgresql else url


@contextmanager
def begun(engine: Engine, access: Access) -> Iterator[Connection]:
    """A transaction, committed at the end of the block."""
    is_postgresql = engine.dialect.name == "postgresql"
    options: dict[str, Any] = {"access": access}
    if is_postgresql and access == "read":
        options["isolation_level"] = "REPEATABLE READ"
    pool = engine.pool
    with engine.connect().execution_options(**options) as connection:
        try:
            with connection.begin():
                _prepare(connection, access, is_postgresql)
                yield connection
        finally:
            if engine.pool is not pool:  # the store was closed meanwhile, and nobody would close this connection
                connection.invalidate()


def _prepare(connection: Connection, access: Access, is_postgresql: bool) -> None:
    if not is_postgresql:
        return
    _take_locks(connection, access)
    if access == "probe":
        for wait in ("lock_timeout", "statement_timeout"):
            connection.execute(text(f"SET LOCAL {wait} = '{PROBE_SECONDS}s'"))


def _take_locks(connection: Connection, access: Access) -> None:
    """The advisory locks of a transaction on PostgreSQL; SQLite has one writer at a time."""
    if access == "publish":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _WRITER_LOCK})
    if access in ("change", "publish"):
        connection.execute(text("SELECT pg_advisory_xact_lock_shared(:number)"), {"number": _ERASURE_LOCK})
    if access == "erase":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _ERASURE_LOCK})


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
    """What writing an audit row needs, without a change.

    It fails if the store is locked or read-only, or the disk of an SQLite file is full. On PostgreSQL an audit row
    waits for its turn and for the locks of its table, so the probe does.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA user_version = 0")
        return
    if connection.execute(text("SHOW transaction_read_only")).scalar() == "on":
        raise ReadOnly("the database accepts no writes")
    audit.take_turns(connection)
    connection.execute(insert(AUDIT).from_select(["id"], select(AUDIT.c.id).where(false())))


def audit_is_guarded(connection: Connection) -> bool:
    """Whether the triggers that make the audit append-only exist and are enabled."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'"
        return {"audit_refuses_update", "audit_refuses_delete"} <= set(connection.execute(text(query)).scalars())
    query = "SELECT tgname FROM pg_trigger WHERE tgrelid = 'audit'::regclass AND tgenabled <> 'D' AND NOT tgisinternal"
    return {"audit_refuses_change", "audit_refuses_delete"} <= set(connection.execute(text(query)).scalars())


def forget_deleted(engine: Engine, seconds: float) -> Forgotten:
    """Remove deleted data from SQLite's write-ahead log too; waits up to `seconds` for readers."""
    if engine.dialect.name != "sqlite":
        return "until vacuum"
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
        is_busy, _, _ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        cursor.close()
    finally:
        connection.close()
    return "while read" if is_busy else "removed"
