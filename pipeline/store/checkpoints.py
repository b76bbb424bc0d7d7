"""Checkpoints of the audit: rows older than their period are deleted behind one, and the chain stays verifiable.

A checkpoint holds the link that the first remaining row follows, and how many rows went, by month, role and purpose. A
key under `var/keys` signs it together with the previous one, so that an account that can write to the database, but not
read the key, cannot make one.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, RowMapping, func, insert, select

from pipeline.identity.keys import checkpoint_key, checkpoint_verification_key
from pipeline.store.audit.audit import FIRST, Link
from pipeline.store.operations.tables import AUDIT_CHECKPOINT
from pipeline.store.schema import AUDIT, in_utc

_BATCH: Final = 10_000
_COUNTED: Final = ("month", "role", "purpose", "rows")


@dataclass(frozen=True)
class Checkpoint:
    """What was pruned: `rows`, up to the row `last`, all from the day `until` or earlier.

    counts: rows by month, role and purpose, as a list of objects. first_sealed: the first publication with a seal in
    the audit, whether its row still exists or not.
    """

    at: datetime
    until: date
    last: Link
    rows: int
    first_sealed: int | None
    counts: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Pruned:
    """All checkpoints together: the link that the chain `start`s from, and whether each is signed."""

    start: Link = FIRST
    rows: int = 0
    until: date | None = None
    is_valid: bool = True

    @property
    def of_chain(self) -> dict[str, Any]:
        """The fields of the audit's `Chain`."""
        return {"pruned": self.rows, "pruned_until": self.until, "has_valid_checkpoints": self.is_valid}


def counts_up_to(connection: Connection, last_row: int) -> list[dict[str, Any]]:
    """The number of rows up to one, by month, role and purpose."""
    query = select(AUDIT.c.at, AUDIT.c.role, AUDIT.c.purpose).where(AUDIT.c.id <= last_row)
    numbers: Counter[tuple[str, str, str]] = Counter()
    with connection.execute(query, execution_options={"yield_per": _BATCH}) as rows:
        numbers.update((f"{at:%Y-%m}", role, purpose or "") for at, role, purpose in rows)
    return [dict(zip(_COUNTED, (*key, number), strict=True)) for key, number in sorted(numbers.items())]


def add(connection: Connection, checkpoint: Checkpoint, var: Path) -> str:
    """Sign and store a checkpoint; returns its signature."""
    previous = connection.execute(
        select(AUDIT_CHECKPOINT.c.signature).order_by(AUDIT_CHECKPOINT.c.id.desc()).limit(1)
    ).scalar()
    row = {name: value for name, value in vars(checkpoint).items() if name != "last"}
    row |= {"last_id": checkpoint.last.id, "last_hash": checkpoint.last.hash, "previous": previous or ""}
    row["signature"] = checkpoint_key(var).sign(_signed(row)).hex()
    connection.execute(insert(AUDIT_CHECKPOINT).values(row))
    return str(row["signature"])


def verified(connection: Connection, var: Path | None) -> Pruned:
    """All checkpoints, verified with the key under the state folder; without the key none is valid."""
    rows = connection.execute(select(AUDIT_CHECKPOINT).order_by(AUDIT_CHECKPOINT.c.id)).mappings().all()
    if not rows:
        return Pruned()
    key, last = checkpoint_verification_key(var) if var else None, rows[-1]
    previous = ["", *(row["signature"] for row in rows[:-1])]
    is_valid = key is not None and all(_is_signed(row, key, before) for row, before in zip(rows, previous, strict=True))
    pruned = sum(row["rows"] for row in rows)
    return Pruned(Link(last["last_id"], last["last_hash"]), pruned, last["until"], is_valid)


def first_sealed(connection: Connection) -> int | None:
    """The first publication that was sealed before rows of the audit were pruned; None if none were."""
    return connection.execute(select(func.min(AUDIT_CHECKPOINT.c.first_sealed))).scalar()


def _is_signed(row: RowMapping, key: Ed25519PublicKey, previous: str) -> bool:
    try:
        key.verify(bytes.fromhex(row["signature"]), _signed(row))
    except (InvalidSignature, ValueError):
        return False
    return bool(row["previous"] == previous)


def _signed(row: Mapping[str, Any] | RowMapping) -> bytes:
    content = [in_utc(row["at"]).isoformat(), row["until"].isoformat(), row["counts"]]
    content += [row[name] for name in ("last_id", "last_hash", "rows", "first_sealed", "previous")]
    return json.dumps(content, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()
