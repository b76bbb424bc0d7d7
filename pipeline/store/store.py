"""The store of published scores and of the audit: SQLite (WAL) by default, PostgreSQL by URL.

Readers see a month as it was or as it is, never half of one. The audit is append-only.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path
from threading import Lock
from typing import Any, Final, Literal, Self

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, Table, create_engine, insert, make_url, select, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from features.errors import BadInput, Finding
from pipeline.scoring.group_figures import group_figures
from pipeline.store import audit
from pipeline.store import sqlite as sqlite_file
from pipeline.store.audit import AuditEntry, Link
from pipeline.store.publication import (
    Publication,
    check_publication,
    content_hash,
    ranked,
    rows_in_batches,
    service_rows,
)
from pipeline.store.published_scores import Published, PublishedScores
from pipeline.store.schema import GROUP_FIGURE, PUBLICATION, SCORE, SERVICE_FIGURE
from pipeline.store.shown_before import shown_before

MOST_THREADS: Final = 40
"""Threads in which a server answers: none waits for a connection."""

POOLED: Final = 16
"""Connections that stay open between requests; opening one takes longer than an answer."""

Way = Literal["read", "append", "publish", "probe"]
"""What a transaction is for: "read" sees one moment, "append" writes, "publish" writes while nobody else publishes,
"probe" finds out whether writing is possible."""

_WRITER_LOCK: Final = 7_265_746
"""Number of the PostgreSQL advisory lock that publishing and migrating take; any constant will do."""

_PROMOTION_LOCK: Final = 7_265_748
"""Number of the PostgreSQL advisory lock that promotions take; any constant will do."""


class ReadOnly(SQLAlchemyError):
    """The store answers, and takes no writes."""


@dataclass
class _Turn:
    """Entries that wait to be kept, and what came of it."""

    entries: Sequence[AuditEntry]
    is_over: bool = False
    failure: Exception | None = None


class Store:
    """The store at a SQLAlchemy URL. Opening does nothing; the first use migrates it to this version's schema."""

    def __init__(self, url: str) -> None:
        self._engine = _engine(make_url(url))
        self._is_migrated = False
        self._migration = Lock()
        self._auditing = Lock()
        self._queueing = Lock()
        self._queue: list[_Turn] = []
        self._heads: dict[int, Published] = {}

    @contextmanager
    def reading(self) -> Iterator[PublishedScores]:
        """A consistent view: whatever is published meanwhile, this block sees one moment."""
        with self._connected("read") as connection:
            yield PublishedScores(connection, self._heads)

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """A transaction for a change and the audit rows that belong to it: both are kept, or neither."""
        with self._auditing, self._connected("append") as connection:
            yield connection

    @contextmanager
    def promoting(self) -> Iterator[None]:
        """One promotion at a time, across processes. Not the write lock: meanwhile others read, publish and audit."""
        with self._connected("read") as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _PROMOTION_LOCK})
                yield
                return
        with Path(f"{self._engine.url.database}.promotion").open("w") as file:
            flock(file, LOCK_EX)  # gone with the process, however it ends
            yield

    def append_audit(self, entries: Sequence[AuditEntry]) -> None:
        """Keep entries; once this returns they survive a power cut, and the database refuses to change them.

        Whoever gets the lock keeps what all the others are waiting with, so one write to the disk serves them all.
        """
        turn = _Turn(entries)
        with self._queueing:
            self._queue.append(turn)
        with self._auditing:  # in line here, for SQLite's own waiting is a lottery that some threads lose for seconds
            if not turn.is_over:
                self._keep_queue()
        if turn.failure:
            raise turn.failure

    def verify_audit(self, noted: Link | None = None) -> audit.Chain:
        """Walk the audit's chain of hashes."""
        with self._connected("read") as connection:
            return audit.verify(connection, noted)

    def publish(self, publication: Publication) -> int:
        """Publish a month's scores in one transaction; gives the publication's number.

        Publishing what readers already get for that date changes nothing and gives the number it has.
        Raises Refused when the scores and factors contradict each other.
        """
        check_publication(publication)
        scores = ranked(publication)
        fingerprint = content_hash(publication, scores)
        with self._connected("read") as connection:
            before = shown_before(connection, publication.source, publication.snapshot_date)
        groups = group_figures(scores, publication.factors, before).to_dicts()
        with self._connected("publish") as connection:
            served = _served(connection, publication)
            if served == (publication.model_version, fingerprint):
                return _last_id(connection, publication)
            number = _insert_head(connection, publication, scores["risk"].mean(), fingerprint)
            for batch in rows_in_batches(publication, scores):
                _insert(connection, SCORE, number, batch.to_dicts())
            _insert(connection, GROUP_FIGURE, number, groups)
            _insert(connection, SERVICE_FIGURE, number, service_rows(publication))
            return number

    def forget_deleted(self) -> None:
        """Let what was deleted leave SQLite's write-ahead log too; at once unless somebody is reading."""
        if self._engine.dialect.name != "sqlite":
            return
        connection = self._engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute("PRAGMA busy_timeout = 1000")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.close()
        finally:
            connection.close()

    def is_ready(self) -> bool:
        """Whether the store has this version's schema and takes writes: without its audit row no answer leaves."""
        try:
            with self._connected("probe") as connection:
                _write_nothing(connection)
                return _schema_of(connection) == _newest_schema()
        except (SQLAlchemyError, BadInput):
            return False

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _keep_queue(self) -> None:
        with self._queueing:
            turns, self._queue = self._queue, []
        try:
            self._keep(turns)
        except Exception as failure:
            if len(turns) == 1:
                turns[0].failure = failure
            else:
                self._keep_one_by_one(turns)  # what the store does not take of one must not cost the others theirs
        for turn in turns:
            turn.is_over = True

    def _keep_one_by_one(self, turns: Sequence[_Turn]) -> None:
        for turn in turns:
            try:
                self._keep([turn])
            except Exception as failure:
                turn.failure = failure

    def _keep(self, turns: Sequence[_Turn]) -> None:
        with self._connected("append") as connection:
            audit.add(connection, [entry for turn in turns for entry in turn.entries])

    @contextmanager
    def _connected(self, way: Way) -> Iterator[Connection]:
        self._migrate_once()
        with _begun(self._engine, way) as connection:
            yield connection

    def _migrate_once(self) -> None:
        if self._is_migrated:
            return
        with self._migration:
            if not self._is_migrated:
                _migrate(self._engine)
                self._is_migrated = True


def _engine(url: URL) -> Engine:
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


def _write_nothing(connection: Connection) -> None:
    """A write that changes nothing, and fails where the store is read-only, or SQLite's disk full."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA user_version = 0")
    elif connection.execute(text("SHOW transaction_read_only")).scalar() == "on":
        raise ReadOnly("the database takes no writes")


@contextmanager
def _begun(engine: Engine, way: Way) -> Iterator[Connection]:
    is_postgresql = engine.dialect.name == "postgresql"
    options: dict[str, Any] = {"way": way}
    if is_postgresql and way == "read":
        options["isolation_level"] = "REPEATABLE READ"
    with engine.connect().execution_options(**options) as connection, connection.begin():
        if is_postgresql and way == "publish":
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _WRITER_LOCK})
        yield connection


def _migrate(engine: Engine) -> None:
    """Bring the schema up to this version, in one transaction; processes that start together take turns."""
    with _begun(engine, "read") as connection:  # most often there is nothing to do, and nobody to wait for
        if _schema_of(connection) == _newest_schema():
            return
    with _begun(engine, "publish") as connection:
        if _schema_of(connection) == _newest_schema():
            return
        config = _alembic_config()
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as unknown_revision:
            remedy = "Install that version, or name another store in RETENTION_DATABASE_URL."
            raise BadInput(Finding("made by a newer version", "store", "", 0, remedy)) from unknown_revision


def _alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def _schema_of(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _newest_schema() -> str | None:
    return ScriptDirectory.from_config(_alembic_config()).get_current_head()


def _served(connection: Connection, publication: Publication) -> tuple[str, str] | None:
    """Model version and hash of what readers get for the date; None when they get another source."""
    source = connection.execute(select(PUBLICATION.c.source).order_by(PUBLICATION.c.id.desc()).limit(1)).scalar()
    if source != publication.source:
        return None
    row = connection.execute(
        select(PUBLICATION.c.model_version, PUBLICATION.c.content_hash).where(
            PUBLICATION.c.id == _last_id(connection, publication)
        )
    ).first()
    return (row[0], row[1]) if row else None


def _last_id(connection: Connection, publication: Publication) -> int:
    found = connection.execute(
        select(PUBLICATION.c.id)
        .where(PUBLICATION.c.source == publication.source, PUBLICATION.c.snapshot_date == publication.snapshot_date)
        .order_by(PUBLICATION.c.id.desc())
        .limit(1)
    ).scalar()
    return int(found or 0)


def _insert(connection: Connection, table: Table, number: int, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), [row | {"publication_id": number} for row in rows])


def _insert_head(connection: Connection, publication: Publication, mean_risk: Any, fingerprint: str) -> int:
    number = connection.execute(
        insert(PUBLICATION)
        .values(
            source=publication.source,
            snapshot_date=publication.snapshot_date,
            model_version=publication.model_version,
            horizon_months=publication.horizon_months,
            people=publication.scores.height,
            mean_risk=mean_risk,
            features=publication.features(),
            manifest={key: value for key, value in publication.manifest.items() if key != "features"},
            content_hash=fingerprint,
        )
        .returning(PUBLICATION.c.id)
    ).scalar_one()
    return int(number)
