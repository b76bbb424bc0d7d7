"""The store of published scores and of the audit: SQLite (WAL) by default, PostgreSQL by URL.

Readers see a month as it was before or after publication, never in between. The audit is append-only.
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
from pipeline.store.database import Access, begun, engine_of
from pipeline.store.group_figures import group_figures
from pipeline.store.publication import Publication, check_publication, content_hash, ranked
from pipeline.store.reading import Published, PublishedScores
from pipeline.store.shown_before import services_to_show, shown_before
from pipeline.store.upgrade import is_newest, upgrade
from pipeline.store.writing import write


class Store:
    """The store at a SQLAlchemy URL. Its first use, not its creation, upgrades the schema to this version."""

    def __init__(self, url: str) -> None:
        self._engine = engine_of(url)
        self._is_upgraded = False
        self._upgrading = Lock()
        self._audit = AuditQueue(partial(self._connected, "append"))
        self._heads: dict[int, Published] = {}

    @contextmanager
    def reading(self) -> Iterator[PublishedScores]:
        """A consistent view: the block sees one snapshot, whatever is published meanwhile."""
        with self._connected("read") as connection:
            yield PublishedScores(connection, self._heads)

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """A transaction for a change and its audit rows: both are stored, or neither."""
        with self._audit.writing, self._connected("append") as connection:
            yield connection

    @contextmanager
    def promoting(self) -> Iterator[None]:
        """One promotion at a time, across processes. It is not the write lock: others can read, publish and audit."""
        self._upgrade_once()
        with database.promoting(self._engine):
            yield

    def append_audit(self, entries: Sequence[AuditEntry]) -> None:
        """Store entries. Once this returns, they survive a power cut and the database refuses to change them."""
        self._audit.append(entries)

    def verify_audit(self, noted: Link | None = None) -> audit.Chain:
        """Verify the audit's chain of hashes."""
        with self._connected("read") as connection:
            return audit.verify(connection, noted)

    def publish(self, publication: Publication) -> int:
        """Publish a month's scores in one transaction; returns the publication's id.

        Publishing the scores that are already served for that date changes nothing and returns their id.
        Raises Refused if scores and factors are inconsistent.
        """
        check_publication(publication)
        scores = ranked(publication)
        fingerprint = content_hash(publication, scores)
        with self._connected("read") as connection:
            before = shown_before(connection, publication.source, publication.snapshot_date)
        groups = group_figures(scores, publication.factors, [each.members for each in before])
        services = services_to_show(publication, scores, groups, before)
        with self._connected("publish") as connection:
            return write(connection, publication, scores, groups.to_dicts(), services, fingerprint)

    def forget_deleted(self) -> None:
        """Remove deleted data from SQLite's write-ahead log too, at once unless someone is reading."""
        database.forget_deleted(self._engine)

    def is_ready(self) -> bool:
        """Whether the store has this version's schema and accepts writes; every answer needs an audit row."""
        try:
            with self._connected("probe") as connection:
                database.write_nothing(connection)
                return is_newest(connection)
        except (SQLAlchemyError, BadInput):
            return False

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _connected(self, access: Access) -> Iterator[Connection]:
        self._upgrade_once()
        with begun(self._engine, access) as connection:
            yield connection

    def _upgrade_once(self) -> None:
        if self._is_upgraded:
            return
        with self._upgrading:
            if not self._is_upgraded:
                upgrade(self._engine)
                self._is_upgraded = True
