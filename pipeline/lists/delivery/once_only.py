"""Claims of what is sent: a list, a webhook call, a reminder. A row is claimed first, so that nothing is sent twice.

`claimed` (being sent, or unknown whether it arrived), `sent`, `failed` (certainly not accepted; tried again by the next
run), and for lists `unchanged` (nothing new, so not sent).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Connection, Table, and_, select, update
from sqlalchemy.dialects import postgresql, sqlite

State = Literal["claimed", "sent", "failed", "unchanged"]

OPEN_STATES: Final = ("failed", "unchanged")
"""What is in one of these states was certainly not sent, so it may be claimed."""


def claim(connection: Connection, table: Table, key: Mapping[str, str], at: datetime, **values: Any) -> bool:
    """Claim a row, with further values, before it is sent. False if this or another run has claimed or sent it."""
    claimed = {"state": "claimed", "at": at, "reason": None, **values}
    is_open = and_(_of(table, key), table.c.state.in_(OPEN_STATES))
    if connection.execute(update(table).where(is_open).values(claimed)).rowcount:
        return True
    return insert_new(connection, table, [{**key, **claimed}]) == 1


def settle(
    connection: Connection, table: Table, key: Mapping[str, str], state: State, at: datetime, reason: str | None
) -> None:
    """Record the outcome of a claimed row."""
    is_claimed = and_(_of(table, key), table.c.state == "claimed")
    connection.execute(update(table).where(is_claimed).values(state=state, at=at, reason=reason))


def insert_new(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> int:
    """Insert the rows whose key does not exist yet; returns their number."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return connection.execute(dialect.insert(table).on_conflict_do_nothing(), list(rows)).rowcount


def state_of(connection: Connection, table: Table, key: Mapping[str, str]) -> tuple[State, str | None] | None:
    """The state of a row and the reason; None if it was never claimed."""
    row = connection.execute(select(table.c.state, table.c.reason).where(_of(table, key))).first()
    return (row.state, row.reason) if row else None


def _of(table: Table, key: Mapping[str, str]) -> ColumnElement[bool]:
    return and_(*(table.c[name] == value for name, value in key.items()))
