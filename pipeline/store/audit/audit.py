"""The audit: who looked at whom, and why. Each row's hash covers the previous row, so changes are detected.

Triggers in the database refuse changes; a change after removing the triggers still breaks the chain.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final, Self

from sqlalchemy import ColumnElement, Connection, insert, select, text

from features.errors import BadInput, Finding
from pipeline.store.schema import AUDIT, in_utc

BEGINNING: Final = ""
"""Stands in for the previous hash in the first row."""

_HASHED: Final = ("request_id", "who", "role", "what", "whom", "purpose", "result")
_HASHED_OF_SEALS: Final = ("publication_id", "rows_hash")

CLOCK_TOLERANCE: Final = timedelta(seconds=60)
"""By how much a row may be older than the previous one: a request notes its time, then waits up to 30 s for its turn,
and the clocks of two servers differ."""

_CHAIN_LOCK: Final = 7_265_747
"""Number of the PostgreSQL advisory lock that serialises the adding of rows; any constant will do."""


_LAST: Final = select(AUDIT.c.id, AUDIT.c.hash).order_by(AUDIT.c.id.desc()).limit(1)
_ADD: Final = insert(AUDIT)
_TAKE_TURNS: Final = text("SELECT pg_advisory_xact_lock(:number)")
"""Built once, because building a statement takes longer than running it."""


@dataclass(frozen=True)
class AuditEntry:
    """Who looked at whom, and why. `whom` is None for an answer or a refusal that names no one.

    `publication_id` and `rows_hash` belong to a row that seals a publication. `source` is that of `whom`, None where it
    is unknown.
    """

    at: datetime
    request_id: str
    who: str
    role: str
    what: str
    whom: str | None
    purpose: str | None
    result: str
    publication_id: int | None = field(default=None, kw_only=True)
    rows_hash: str | None = field(default=None, kw_only=True)
    source: str | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class Link:
    """A row's position in the chain. Noted outside the store, it proves later that nothing up to it has changed."""

    id: int
    hash: str

    def __str__(self) -> str:
        return f"{self.id}:{self.hash}"

    @classmethod
    def of(cls, noted: str) -> Self:
        """The link that was noted as `ID:HASH`. Raises BadInput for any other text."""
        number, _, hash_text = noted.partition(":")
        if not re.fullmatch("[1-9][0-9]{0,17}", number) or not re.fullmatch("[0-9a-f]{64}", hash_text):
            raise BadInput(
                Finding(
                    "not an end of the chain",
                    "audit",
                    remedy="Write it as ID:HASH, as `retention audit verify` printed it.",
                )
            )
        return cls(int(number), hash_text)


FIRST: Final = Link(0, BEGINNING)
"""What the first row of an audit follows from which nothing was pruned."""


@dataclass(frozen=True)
class StoredEntry(AuditEntry):
    """An entry as stored, with its id and hash."""

    id: int
    hash: str


@dataclass(frozen=True)
class Chain:
    """The result of verifying the whole audit. `broken_at` is the first row that does not follow the previous one.

    `backwards` lists the rows whose time is more than `CLOCK_TOLERANCE` before that of an earlier row: a clock was set
    back, or rows were written with a false time. `pruned` rows, up to and including `pruned_until`, were deleted at the
    end of their period behind checkpoints, all of which must be valid.
    """

    rows: int
    head: Link | None
    broken_at: int | None
    holds_noted: bool
    backwards: tuple[int, ...] = ()
    pruned: int = 0
    pruned_until: date | None = None
    has_valid_checkpoints: bool = True

    @property
    def is_whole(self) -> bool:
        return self.broken_at is None and self.holds_noted and self.has_valid_checkpoints


def add(connection: Connection, entries: Sequence[AuditEntry]) -> None:
    """Add rows inside the caller's writing transaction. `entries` is not empty."""
    take_turns(connection)
    last = connection.execute(_LAST).first()
    connection.execute(_ADD, linked(last.hash if last else BEGINNING, [vars(entry) for entry in entries]))


def take_turns(connection: Connection) -> None:
    """Wait until no other transaction is adding rows."""
    if connection.dialect.name == "postgresql":  # SQLite has only one writer at a time
        connection.execute(_TAKE_TURNS, {"number": _CHAIN_LOCK})


def append(connection: Connection, entries: Sequence[AuditEntry]) -> Link:
    """As `add`; returns the link of the last row."""
    add(connection, entries)
    return Link(*connection.execute(_LAST).one())


def linked(previous: str, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows with their hashes, the first one following `previous`."""
    hashed: list[dict[str, Any]] = []
    for row in rows:
        previous = row_hash(previous, row)
        hashed.append({**row, "hash": previous})
    return hashed


def row_hash(previous: str, row: Mapping[str, Any]) -> str:
    """SHA-256 of the previous hash and of everything in this row; values of later columns count where there are any."""
    content = [previous, in_utc(row["at"]).isoformat(), *(row[name] for name in _HASHED)]
    if any(row.get(name) is not None for name in _HASHED_OF_SEALS):
        content += [row[name] for name in _HASHED_OF_SEALS]
    if row.get("source") is not None:
        content.append(row["source"])
    return hashlib.sha256(json.dumps(content, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def verify(connection: Connection, noted: Link | None = None, start: Link = FIRST) -> Chain:
    """Verify the chain from its first row, which follows `start`, to the last; `noted`, if given, must be a link."""
    rows, head, holds_noted = 0, start, noted in (None, start)
    backwards: list[int] = []
    latest: datetime | None = None
    with connection.execution_options(yield_per=10_000).execute(select(AUDIT).order_by(AUDIT.c.id)) as walk:
        for row in walk.mappings():
            if row["id"] <= head.id or row["hash"] != row_hash(head.hash, dict(row)):
                return Chain(rows, head if rows else None, row["id"], holds_noted, tuple(backwards))
            rows, head = rows + 1, Link(row["id"], row["hash"])
            holds_noted = holds_noted or head == noted
            if latest and row["at"] < latest - CLOCK_TOLERANCE:
                backwards.append(row["id"])
                latest = row["at"]
            latest = max(latest or row["at"], row["at"])
    return Chain(rows, head if rows else None, None, holds_noted, tuple(backwards))


def page(
    connection: Connection, conditions: Iterable[ColumnElement[bool]], before_id: int | None, limit: int
) -> list[StoredEntry]:
    """Up to `limit` rows that meet the conditions, newest first; with `before_id`, only rows older than that row."""
    query = select(AUDIT).where(*conditions).order_by(AUDIT.c.id.desc()).limit(limit)
    if before_id is not None:
        query = query.where(AUDIT.c.id < before_id)
    return [StoredEntry(**row) for row in connection.execute(query).mappings()]
