"""The delivery ledger: what became of each manager's list of a month. A list is claimed before it is sent, so that
whatever happens in between, nothing is sent twice.

States of a list: `claimed` (being sent, or nobody knows whether it was: a run was killed, or the server never answered
to the message), `sent`, `failed` (certainly not sent; the reason says why), `unchanged` (nothing new, so not sent).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Connection, and_, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from pipeline.store.reading import Published
from pipeline.store.schema import DELIVERY

State = Literal["claimed", "sent", "failed", "unchanged"]

OPEN_STATES: Final = ("failed", "unchanged")
"""From these a list may be claimed: it certainly was not sent."""


@dataclass(frozen=True)
class Delivered:
    """What became of one manager's list; `reason` is a class of fault (`no_address`, `refused`, …), never a text."""

    manager_id: str
    list_hash: str
    state: State
    at: datetime
    reason: str | None


_COLUMNS: Final = [DELIVERY.c[name] for name in Delivered.__dataclass_fields__]


def deliveries(connection: Connection, published: Published) -> dict[str, Delivered]:
    """What became of the lists of a month, by manager_id."""
    rows = connection.execute(select(*_COLUMNS).where(_of_month(published)))
    return {row.manager_id: Delivered(*row) for row in rows}


def last_known(connection: Connection, published: Published) -> dict[str, str]:
    """By manager_id, the hash of the list of the latest earlier month of which it is known what the manager got."""
    is_known = and_(
        DELIVERY.c.source == published.source,
        DELIVERY.c.month < published.month,
        DELIVERY.c.state.in_(("sent", "unchanged")),
    )
    latest = (
        select(DELIVERY.c.manager_id, func.max(DELIVERY.c.month).label("month"))
        .where(is_known)
        .group_by(DELIVERY.c.manager_id)
        .subquery()
    )
    same = and_(DELIVERY.c.manager_id == latest.c.manager_id, DELIVERY.c.month == latest.c.month)
    rows = connection.execute(select(DELIVERY.c.manager_id, DELIVERY.c.list_hash).join(latest, same).where(is_known))
    return {row.manager_id: row.list_hash for row in rows}


def claim(connection: Connection, published: Published, manager_id: str, list_hash: str, at: datetime) -> bool:
    """Take a list for sending. False where it was claimed or sent before, by whichever run."""
    claimed = {"list_hash": list_hash, "state": "claimed", "at": at, "reason": None}
    is_open = and_(_of_manager(published, manager_id), DELIVERY.c.state.in_(OPEN_STATES))
    if connection.execute(update(DELIVERY).where(is_open).values(claimed)).rowcount:
        return True
    return _insert_new(connection, [_key(published, manager_id) | claimed]) == 1


def settle(
    connection: Connection, published: Published, manager_id: str, state: State, at: datetime, reason: str | None
) -> None:
    """Say what became of a claimed list."""
    is_claimed = and_(_of_manager(published, manager_id), DELIVERY.c.state == "claimed")
    connection.execute(update(DELIVERY).where(is_claimed).values(state=state, at=at, reason=reason))


def reopen(connection: Connection, published: Published, manager_id: str, at: datetime) -> None:
    """Let a list be sent again, whatever became of it; somebody asked for this on purpose."""
    opened = {"state": "failed", "at": at, "reason": "resend"}
    connection.execute(update(DELIVERY).where(_of_manager(published, manager_id)).values(opened))


def record(
    connection: Connection,
    published: Published,
    hashes: Mapping[str, str],
    state: State,
    at: datetime,
    reason: str | None,
) -> None:
    """Record lists that nobody tries to send, by manager_id; one that was claimed or sent stays as it is."""
    told = {"state": state, "at": at, "reason": reason}
    rows = [_key(published, manager_id) | told | {"list_hash": list_hash} for manager_id, list_hash in hashes.items()]
    if rows:
        _insert_new(connection, rows)
    for row in rows:
        is_open = and_(_of_manager(published, row["manager_id"]), DELIVERY.c.state.in_(OPEN_STATES))
        is_other = (DELIVERY.c.list_hash != row["list_hash"]) | (DELIVERY.c.state != state)
        connection.execute(update(DELIVERY).where(is_open, is_other).values(told | {"list_hash": row["list_hash"]}))


def _insert_new(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> int:
    """Insert the rows whose key is not there; gives how many were."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(DELIVERY).on_conflict_do_nothing()
    return connection.execute(statement, list(rows)).rowcount


def _key(published: Published, manager_id: str) -> dict[str, Any]:
    return {"source": published.source, "month": published.month, "manager_id": manager_id}


def _of_month(published: Published) -> ColumnElement[bool]:
    return and_(DELIVERY.c.source == published.source, DELIVERY.c.month == published.month)


def _of_manager(published: Published, manager_id: str) -> ColumnElement[bool]:
    return and_(_of_month(published), DELIVERY.c.manager_id == manager_id)
