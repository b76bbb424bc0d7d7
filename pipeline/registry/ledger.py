"""The ledger of models: which version served from when, which was refused, who asked for it and why.

Rows are added and never changed; the database refuses anything else. The registry's alias `champion` decides which
version serves. If it was moved without `retention`, or a promotion was interrupted, the next promotion notes `found`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection, insert, or_, select

from pipeline.store.schema import MODEL_LEDGER

Event = Literal["promoted", "overridden", "refused", "found"]
SERVES: Final = ("promoted", "overridden", "found")
"""The events after which a version serves: passed the gate, overrode it with a reason, or found to be serving."""


@dataclass(frozen=True)
class LedgerEntry:
    """One event of a model version. `replaces` is the champion of that moment, None where there was none.

    `who` is the account that ran the command, `gate` the result of each condition, as JSON.
    """

    at: datetime
    event: Event
    version: str
    replaces: str | None
    source: str
    run_id: str
    who: str
    reason: str | None
    gate: Sequence[Mapping[str, Any]]


def append(connection: Connection, entry: LedgerEntry) -> None:
    """Adds an entry."""
    connection.execute(insert(MODEL_LEDGER).values(**vars(entry) | {"gate": [dict(one) for one in entry.gate]}))


def entries(connection: Connection, version: str | None = None) -> list[LedgerEntry]:
    """All entries, oldest first; for a version, those in which it was submitted, or replaced as champion."""
    wanted = select(MODEL_LEDGER).order_by(MODEL_LEDGER.c.id)
    if version is not None:
        replaced = (MODEL_LEDGER.c.replaces == version) & MODEL_LEDGER.c.event.in_(SERVES)
        wanted = wanted.where(or_(MODEL_LEDGER.c.version == version, replaced))
    rows = connection.execute(wanted).mappings()
    return [LedgerEntry(**{name: value for name, value in row.items() if name != "id"}) for row in rows]


def last_champion(connection: Connection) -> str | None:
    """The version that serves according to the ledger; None if none ever did."""
    newest = select(MODEL_LEDGER.c.version).where(MODEL_LEDGER.c.event.in_(SERVES)).order_by(MODEL_LEDGER.c.id.desc())
    return connection.execute(newest.limit(1)).scalar()
