"""Objections to being scored, kept as keyed hashes of source and id.

An objection names nobody, so it outlives erasure and retention periods, and it can be made before the first score. The
key lies under `var/keys`, apart from the store: without it nobody can tell whether an id is among the hashes.
"""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from features.errors import BadInput, Finding
from pipeline.identity.keys import OBJECTION_KEY, objection_key
from pipeline.store.schema import CONTEST, OBJECTION, PUBLICATION

GROUND: Final = "objection"
"""The ground of a contest that states an objection."""

_STATED: Final = (
    select(CONTEST.c.employee_id, CONTEST.c.at)
    .where(CONTEST.c.ground == GROUND, or_(CONTEST.c.source == bindparam("source"), CONTEST.c.source == ""))
    .order_by(CONTEST.c.id.desc())
)
_HASHED: Final = select(OBJECTION.c.person_hash, OBJECTION.c.at, OBJECTION.c.key_mark).where(
    OBJECTION.c.source == bindparam("source")
)
"""Built once, because building a statement takes longer than running it."""

_NO_FOLDER: Final = Finding(
    "objections cannot be read without the state folder", "store", remedy="Open the store with its settings."
)
_OTHER_KEY: Final = Finding(
    "objections were recorded with another key",
    "store",
    "objection",
    remedy=f"Restore keys/{OBJECTION_KEY} in the state folder from its backup; lists are not made without it.",
)


@dataclass(frozen=True)
class Objections:
    """The objections in a store, on one connection; `var` is the folder with the key.

    Contests on the ground of an objection count as well, so that those of earlier versions keep their effect.
    """

    connection: Connection
    var: Path | None

    def record(self, source: str, employee_id: str, at: datetime) -> None:
        """Record an objection; a second one changes nothing."""
        key = self._key()
        dialect = postgresql if self.connection.dialect.name == "postgresql" else sqlite
        row = {"source": source, "person_hash": _hash(key, source, employee_id), "key_mark": _mark(key), "at": at}
        self.connection.execute(dialect.insert(OBJECTION).values(row).on_conflict_do_nothing())

    def withdraw(self, source: str, employee_id: str) -> int:
        """Delete a person's objection and the statements of it; returns the number of deleted rows."""
        stated = and_(CONTEST.c.employee_id == employee_id, _is_objection_in(source))
        hashed = and_(OBJECTION.c.source == source, OBJECTION.c.person_hash == _hash(self._key(), source, employee_id))
        return sum(
            self.connection.execute(delete(table).where(condition)).rowcount
            for table, condition in ((CONTEST, stated), (OBJECTION, hashed))
        )

    def since(self, source: str, employee_id: str) -> datetime | None:
        """When a person objected; None for a person who does not object."""
        return self.among(source, [employee_id]).get(employee_id)

    def among(self, source: str, employee_ids: Iterable[str]) -> dict[str, datetime]:
        """Those of the people of a source who object, with the moment since when.

        Raises BadInput if the key of the hashes is not there: nobody's objection may be overlooked.
        """
        stated = self._stated(source)
        hashed = self._hashed(source)
        key = self._key() if hashed else b""
        found = {}
        for employee_id in employee_ids:
            moments = [stated.get(employee_id), hashed and hashed.get(_hash(key, source, employee_id))]
            if known := [moment for moment in moments if moment]:
                found[employee_id] = min(known)
        return found

    def outlive_erasure(self, employee_id: str) -> None:
        """Hash the objections that are stored as statements only, before these are erased."""
        stated = select(CONTEST.c.source, CONTEST.c.at).where(
            CONTEST.c.employee_id == employee_id, CONTEST.c.ground == GROUND
        )
        for source, at in self.connection.execute(stated.order_by(CONTEST.c.id)).all():
            for name in [source] if source else self._sources():
                self.record(name, employee_id, at)

    def _sources(self) -> list[str]:
        return list(self.connection.execute(select(PUBLICATION.c.source).distinct()).scalars())

    def _stated(self, source: str) -> dict[str, datetime]:
        rows = self.connection.execute(_STATED, {"source": source})
        return {row.employee_id: row.at for row in rows}

    def _hashed(self, source: str) -> dict[str, datetime]:
        rows = self.connection.execute(_HASHED, {"source": source}).all()
        if rows and {row.key_mark for row in rows} != {_mark(self._key())}:
            raise BadInput(_OTHER_KEY)
        return {row.person_hash: row.at for row in rows}

    def _key(self) -> bytes:
        if self.var is None:
            raise BadInput(_NO_FOLDER)
        return objection_key(self.var)


def _is_objection_in(source: str) -> ColumnElement[bool]:
    return and_(CONTEST.c.ground == GROUND, CONTEST.c.source.in_((source, "")))


def _hash(key: bytes, source: str, employee_id: str) -> str:
    return hmac.digest(key, f"{source}\0{employee_id}".encode(), "sha256").hex()


def _mark(key: bytes) -> str:
    """Tells keys apart, and tells nothing about them."""
    return hmac.digest(key, b"which key", "sha256").hex()[:16]
