"""The stop button: while the newest event of its ledger is a halt, nobody is scored, shown or mailed.

An event is one row, committed before it is confirmed, so a process that is killed changes nothing. Rows are added and
never changed; the database refuses anything else.

SQLite has one writer, so there a halt is announced beside the file first (`halt_notice`). It holds from then on, and
a publication under way is given up. If the process is killed before its row, the halt holds, and the next event adds
the row.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal
from uuid import uuid4

from sqlalchemy import Connection, insert, select

from features.errors import Finding, Refused
from pipeline.store.audit.audit import AuditEntry, append
from pipeline.store.operations.halt_notice import read_notice, write_notice
from pipeline.store.operations.revision import mark_of
from pipeline.store.operations.tables import HALT_LEDGER

Event = Literal["halted", "resumed"]
UNCHANGED: Final = {"halted": "halted before", "resumed": "resumed before"}
"""The audit's result of an event that changes nothing, because the last one of its kind still holds."""

NOTICE: Final = "notice of a halt"
"""What the audit says of a halt that was announced, and recorded by a later event."""

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
    return _halt_in_ledger(connection) or _announced(connection)


def _halt_in_ledger(connection: Connection) -> HaltEvent | None:
    row = connection.execute(_NEWEST).first()
    return HaltEvent(*row) if row and row.event == "halted" else None


def _announced(connection: Connection) -> HaltEvent | None:
    """The halt that was announced and is not in the ledger; None without one."""
    notice = read_notice(connection.engine)
    if notice is None:
        return None
    event = HaltEvent(**notice | {"at": datetime.fromisoformat(notice["at"])})
    is_in_ledger = select(HALT_LEDGER.c.id).where(HALT_LEDGER.c.at == event.at, HALT_LEDGER.c.who == event.who)
    return None if connection.execute(is_in_ledger).first() else event


def announce(connection: Connection, event: HaltEvent) -> None:
    """Let a halt hold at once, where its row may have to wait; `add_event` must follow. The first halt stays."""
    if current_halt(connection) is None:
        write_notice(connection.engine, vars(event) | {"at": event.at.isoformat()})


def require_running(connection: Connection) -> None:
    """Raise Halted while the system is halted. Call it wherever a person is scored, shown or mailed."""
    if event := current_halt(connection):
        raise Halted(event)


def mark_while_running(connection: Connection) -> str | None:
    """The mark of what the store shows (`revision`); None while the system is halted."""
    return None if current_halt(connection) else mark_of(connection)


def events(connection: Connection) -> list[HaltEvent]:
    """The latest halts and resumptions, newest first."""
    return [HaltEvent(*row) for row in connection.execute(_NEWEST_FIRST.limit(MOST_EVENTS))]


def add_event(connection: Connection, event: HaltEvent) -> bool:
    """Halt or resume. False, and nothing is added, if it changes nothing: the first reason of a halt stays.

    A halt that somebody else announced and could not record is recorded first.
    """
    earlier = _announced(connection)
    if earlier is not None and earlier != event:
        connection.execute(insert(HALT_LEDGER).values(vars(earlier)))
        append(connection, [_audit_row(earlier, NOTICE, "halted")])
    if (_halt_in_ledger(connection) is not None) == (event.event == "halted"):
        return False
    connection.execute(insert(HALT_LEDGER).values(vars(event)))
    return True


def by_command(event: Event, who: str, reason: str | None) -> HaltEvent:
    """The event of an account of the machine, now."""
    return HaltEvent(datetime.now(UTC), event, who, "operator", reason)


def change_by_command(connection: Connection, event: HaltEvent, command: str) -> bool:
    """Halt or resume, with the row of the audit; False if it changes nothing."""
    is_new = add_event(connection, event)
    result = event.event if is_new else UNCHANGED[event.event]
    append(connection, [_audit_row(event, command, result)])
    return is_new


def _audit_row(event: HaltEvent, what: str, result: str) -> AuditEntry:
    return AuditEntry(event.at, uuid4().hex, event.who, event.role, what, None, None, result)
