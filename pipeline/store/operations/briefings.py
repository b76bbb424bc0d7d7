"""Confirmations of the briefing: which manager has read it, and when. Rows are only added, and deleted by erasure."""

from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from pipeline.store.operations.tables import BRIEFING_CONFIRMATION


def confirm(connection: Connection, manager_id: str, at: datetime) -> None:
    """Record that a manager has read the briefing and confirms it."""
    connection.execute(insert(BRIEFING_CONFIRMATION).values(manager_id=manager_id, at=at))


def confirmed_at(connection: Connection, manager_id: str) -> list[datetime]:
    """When a manager confirmed the briefing, latest first."""
    is_theirs = BRIEFING_CONFIRMATION.c.manager_id == manager_id
    query = select(BRIEFING_CONFIRMATION.c.at).where(is_theirs).order_by(BRIEFING_CONFIRMATION.c.id.desc())
    return list(connection.execute(query).scalars())


def last_confirmed(connection: Connection) -> dict[str, datetime]:
    """By manager, when the briefing was last confirmed."""
    manager, at = BRIEFING_CONFIRMATION.c.manager_id, BRIEFING_CONFIRMATION.c.at
    query = select(manager, func.max(at, type_=at.type)).group_by(manager)
    return {row[0]: row[1] for row in connection.execute(query)}
