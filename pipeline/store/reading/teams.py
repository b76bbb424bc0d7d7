"""Who reports to whom on a snapshot date: teams for the lists, and the line above a person."""

from typing import Final

import polars as pl
from sqlalchemy import Connection, select

from pipeline.store.reading.heads import Published
from pipeline.store.schema import SCORE

LISTABLE: Final = {
    "employee_id": pl.String,
    "manager_id": pl.String,
    "risk": pl.Float64,
    "evidence": pl.String,
    "department": pl.String,
    "job": pl.String,
    "level": pl.Int64,
    "location": pl.String,
}
"""The columns of `teams`."""


def teams(connection: Connection, published: Published, manager_id: str | None = None) -> pl.DataFrame:
    """`LISTABLE` of everyone with a manager, or of one manager's direct reports; in no order."""
    condition = SCORE.c.manager_id.is_not(None) if manager_id is None else SCORE.c.manager_id == manager_id
    rows = connection.execute(
        select(*(SCORE.c[name] for name in LISTABLE)).where(SCORE.c.publication_id == published.id, condition)
    )
    return pl.DataFrame(rows.all(), schema=LISTABLE, orient="row")


def managers(connection: Connection, published: Published) -> set[str]:
    """Everyone to whom somebody reports."""
    query = select(SCORE.c.manager_id).where(SCORE.c.publication_id == published.id, SCORE.c.manager_id.is_not(None))
    return set(connection.execute(query.distinct()).scalars())


def is_in_line_of(connection: Connection, published: Published, manager_id: str, employee_id: str) -> bool:
    """Whether the person reports to the manager, directly or through others; no one reports to themselves.

    The line is as known on the snapshot date. It ends at a manager who was not scored.
    """
    up = (
        select(SCORE.c.manager_id.label("manager_id"))
        .where(SCORE.c.publication_id == published.id, SCORE.c.employee_id == employee_id)
        .cte("up", recursive=True)
    )
    next_up = select(SCORE.c.manager_id).where(
        SCORE.c.publication_id == published.id, SCORE.c.employee_id == up.c.manager_id
    )
    up = up.union(next_up)  # UNION, not UNION ALL, so that a cycle in the reporting line ends
    match = connection.execute(select(up.c.manager_id).where(up.c.manager_id == manager_id)).first()
    return match is not None and manager_id != employee_id
