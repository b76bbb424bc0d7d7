"""Saved plans: what was asked, by name. Figures are not saved, so that none outlive the people they came from."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, func, insert, select

from pipeline.store.operations.tables import SAVED_PLAN

MOST_PLANS: Final = 50
"""Saved plans of a source; more could not be compared."""


def save_plan(connection: Connection, source: str, name: str, asked: Mapping[str, Any], at: datetime) -> bool:
    """Save a plan, in place of one with the same name. False, and nothing is saved, if there are too many."""
    remove_plan(connection, source, name)
    saved = select(func.count()).select_from(SAVED_PLAN).where(SAVED_PLAN.c.source == source)
    if connection.execute(saved).scalar_one() >= MOST_PLANS:
        return False
    connection.execute(insert(SAVED_PLAN).values(source=source, name=name, asked=dict(asked), at=at))
    return True


def saved_plans(connection: Connection, source: str) -> dict[str, dict[str, Any]]:
    """What was asked, by name, in the order of the names."""
    query = select(SAVED_PLAN.c.name, SAVED_PLAN.c.asked).where(SAVED_PLAN.c.source == source)
    return {row.name: row.asked for row in connection.execute(query.order_by(SAVED_PLAN.c.name))}


def remove_plan(connection: Connection, source: str, name: str) -> bool:
    """Remove a saved plan; False if there is none."""
    is_it = (SAVED_PLAN.c.source == source) & (SAVED_PLAN.c.name == name)
    return connection.execute(delete(SAVED_PLAN).where(is_it)).rowcount > 0
