"""Everyone's scores page by page, in an order, from a person on."""

from collections.abc import Iterable
from typing import Any, Literal

from sqlalchemy import Column, ColumnElement, Connection, Select, and_, or_, select

from pipeline.score_record import Score
from pipeline.store.reading.heads import Published
from pipeline.store.reading.scores import SCORE_COLUMNS
from pipeline.store.schema import SCORE

Sort = Literal["-risk", "risk", "employee_id", "-employee_id", "department", "-department", "level", "-level"]
"""By what a page of scores is in order; a minus turns it round."""


def page(
    connection: Connection,
    published: Published,
    conditions: Iterable[ColumnElement[bool]],
    sort: Sort,
    after: Score | None,
    limit: int,
) -> list[Score]:
    """Up to `limit` scores that meet the conditions, after a person; equals go by rank, unknown comes last."""
    query = select(*SCORE_COLUMNS).where(SCORE.c.publication_id == published.id, *conditions).limit(limit)
    name, is_down = sort.removeprefix("-"), sort.startswith("-")
    ordered = _by_rank(query, is_down, after) if name == "risk" else _by_column(query, SCORE.c[name], is_down, after)
    return [Score(*row) for row in connection.execute(ordered)]


def of_rank(connection: Connection, published: Published, rank: int) -> Score | None:
    """The person of a rank; None where there is none, or where the person was erased."""
    row = connection.execute(
        select(*SCORE_COLUMNS).where(SCORE.c.publication_id == published.id, SCORE.c.rank == rank)
    ).first()
    return Score(*row) if row else None


def _by_rank(query: Select[Any], is_down: bool, after: Score | None) -> Select[Any]:
    """By risk is by rank, of which there is an index; rank 1 is the highest risk."""
    query = query.order_by(SCORE.c.rank.asc() if is_down else SCORE.c.rank.desc())
    if after is None:
        return query
    return query.where(SCORE.c.rank > after.rank if is_down else SCORE.c.rank < after.rank)


def _by_column(query: Select[Any], column: Column[Any], is_down: bool, after: Score | None) -> Select[Any]:
    query = query.order_by(column.is_(None), column.desc() if is_down else column.asc(), SCORE.c.rank)
    return query if after is None else query.where(_behind(column, getattr(after, column.name), is_down, after.rank))


def _behind(column: Column[Any], value: Any, is_down: bool, rank: int) -> ColumnElement[bool]:
    """What comes after a row in this order."""
    if value is None:
        return and_(column.is_(None), SCORE.c.rank > rank)
    further = column < value if is_down else column > value
    return or_(further, and_(column == value, SCORE.c.rank > rank), column.is_(None))
