"""The store of published scores and of the audit: SQLite (WAL) by default, PostgreSQL by URL.

Readers see a month as it was before or after publication, never in between. The audit is append-only.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Self

import polars as pl
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from features.errors import BadInput
from pipeline.identity.scopes import Scope
from pipeline.notice import NoticeOf, notice_of
from pipeline.settings import Settings
from pipeline.store import checkpoints, database, erasure, seals, staff_files
from pipeline.store.audit import audit
from pipeline.store.audit.audit import AuditEntry, Link
from pipeline.store.audit.queue import AuditQueue, Turn
from pipeline.store.database import Access, Forgotten, begun, engines_of
from pipeline.store.embedded_tokens import revoked_ids
from pipeline.store.groups.group_figures import group_figures
from pipeline.store.groups.shown_before import services_to_show, shown_before
from pipeline.store.operations import halt_notice, halts, revision
from pipeline.store.operations.halts import HaltEvent
from pipeline.store.publication import Publication, check_publication, content_hash, ranked
from pipeline.store.reading import Published, PublishedScores
from pipeline.store.upgrade import is_newest, upgrade
from pipeline.store.writing import write


class Store:
    """The store at a SQLAlchemy URL. Its first use, not its creation, upgrades the schema to this version.


    `var` is the state folder, with the key of the objections; by default, that of an SQLite file. `notice`: who has
    been informed; by default nobody needs to be.
    """

    def __init__(self, url: str, var: Path | None = None, notice: NoticeOf = lambda _: None) -> None:
        self._engines = engines_of(url)
        self._var = var or database.folder_of(self._engines.main)
        self._notice = notice
        self._is_upgraded = False
        self._upgrading = Lock()
        self._audit = AuditQueue(partial(self._connected, "append"), halts.mark_while_running)
        self._heads: dict[int, Published] = {}

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The store that the settings name."""
        return cls(settings.store_url, settings.var, notice_of(settings))

    @contextmanager
    def reading(self, scope: Scope | None = None) -> Iterator[PublishedScores]:
        """A consistent view: the block sees one snapshot, whatever is published meanwhile, limited to the scope."""
        with self._connected("read") as connection:
            yield self.scores_on(connection, scope)

    def scores_on(self, connection: Connection, scope: Scope | None = None) -> PublishedScores:
        """Reads on a connection of this store, within its transaction, limited to the scope."""
        return PublishedScores(connection, self._heads, self._var, scope, self._notice)

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """A transaction for a change and its audit rows: both are stored, or neither."""
        with self._audit.writing, self._connected("change") as connection:
            yield connection
            revision.renew(connection)

    @contextmanager
    def erasing(self) -> Iterator[Connection]:
        """As `changing`, but alone: it sees what others have changed and published, and later ones see this."""
        with self._audit.writing, self._connected("erase") as connection:
            yield connection
            revision.renew(connection)

    @contextmanager
    def promoting(self) -> Iterator[None]:
        """One promotion at a time, across processes. It is not the write lock: others can read, publish and audit."""
        self._upgrade_once()
        with database.promoting(self._engines.main):
            yield

    def append_audit(self, entries: Sequence[AuditEntry]) -> None:
        """Store entries. Once this returns, they survive a power cut and the database refuses to change them."""
        self._audit.append(entries)

    def append_audit_of(self, turns: Sequence[Turn]) -> None:
        """Store the entries of answers that were prepared earlier, each only while it is current (`Turn.is_stored`)."""
        self._audit.append_all(turns)

    def verify_audit(self, noted: Link | None = None) -> audit.Chain:
        """Verify the audit's chain of hashes, and the checkpoints behind which rows were pruned."""
        with self._connected("read") as connection:
            pruned = checkpoints.verified(connection, self._var)
            return replace(audit.verify(connection, noted, pruned.start), **pruned.of_chain)

    def verify_publications(self) -> seals.Seals:
        """Compare the rows of every publication with its seal in the audit."""
        with self._connected("read") as connection:
            return seals.verify(connection, checkpoints.first_sealed(connection))

    def revoked_tokens(self) -> frozenset[str]:
        """The ids of the embedded issuer's tokens that were revoked."""
        with self._connected("read") as connection:
            return revoked_ids(connection)

    def publish(self, publication: Publication, read_at: int | None = None) -> int:
        """Publish a month's scores in one transaction; returns the publication's id.

        Publishing the scores that are already served for that date changes nothing and returns their id. `read_at` is
        the `moment` before the source was read: people erased since then are left out.
        Raises Refused if scores and factors are inconsistent, or no one is left, and Halted while the system is halted.
        """
        erased = set() if read_at is None else self.erased_since(read_at)
        began = self.moment()
        while True:
            left = publication.without(erased)
            check_publication(left)
            scores = ranked(left)
            fingerprint = content_hash(left, scores)
            with self._connected("read") as connection:
                before = shown_before(connection, left.source, left.snapshot_date)
            members, carried = [each.members for each in before], [each.members for each in before if each.is_carrying]
            groups = group_figures(scores, left.factors, members, carried, left.plausible)
            services = services_to_show(left, scores, groups, before)
            with self._connected("publish") as connection:
                late = set() if read_at is None else erasure.erased_since(connection, read_at) - erased
                if not late:
                    halts.require_running(connection)
                    number = write(connection, left, scores, groups.to_dicts(), services, fingerprint)
                    halts.require_running(connection)  # somebody may have halted meanwhile
                    revision.renew(connection)
            if not late:
                self._write_staff_file(number, fingerprint, left, scores, began)
                return number
            erased |= late

    def _write_staff_file(
        self, number: int, fingerprint: str, publication: Publication, scores: pl.DataFrame, began: int
    ) -> None:
        """Write what plans are computed from, without people erased since `began`, if the publication is served."""
        staff = staff_files.staff_of(publication, scores)
        if staff is None or self._var is None:
            return
        with staff_files.writing_staff_files(self._var):
            with self._connected("read") as connection:
                served = [(head.id, head.content_hash) for head in self.scores_on(connection).served()]
                erased = erasure.erased_since(connection, began)
            if number in dict(served):
                left = staff.filter(~pl.col("employee_id").is_in(list(erased)))
                staff_files.write_staff_file(self._var, number, fingerprint, left)
            staff_files.delete_others(self._var, [staff_files.staff_file(self._var, *head) for head in served])

    def write_parts(self, published: Published, parts: Mapping[str, Collection[str]]) -> None:
        """Write what plans of a publication may be about, if it is served and has figures (`outlook.parts`)."""
        if self._var is None:
            return
        with staff_files.writing_staff_files(self._var):
            staff = staff_files.staff_file(self._var, published.id, published.content_hash)
            if staff.exists():
                staff_files.write_parts_file(staff_files.parts_file(staff), parts)

    def forget_deleted(self, seconds: float = 1) -> Forgotten:
        """Remove deleted data from SQLite's write-ahead log too; waits up to `seconds` for readers."""
        return database.forget_deleted(self._engines.probing, seconds)

    @contextmanager
    def announcing(self, event: HaltEvent) -> Iterator[None]:
        """Record the event inside this block: a halt holds from its beginning, also while a month is published."""
        if event.event == "halted":
            with self._connected("read") as connection:
                halts.announce(connection, event)
        yield
        halt_notice.remove_notice(self._engines.main)

    def current_halt(self) -> HaltEvent | None:
        """The halt that holds; None while the system runs. Uses a connection of its own, which waits briefly."""
        self._upgrade_once()
        with begun(self._engines.probing, "read") as connection:
            return halts.current_halt(connection)

    def require_running(self) -> None:
        """Raise Halted while the system is halted."""
        with self._connected("read") as connection:
            halts.require_running(connection)

    def moment(self) -> int:
        """The present, as a number of the audit, for `publish` and `erased_since`."""
        with self._connected("read") as connection:
            return erasure.last_audit_row(connection)

    def erased_since(self, moment: int) -> set[str]:
        """The people who were erased after a `moment`."""
        with self._connected("read") as connection:
            return erasure.erased_since(connection, moment)

    def audit_is_guarded(self) -> bool:
        """Whether the database refuses changes of the audit."""
        with self._connected("read") as connection:
            return database.audit_is_guarded(connection)

    def is_ready(self) -> bool:
        """Whether the store has this version's schema and accepts writes; every answer needs an audit row.

        It uses a connection of its own, and waits about a second for a store that is locked.
        """
        try:
            self._upgrade_once()
            with begun(self._engines.probing, "probe") as connection:
                database.write_nothing(connection)
                return is_newest(connection)
        except (SQLAlchemyError, BadInput):
            return False

    def close(self) -> None:
        """Close all connections."""
        self._engines.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _connected(self, access: Access) -> Iterator[Connection]:
        self._upgrade_once()
        with begun(self._engines.main, access) as connection:
            yield connection

    def _upgrade_once(self) -> None:
        if self._is_upgraded:
            return
        with self._upgrading:
            if not self._is_upgraded:
                upgrade(self._engines.main)
                self._is_upgraded = True
