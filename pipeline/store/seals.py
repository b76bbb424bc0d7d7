"""Seals: the audit records a hash of each publication's rows, so a change of a score in the database is detected.

Every row of a publication has a digest; their sum, modulo 2^4096, does not depend on an order and can be updated row by
row. The publication holds the sum, and the audit, whose rows are chained, holds the sum's hash. A lawful change
(erasure) subtracts the rows as they were and adds them as they are, so it cannot hide a change that somebody made
before.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Table, func, select, update

from pipeline.store.audit import audit
from pipeline.store.audit.audit import AuditEntry
from pipeline.store.schema import AUDIT, GROUP_FIGURE, PUBLICATION, SCORE, SERVICE_FIGURE

_DIGEST_BYTES: Final = 512
"""A sum of 4096-bit digests cannot be hit by a chosen set of rows with fewer than about 2^128 steps (Wagner's attack on
additive hashes; Bellare and Micciancio, "A new paradigm for collision-free hashing", 1997)."""

_MODULUS: Final = 1 << (8 * _DIGEST_BYTES)
_OPERATOR: Final = "operator"


@dataclass(frozen=True)
class Seals:
    """The result of verifying the publications.

    altered: ids of publications whose rows are not those that were published, or that nobody published.
    missing: ids of publications that are gone and that no `retention purge` deleted.
    unsealed: the number of publications from before seals, which cannot be verified.
    """

    sealed: int
    altered: tuple[int, ...]
    missing: tuple[int, ...]
    unsealed: int

    @property
    def is_whole(self) -> bool:
        return not self.altered and not self.missing


def seal(connection: Connection, publication_id: int, command: str) -> None:
    """Seal a publication whose rows were just written, in the same transaction."""
    _seal_with(connection, {publication_id: _sum_of(connection, publication_id)}, command, "published")


@contextmanager
def lawful_erasure(connection: Connection, employee_id: str) -> Iterator[None]:
    """The block may change or delete rows about a person, as an employee or as a manager; it is sealed afterwards."""
    people = _scored_with(connection, employee_id)
    sums = _sound_sums(connection, people.keys() | _with_group_of(connection, employee_id))
    before = {number: _sum_of(connection, number, people.get(number, [])) for number in sums}
    yield
    after = {number: _sum_of(connection, number, people.get(number, [])) for number in sums}
    changed = {number: (total - before[number] + after[number]) % _MODULUS for number, total in sums.items()}
    _seal_with(connection, changed, "erasure", "sealed again")


def purged(connection: Connection, publication_ids: Collection[int], command: str) -> list[AuditEntry]:
    """The audit rows which say that sealed publications were deleted at the end of their retention period."""
    sealed = sorted(_last_seals(connection, AUDIT.c.publication_id.in_(publication_ids)))
    return [_row(command, "purged", number, None) for number in sealed]


def carried(connection: Connection, last_row: int, command: str) -> list[AuditEntry]:
    """The audit rows that repeat the last seals of publications, as they are, where rows up to `last_row` hold them."""
    query = select(AUDIT.c.id, AUDIT.c.publication_id, AUDIT.c.rows_hash).where(AUDIT.c.publication_id.is_not(None))
    last = {row.publication_id: row for row in connection.execute(query.order_by(AUDIT.c.id))}
    rows = [last[number] for number in sorted(last) if last[number].id <= last_row]
    return [_row(command, "seal repeated", row.publication_id, row.rows_hash) for row in rows if row.rows_hash]


def first_sealed(connection: Connection) -> int | None:
    """The first publication that the audit has a seal of."""
    return connection.execute(select(func.min(AUDIT.c.publication_id))).scalar()


def verify(connection: Connection, earlier_first: int | None = None) -> Seals:
    """Compare every publication with its last seal. The audit itself is verified by `audit.verify`.

    earlier_first: the first publication that was sealed, if rows of the audit were pruned.
    """
    seals = _last_seals(connection, AUDIT.c.publication_id.is_not(None))
    stored = connection.execute(select(PUBLICATION.c.id).order_by(PUBLICATION.c.id)).scalars().all()
    first = min([*seals, *([] if earlier_first is None else [earlier_first])], default=float("inf"))
    sealed = [number for number in stored if number in seals or number >= first]
    altered = [number for number in sealed if seals.get(number) != _hash(number, _sum_of(connection, number))]
    missing = [number for number, rows_hash in seals.items() if rows_hash and number not in stored]
    return Seals(len(sealed), tuple(altered), tuple(sorted(missing)), len(stored) - len(sealed))


def _sum_of(connection: Connection, publication_id: int, people: Collection[str] | None = None) -> int:
    """The sum of the digests of a publication's rows; of the scores, only those of `people` if given."""
    scores = SCORE.c.publication_id == publication_id
    if people is not None:
        scores &= SCORE.c.employee_id.in_(people)
    total = _digests(connection, PUBLICATION, PUBLICATION.c.id == publication_id)
    for table in (GROUP_FIGURE, SERVICE_FIGURE):
        total += _digests(connection, table, table.c.publication_id == publication_id)
    return (total + _digests(connection, SCORE, scores)) % _MODULUS


def _digests(connection: Connection, table: Table, condition: ColumnElement[bool]) -> int:
    query = select(*(column for column in table.c if column.name != "rows_sum")).where(condition)
    with connection.execute(query, execution_options={"yield_per": 5_000}) as rows:
        return sum(_digest(table.name, dict(row)) for row in rows.mappings())


def _digest(table: str, row: dict[str, Any]) -> int:
    """The digest of a row's known values, by name: a column that a later version adds changes no digest."""
    content = json.dumps(
        [table, {name: value for name, value in row.items() if value is not None}], default=str, sort_keys=True
    )
    return int.from_bytes(hashlib.shake_256(content.encode()).digest(_DIGEST_BYTES), "big")


def _hash(publication_id: int, rows_sum: int) -> str:
    return hashlib.sha256(f"{publication_id}:{rows_sum:x}".encode()).hexdigest()


def _last_seals(connection: Connection, condition: ColumnElement[bool]) -> dict[int, str | None]:
    """The hash in the last seal of each publication; None for one that was purged."""
    query = select(AUDIT.c.publication_id, AUDIT.c.rows_hash).where(condition).order_by(AUDIT.c.id)
    return {row.publication_id: row.rows_hash for row in connection.execute(query)}


def _sound_sums(connection: Connection, publication_ids: Collection[int]) -> dict[int, int]:
    """The sums of those publications whose sum is the sealed one: a false sum is never sealed."""
    seals = _last_seals(connection, AUDIT.c.publication_id.in_(publication_ids))
    query = select(PUBLICATION.c.id, PUBLICATION.c.rows_sum).where(PUBLICATION.c.id.in_(seals))
    sums = {number: int(rows_sum or "0", 16) for number, rows_sum in connection.execute(query)}
    return {number: rows_sum for number, rows_sum in sums.items() if seals[number] == _hash(number, rows_sum)}


def _seal_with(connection: Connection, sums: Mapping[int, int], command: str, result: str) -> None:
    """Store the sums, and their hashes in the audit."""
    for number, rows_sum in sums.items():
        changed = update(PUBLICATION).where(PUBLICATION.c.id == number).values(rows_sum=f"{rows_sum:x}")
        connection.execute(changed)
    if sums:
        audit.add(connection, [_row(command, result, number, _hash(number, sums[number])) for number in sorted(sums)])


def _scored_with(connection: Connection, employee_id: str) -> dict[int, list[str]]:
    """By publication, a person and the person's direct reports."""
    every = select(PUBLICATION.c.id)  # the index of managers begins with the publication
    reports = SCORE.c.publication_id.in_(every) & (SCORE.c.manager_id == employee_id)
    scored = select(SCORE.c.publication_id, SCORE.c.employee_id)
    people: dict[int, list[str]] = {}
    for condition in (SCORE.c.employee_id == employee_id, reports & (SCORE.c.employee_id != employee_id)):
        for publication_id, person in connection.execute(scored.where(condition)):
            people.setdefault(publication_id, []).append(person)
    return people


def _with_group_of(connection: Connection, manager_id: str) -> set[int]:
    teams = (GROUP_FIGURE.c.dimension == "manager") & (GROUP_FIGURE.c.value == manager_id)
    return set(connection.execute(select(GROUP_FIGURE.c.publication_id).where(teams)).scalars())


def _row(command: str, result: str, publication_id: int, rows_hash: str | None) -> AuditEntry:
    return AuditEntry(
        at=datetime.now(UTC),
        request_id=uuid4().hex,
        who=command,
        role=_OPERATOR,
        what=command,
        whom=None,
        purpose=None,
        result=result,
        publication_id=publication_id,
        rows_hash=rows_hash,
    )
