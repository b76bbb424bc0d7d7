"""The delivery ledger: the state of each manager's list of a month. A list is claimed before it is sent, so that no
list is sent twice, even if a run is killed in between (`once_only`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, func, select, update

from pipeline.lists.delivery import once_only
from pipeline.lists.delivery.once_only import OPEN_STATES, State
from pipeline.store.reading import Published
from pipeline.store.schema import DELIVERY


@dataclass(frozen=True)
class Delivered:
    """The state of one manager's list; `reason` is a class of fault (such as `no_address`), never free text."""

    manager_id: str
    list_hash: str
    state: State
    at: datetime
    reason: str | None


_COLUMNS: Final = [DELIVERY.c[name] for name in Delivered.__dataclass_fields__]


def deliveries(connection: Connection, published: Published) -> dict[str, Delivered]:
    """The state of each list of a month, by manager_id."""
    rows = connection.execute(select(*_COLUMNS).where(_of_month(published)))
    return {row.manager_id: Delivered(*row) for row in rows}


def last_known(connection: Connection, published: Published) -> dict[str, str]:
    """By manager_id, the hash of the latest earlier list that is known to have been sent, or left unchanged."""
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
    """Claim a list before sending it. False if this or another run has already claimed or sent it."""
    return once_only.claim(connection, DELIVERY, _key(published, manager_id), at, list_hash=list_hash)


def settle(
    connection: Connection, published: Published, manager_id: str, state: State, at: datetime, reason: str | None
) -> None:
    """Record the outcome of a claimed list."""
    once_only.settle(connection, DELIVERY, _key(published, manager_id), state, at, reason)


def reopen(connection: Connection, published: Published, manager_id: str, at: datetime) -> None:
    """Let a list be sent again, whatever its state; for an explicit request to resend."""
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
    """Record the state of lists that are not to be sent, by manager_id. Claimed and sent lists stay as they are."""
    values = {"state": state, "at": at, "reason": reason}
    rows = [_key(published, manager_id) | values | {"list_hash": list_hash} for manager_id, list_hash in hashes.items()]
    if rows:
        once_only.insert_new(connection, DELIVERY, rows)
    for row in rows:
        is_open = and_(_of_manager(published, row["manager_id"]), DELIVERY.c.state.in_(OPEN_STATES))
        is_other = (DELIVERY.c.list_hash != row["list_hash"]) | (DELIVERY.c.state != state)
        connection.execute(update(DELIVERY).where(is_open, is_other).values(values | {"list_hash": row["list_hash"]}))


def _key(published: Published, manager_id: str) -> dict[str, Any]:
    return {"source": published.source, "month": published.month, "manager_id": manager_id}


def _of_month(published: Published) -> ColumnElement[bool]:
    return and_(DELIVERY.c.source == published.source, DELIVERY.c.month == published.month)


def _of_manager(published: Published, manager_id: str) -> ColumnElement[bool]:
    return and_(_of_month(published), DELIVERY.c.manager_id == manager_id)
