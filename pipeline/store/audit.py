"""The audit: who looked at whom, and why. Each row's hash covers the row before it, so no change stays unseen.

The database refuses changes by triggers; whoever removes the triggers still breaks the chain.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

from sqlalchemy import ColumnElement, Connection, insert, select, text

from features.errors import BadInput, Finding
from pipeline.store.schema import AUDIT, in_utc

BEGINNING: Final = ""
"""What the first row's hash covers in place of a row before it."""

_SAID: Final = ("request_id", "who", "role", "what", "whom", "purpose", "result")

_CHAIN_LOCK: Final = 7_265_747
"""Number of the PostgreSQL advisory lock under which rows are added one after another; any constant will do."""


_LAST: Final = select(AUDIT.c.id, AUDIT.c.hash).order_by(AUDIT.c.id.desc()).limit(1)
_ADD: Final = insert(AUDIT)
_TAKE_TURNS: Final = text("SELECT pg_advisory_xact_lock(:number)")
"""Built once: building a statement takes longer than running it."""


@dataclass(frozen=True)
class AuditEntry:
    """Who looked at whom, and why. `whom` is None for an answer or a refusal that names nobody."""

    at: datetime
    request_id: str
    who: str
    role: str
    what: str
    whom: str | None
    purpose: str | None
    result: str


@dataclass(frozen=True)
class Link:
    """A row's place in the chain. Noted outside of the store, it proves later that nothing up to it has changed."""

    id: int
    hash: str

    def __str__(self) -> str:
        return f"{self.id}:{self.hash}"

    @classmethod
    def of(cls, noted: str) -> Self:
        """The place that was noted as `ID:HASH`. Raises BadInput."""
        number, _, hash_text = noted.partition(":")
        if not number.isdecimal() or not re.fullmatch("[0-9a-f]{64}", hash_text):
            raise BadInput(Finding("not an end of the chain", "audit", remedy="Write it as ID:HASH, as it was told."))
        return cls(int(number), hash_text)


@dataclass(frozen=True)
class KeptEntry(AuditEntry):
    """An entry as the store keeps it."""

    id: int
    hash: str


@dataclass(frozen=True)
class Chain:
    """What a walk through the whole audit found. `broken_at` is the first row that does not follow the one before."""

    rows: int
    head: Link | None
    broken_at: int | None
    holds_noted: bool

    @property
    def is_whole(self) -> bool:
        return self.broken_at is None and self.holds_noted


def add(connection: Connection, entries: Sequence[AuditEntry]) -> None:
    """Add rows inside the caller's writing transaction. `entries` is not empty."""
    if connection.dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        connection.execute(_TAKE_TURNS, {"number": _CHAIN_LOCK})
    last = connection.execute(_LAST).first()
    connection.execute(_ADD, linked(last.hash if last else BEGINNING, [vars(entry) for entry in entries]))


def append(connection: Connection, entries: Sequence[AuditEntry]) -> Link:
    """As `add`; gives the last row's place."""
    add(connection, entries)
    return Link(*connection.execute(_LAST).one())


def linked(previous: str, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows with their hashes, the first one following `previous`."""
    found: list[dict[str, Any]] = []
    for row in rows:
        previous = row_hash(previous, row)
        found.append({**row, "hash": previous})
    return found


def row_hash(previous: str, row: Mapping[str, Any]) -> str:
    """SHA-256 of the row before and of everything that this row says."""
    said = [previous, in_utc(row["at"]).isoformat(), *(row[name] for name in _SAID)]
    return hashlib.sha256(json.dumps(said, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def verify(connection: Connection, noted: Link | None = None) -> Chain:
    """Walk the chain from its first row to its last; `noted` must be among them."""
    rows, head, holds_noted = 0, Link(0, BEGINNING), noted is None
    with connection.execution_options(yield_per=10_000).execute(select(AUDIT).order_by(AUDIT.c.id)) as walk:
        for row in walk.mappings():
            if row["hash"] != row_hash(head.hash, dict(row)):
                return Chain(rows, head if rows else None, row["id"], holds_noted)
            rows, head = rows + 1, Link(row["id"], row["hash"])
            holds_noted = holds_noted or head == noted
    return Chain(rows, head if rows else None, None, holds_noted)


def page(
    connection: Connection, conditions: Iterable[ColumnElement[bool]], before_id: int | None, limit: int
) -> list[KeptEntry]:
    """Up to `limit` rows that meet the conditions, newest first, from before a row on."""
    query = select(AUDIT).where(*conditions).order_by(AUDIT.c.id.desc()).limit(limit)
    if before_id is not None:
        query = query.where(AUDIT.c.id < before_id)
    return [KeptEntry(**row) for row in connection.execute(query).mappings()]
