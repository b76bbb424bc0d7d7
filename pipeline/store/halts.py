"""The stop button: while the newest event of its ledger is a halt, nobody is scored, shown or mailed.

An event is one row, committed before it is confirmed, so a process that is killed changes nothing. Rows are added and
never changed; the database refuses anything else.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal
from uuid import uuid4

from sqlalchemy import Connection, insert, select

from features.errors import Finding, Refused
from pipeline.store.audit import AuditEntry, append
from pipeline.store.operation_tables import HALT_LEDGER

Event = Literal["halted", "resumed"]
UNCHANGED: Final = {"halted": "halted before", "resumed": "resumed before"}
"""The audit's result of an event that changes nothing, because the last one of its kind still holds."""

MOST_EVENTS: Final = 100


@dataclass(frozen=True)
class HaltEvent:
    """A halt or its end: when, by whom and why. `reason` is None for a resumption without one."""

    at: datetime
    event: Event
    who: str
    role: str
    reason: str | None


class Halted(Refused):
    """The system is halted. `event` is the halt."""

    def __init__(self, event: HaltEvent) -> None:
        self.event = event
        rule = f"the system has been halted since {event.at:%Y-%m-%d %H:%M} UTC: {event.reason}"
        remedy = "Settle the cause, then run `retention resume`; nothing was scored, written or sent."
        super().__init__(Finding(rule, "store", remedy=remedy))


_COLUMNS: Final = [HALT_LEDGER.c[name] for name in HaltEvent.__dataclass_fields__]
_NEWEST_FIRST: Final = select(*_COLUMNS).order_by(HALT_LEDGER.c.id.desc())
_NEWEST: Final = _NEWEST_FIRST.limit(1)
"""Built once, because building a statement takes longer than running it."""


def current_halt(connection: Connection) -> HaltEvent | None:
    """The halt that holds; None while the system runs."""
    row = connection.execute(_NEWEST).first()
    return HaltEvent(*row) if row and row.event == "halted" else None


def require_running(connection: Connection) -> None:
    """Raise Halted while the system is halted. Call it wherever a person is scored, shown or mailed."""
    if event := current_halt(connection):
        raise Halted(event)


def events(connection: Connection) -> list[HaltEvent]:
    """The latest halts and resumptions, newest first."""
    return [HaltEvent(*row) for row in connection.execute(_NEWEST_FIRST.limit(MOST_EVENTS))]


def add_event(connection: Connection, event: HaltEvent) -> bool:
    """Halt or resume. False, and nothing is added, if it changes nothing: the first reason of a halt stays."""
    if (current_halt(connection) is not None) == (event.event == "halted"):
        return False
    connection.execute(insert(HALT_LEDGER).values(vars(event)))
    return True


def change_by_command(connection: Connection, event: Event, who: str, reason: str | None, command: str) -> bool:
    """Halt or resume for an account of the machine, with its row of the audit; False if it changes nothing."""
    at, role = datetime.now(UTC), "operator"
    is_new = add_event(connection, HaltEvent(at, event, who, role, reason))
    result = event if is_new else UNCHANGED[event]
    append(connection, [AuditEntry(at, uuid4().hex, who, role, command, None, None, result)])
    return is_new
