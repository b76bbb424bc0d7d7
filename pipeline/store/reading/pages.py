"""Everyone's scores, page by page and sorted, after a given person."""

from collections.abc import Iterable
from typing import Any, Literal

from sqlalchemy import Column, ColumnElement, Connection, Select, and_, func, or_, select

from pipeline.identity.scopes import Scope
from pipeline.score_record import Score
from pipeline.store.reading.heads import Published
from pipeline.store.reading.scores import SCORE_COLUMNS
from pipeline.store.reading.within import rows_of
from pipeline.store.schema import SCORE

Sort = Literal["-risk", "risk", "employee_id", "-employee_id", "department", "-department", "level", "-level"]
"""The sort order of a page of scores; a minus means descending."""


def page(
    connection: Connection,
    published: Published,
    scope: Scope | None,
    conditions: Iterable[ColumnElement[bool]],
    sort: Sort,
    after: Score | None,
    limit: int,
) -> list[Score]:
    """Up to `limit` scores that meet the conditions, after a person; ties are ordered by rank, nulls last."""
    query = select(*SCORE_COLUMNS).where(rows_of(published, scope), *conditions).limit(limit)
    name, is_descending = sort.removeprefix("-"), sort.startswith("-")
    ordered = (
        _by_rank(query, is_descending, after)
        if name == "risk"
        else _by_column(query, SCORE.c[name], is_descending, after)
    )
    return [Score(*row) for row in connection.execute(ordered)]


def position(connection: Connection, published: Published, scope: Scope | None, score: Score) -> int:
    """The rank of a person, counted within the scope: among everyone it would tell of people outside it."""
    if scope is None:
        return score.rank
    query = select(func.count()).select_from(SCORE).where(rows_of(published, scope), SCORE.c.rank <= score.rank)
    return int(connection.execute(query).scalar_one())


def of_position(connection: Connection, published: Published, scope: Scope | None, position: int) -> Score | None:
    """The person at a position; None if there is none, or the person was erased."""
    query = select(*SCORE_COLUMNS).where(rows_of(published, scope))
    if scope is None:
        query = query.where(SCORE.c.rank == position)
    elif position < 1:
        return None
    else:
        query = query.order_by(SCORE.c.rank).offset(position - 1).limit(1)
    row = connection.execute(query).first()
    return Score(*row) if row else None


def _by_rank(query: Select[Any], is_descending: bool, after: Score | None) -> Select[Any]:
    """Sort by risk through the rank, which has an index; rank 1 is the highest risk."""
    query = query.order_by(SCORE.c.rank.asc() if is_descending else SCORE.c.rank.desc())
    if after is None:
        return query
    return query.where(SCORE.c.rank > after.rank if is_descending else SCORE.c.rank < after.rank)


def _by_column(query: Select[Any], column: Column[Any], is_descending: bool, after: Score | None) -> Select[Any]:
    query = query.order_by(column.is_(None), column.desc() if is_descending else column.asc(), SCORE.c.rank)
    return (
        query if after is None else query.where(_after(column, getattr(after, column.name), is_descending, after.rank))
    )


def _after(column: Column[Any], value: Any, is_descending: bool, rank: int) -> ColumnElement[bool]:
    """The condition for rows after a given row in this order."""
    if value is None:
        return and_(column.is_(None), SCORE.c.rank > rank)
    further = column < value if is_descending else column > value
    return or_(further, and_(column == value, SCORE.c.rank > rank), column.is_(None))
