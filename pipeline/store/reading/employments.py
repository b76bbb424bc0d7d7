"""Where people work and since when, which decides whether they were informed that they are scored."""

from collections.abc import Sequence
from typing import Any, Final

import polars as pl
from sqlalchemy import ColumnElement, Connection, Select, and_, exists, select

from pipeline.identity.scopes import Scope
from pipeline.informed import WHERE_AND_SINCE
from pipeline.store.reading.heads import Published
from pipeline.store.reading.within import rows_of
from pipeline.store.schema import EMPLOYMENT, SCORE

MOST_BY_ID: Final = 500
"""Databases limit the number of parameters; for more people, all rows are read."""


def of_scored(
    connection: Connection, published: Published, scope: Scope | None, employee_ids: Sequence[str] | None
) -> pl.DataFrame:
    """`WHERE_AND_SINCE` of people of a publication, by the post of its date; None: of all of them.

    The hire date is null for anyone who was not at risk when the source was last published.
    """
    is_same = and_(EMPLOYMENT.c.source == published.source, EMPLOYMENT.c.employee_id == SCORE.c.employee_id)
    columns = (SCORE.c.employee_id, SCORE.c.department, SCORE.c.location, EMPLOYMENT.c.hire_date)
    query = select(*columns).select_from(SCORE.outerjoin(EMPLOYMENT, is_same)).where(rows_of(published, scope))
    return _read(connection, query, SCORE.c.employee_id, employee_ids)


def of_unscored(connection: Connection, published: Published, employee_ids: Sequence[str] | None) -> pl.DataFrame:
    """`WHERE_AND_SINCE` of people at risk whom the source's last publication did not score; None: of all of them."""
    columns = [EMPLOYMENT.c[name] for name in WHERE_AND_SINCE]
    is_scored = exists().where(SCORE.c.publication_id == published.id, SCORE.c.employee_id == EMPLOYMENT.c.employee_id)
    query = select(*columns).where(EMPLOYMENT.c.source == published.source, ~is_scored)
    return _read(connection, query, EMPLOYMENT.c.employee_id, employee_ids)


def of_staff(connection: Connection, source: str, employee_ids: Sequence[str] | None = None) -> pl.DataFrame:
    """`WHERE_AND_SINCE` of people who were at risk when the source was last published; None: of all of them."""
    query = select(*(EMPLOYMENT.c[name] for name in WHERE_AND_SINCE)).where(EMPLOYMENT.c.source == source)
    return _read(connection, query, EMPLOYMENT.c.employee_id, employee_ids)


def _read(
    connection: Connection, query: Select[Any], column: ColumnElement[str], employee_ids: Sequence[str] | None
) -> pl.DataFrame:
    if employee_ids is not None and len(employee_ids) <= MOST_BY_ID:
        query = query.where(column.in_(employee_ids))
    people = pl.DataFrame(connection.execute(query).all(), schema=WHERE_AND_SINCE, orient="row")
    return people if employee_ids is None else people.filter(pl.col("employee_id").is_in(list(employee_ids)))
