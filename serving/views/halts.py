"""The state of the stop button, and its use."""

from datetime import UTC, datetime

from sqlalchemy import Connection

from pipeline.identity.tokens import Identity
from pipeline.store.operations.halts import UNCHANGED, Event, HaltEvent, add_event, current_halt, events
from serving.access.audit import Trail
from serving.access.halting import Shows
from serving.schemas.halts import HaltAnswer, HaltRecord


def halt_answer(connection: Connection) -> HaltAnswer:
    """The state, and the ledger."""
    current = current_halt(connection)
    return HaltAnswer(
        is_halted=current is not None,
        reason=current.reason if current else None,
        since=current.at if current else None,
        events=[HaltRecord(**vars(each)) for each in events(connection)],
    )


def change_halt(audit: Trail, asker: Identity, event: Event, reason: str | None) -> HaltAnswer:
    """Halt or resume, in one transaction with its row of the audit; doing it again changes nothing."""
    given = HaltEvent(datetime.now(UTC), event, asker.subject, str(audit.role), reason)
    with audit.announcing(given), audit.change(Shows.RECORDS) as change:
        is_new = add_event(change.connection, given)
        change.record(event if is_new else UNCHANGED[event], None)
        return halt_answer(change.connection)
