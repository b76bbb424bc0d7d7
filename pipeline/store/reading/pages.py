"""Everyone's scores, page by page and sorted, after a given person."""

from collections.abc import Iterable
from typing import Any, Literal

from sqlalchemy import Column, ColumnElement, Connection, Select, and_, or_, select

from pipeline.score_record import Score
from pipeline.store.reading.heads import Published
from pipeline.store.reading.scores import SCORE_COLUMNS
from pipeline.store.schema import SCORE

Sort = Literal["-risk", "risk", "employee_id", "-employee_id", "department", "-department", "level", "-level"]
"""The sort order of a page of scores; a minus means descending."""


def page(
    connection: Connection,
    published: Published,
    conditions: Iterable[ColumnElement[bool]],
    sort: Sort,
    after: Score | None,
    limit: int,
) -> list[Score]:
    """Up to `limit` scores that meet the conditions, after a person; ties are ordered by rank, nulls last."""
    query = select(*SCORE_COLUMNS).where(SCORE.c.publication_id == published.id, *conditions).limit(limit)
    name, is_descending = sort.removeprefix("-"), sort.startswith("-")
    ordered = (
        _by_rank(query, is_descending, after)
        if name == "risk"
        else _by_column(query, SCORE.c[name], is_descending, after)
    )
    return [Score(*row) for row in connection.execute(ordered)]


def of_rank(connection: Connection, published: Published, rank: int) -> Score | None:
    """The person with a rank; None if there is none, or the person was erased."""
    row = connection.execute(
        select(*SCORE_COLUMNS).where(SCORE.c.publication_id == published.id, SCORE.c.rank == rank)
    ).first()
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
