"""Who reports to whom on a snapshot date: teams for the lists."""

from collections.abc import Collection
from typing import Final

import polars as pl
from sqlalchemy import Connection, select

from pipeline.identity.scopes import Scope
from pipeline.store.reading.heads import Published
from pipeline.store.reading.within import rows_of
from pipeline.store.schema import SCORE

BATCH_MANAGERS: Final = 500
"""Managers per query: databases limit the number of parameters."""

LISTABLE: Final = {
    "employee_id": pl.String,
    "manager_id": pl.String,
    "risk": pl.Float64,
    "evidence": pl.String,
    "department": pl.String,
    "job": pl.String,
    "level": pl.Int64,
    "location": pl.String,
    "criticality": pl.Float64,
}
"""The columns of `teams`."""


def teams(
    connection: Connection, published: Published, scope: Scope | None, manager_id: str | None = None
) -> pl.DataFrame:
    """`LISTABLE` of everyone with a manager, or of one manager's direct reports; in no order."""
    condition = SCORE.c.manager_id.is_not(None) if manager_id is None else SCORE.c.manager_id == manager_id
    rows = connection.execute(select(*(SCORE.c[name] for name in LISTABLE)).where(rows_of(published, scope), condition))
    return pl.DataFrame(rows.all(), schema=LISTABLE, orient="row")


def teams_of(
    connection: Connection, published: Published, scope: Scope | None, managers: Collection[str]
) -> pl.DataFrame:
    """`LISTABLE` of the direct reports of these managers; in no order."""
    names, parts = sorted(managers), [pl.DataFrame(schema=LISTABLE)]
    query = select(*(SCORE.c[name] for name in LISTABLE)).where(rows_of(published, scope))
    for start in range(0, len(names), BATCH_MANAGERS):
        rows = connection.execute(query.where(SCORE.c.manager_id.in_(names[start : start + BATCH_MANAGERS])))
        parts.append(pl.DataFrame(rows.all(), schema=LISTABLE, orient="row"))
    return pl.concat(parts)


def managers(connection: Connection, published: Published, scope: Scope | None) -> set[str]:
    """Everyone to whom somebody reports."""
    query = select(SCORE.c.manager_id).where(rows_of(published, scope), SCORE.c.manager_id.is_not(None))
    return set(connection.execute(query.distinct()).scalars())


def reports_to(connection: Connection, published: Published, manager_id: str, employee_id: str) -> bool:
    """Whether the person reports to the manager directly; no one reports to themselves."""
    query = select(SCORE.c.employee_id).where(
        rows_of(published, None), SCORE.c.employee_id == employee_id, SCORE.c.manager_id == manager_id
    )
    return manager_id != employee_id and connection.execute(query).first() is not None
