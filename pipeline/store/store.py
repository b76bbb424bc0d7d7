"""The store of published scores and of the audit: SQLite (WAL) by default, PostgreSQL by URL.

Readers see a month as it was or as it is, never half of one. The audit is append-only.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from threading import Lock
from typing import Self

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from features.errors import BadInput
from pipeline.store import audit, database
from pipeline.store.audit import AuditEntry, Link
from pipeline.store.audit_queue import AuditQueue
from pipeline.store.database import Way, begun, engine_of
from pipeline.store.group_figures import group_figures
from pipeline.store.publication import Publication, check_publication, content_hash, ranked
from pipeline.store.reading import Published, PublishedScores
from pipeline.store.shown_before import shown_before
from pipeline.store.upgrade import is_newest, upgrade
from pipeline.store.writing import write


class Store:
    """The store at a SQLAlchemy URL. Making one touches nothing; its first use upgrades it to this version's schema."""

    def __init__(self, url: str) -> None:
        self._engine = engine_of(url)
        self._is_upgraded = False
        self._upgrading = Lock()
        self._audit = AuditQueue(partial(self._connected, "append"))
        self._heads: dict[int, Published] = {}

    @contextmanager
    def reading(self) -> Iterator[PublishedScores]:
        """A consistent view: whatever is published meanwhile, this block sees one moment."""
        with self._connected("read") as connection:
            yield PublishedScores(connection, self._heads)

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """A transaction for a change and the audit rows that belong to it: both are kept, or neither."""
        with self._audit.writing, self._connected("append") as connection:
            yield connection

    @contextmanager
    def promoting(self) -> Iterator[None]:
        """One promotion at a time, across processes. Not the write lock: meanwhile others read, publish and audit."""
        self._upgrade_once()
        with database.promoting(self._engine):
            yield

    def append_audit(self, entries: Sequence[AuditEntry]) -> None:
        """Keep entries; once this returns they survive a power cut, and the database refuses to change them."""
        self._audit.append(entries)

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
            return write(connection, publication, scores, groups, fingerprint)

    def forget_deleted(self) -> None:
        """Let what was deleted leave SQLite's write-ahead log too; at once unless somebody is reading."""
        database.forget_deleted(self._engine)

    def is_ready(self) -> bool:
        """Whether the store has this version's schema and takes writes: without its audit row no answer leaves."""
        try:
            with self._connected("probe") as connection:
                database.write_nothing(connection)
                return is_newest(connection)
        except (SQLAlchemyError, BadInput):
            return False

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _connected(self, way: Way) -> Iterator[Connection]:
        self._upgrade_once()
        with begun(self._engine, way) as connection:
            yield connection

    def _upgrade_once(self) -> None:
        if self._is_upgraded:
            return
        with self._upgrading:
            if not self._is_upgraded:
                upgrade(self._engine)
                self._is_upgraded = True
