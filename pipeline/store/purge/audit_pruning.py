"""The audit's retention period: rows that are older are deleted behind a signed checkpoint."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Connection, delete, func, select

from features.calendar import month_end
from features.errors import Finding, Refused
from pipeline.settings import Settings
from pipeline.store import checkpoints, seals
from pipeline.store.audit import audit
from pipeline.store.audit.audit import AuditEntry, Link
from pipeline.store.checkpoints import Checkpoint
from pipeline.store.schema import AUDIT
from pipeline.store.store import Store

COMMAND: Final = "retention purge"


@dataclass(frozen=True)
class PrunedAudit:
    """What was or would be pruned: rows up to and including the day `until`, and their numbers by month, role and
    purpose."""

    until: date
    rows: int
    counts: list[dict[str, Any]]


def prune_audit(store: Store, settings: Settings, today: date, is_rehearsal: bool = False) -> PrunedAudit:
    """Delete the audit's rows that are older than their period; a row of the audit records it.

    Rows go from the oldest on, up to the first that is younger, whatever the times of later ones. The last seal of
    every publication stays, repeated at the end. The proof of an erasure that is older than the period goes too.

    Raises Refused, and deletes nothing, if the chain or an earlier checkpoint is broken: pruning would hide it.
    """
    until = month_end(today, -settings.keep_audit_months)
    with store.reading() as scores:
        last = _last_old(scores.connection, datetime.combine(until, time.max, UTC))
        counts = checkpoints.counts_up_to(scores.connection, last.id) if last else []
    pruned = PrunedAudit(until, sum(row["rows"] for row in counts), counts)
    if last is None or is_rehearsal:
        return pruned
    if not store.verify_audit().is_whole:
        remedy = "Run `retention audit verify`, and find out who changed it; a backup shows what it was."
        raise Refused(Finding("the audit is broken, so none of it was pruned", "audit", remedy=remedy))
    with store.changing() as connection:
        _prune(connection, settings, last, pruned)
    store.forget_deleted()
    return pruned


def _last_old(connection: Connection, end: datetime) -> Link | None:
    """The last of the rows that all are old: the one before the first younger row. None if there is none."""
    first_young = connection.execute(select(func.min(AUDIT.c.id)).where(AUDIT.c.at > end)).scalar()
    old = select(AUDIT.c.id, AUDIT.c.hash).order_by(AUDIT.c.id.desc()).limit(1)
    row = connection.execute(old if first_young is None else old.where(AUDIT.c.id < first_young)).first()
    return Link(*row) if row else None


def _prune(connection: Connection, settings: Settings, last: Link, pruned: PrunedAudit) -> None:
    firsts = [seals.first_sealed(connection), checkpoints.first_sealed(connection)]
    first = min((each for each in firsts if each is not None), default=None)
    now = datetime.now(UTC)
    checkpoint = Checkpoint(now, pruned.until, last, pruned.rows, first, pruned.counts)
    signature = checkpoints.add(connection, checkpoint, settings.var)
    repeated = seals.carried(connection, last.id, COMMAND)
    # before the deletion: a chain without a row would begin again
    audit.add(connection, [_row(now, hashlib.sha256(signature.encode()).hexdigest()), *repeated])
    connection.execute(delete(AUDIT).where(AUDIT.c.id <= last.id))


def _row(at: datetime, checkpoint_hash: str) -> AuditEntry:
    return AuditEntry(
        at=at,
        request_id=uuid4().hex,
        who=COMMAND,
        role="operator",
        what=COMMAND,
        whom=None,
        purpose=None,
        result="audit pruned",
        rows_hash=checkpoint_hash,
    )
