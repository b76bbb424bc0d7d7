"""Claims of webhook calls and of reminders: a row is claimed before it is sent, so that nothing is sent twice.

`claimed` (being sent, or unknown whether it arrived), `sent`, `failed` (certainly not accepted; tried again by the next
run).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Table, and_, select, update
from sqlalchemy.dialects import postgresql, sqlite

State = Literal["claimed", "sent", "failed"]


def claim(connection: Connection, table: Table, key: Mapping[str, str], at: datetime) -> bool:
    """Claim a row before it is sent. False if this or another run has claimed or sent it."""
    claimed: dict[str, Any] = {"state": "claimed", "at": at, "reason": None}
    is_failed = and_(_of(table, key), table.c.state == "failed")
    if connection.execute(update(table).where(is_failed).values(claimed)).rowcount:
        return True
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).on_conflict_do_nothing().values({**key, **claimed})
    return connection.execute(statement).rowcount == 1


def settle(
    connection: Connection, table: Table, key: Mapping[str, str], state: State, at: datetime, reason: str | None
) -> None:
    """Record the outcome of a claimed row."""
    is_claimed = and_(_of(table, key), table.c.state == "claimed")
    connection.execute(update(table).where(is_claimed).values(state=state, at=at, reason=reason))


def state_of(connection: Connection, table: Table, key: Mapping[str, str]) -> tuple[State, str | None] | None:
    """The state of a row and the reason; None if it was never claimed."""
    row = connection.execute(select(table.c.state, table.c.reason).where(_of(table, key))).first()
    return (row.state, row.reason) if row else None


def _of(table: Table, key: Mapping[str, str]) -> ColumnElement[bool]:
    return and_(*(table.c[name] == value for name, value in key.items()))
