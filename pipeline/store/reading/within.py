"""What a scope includes. The one place where a scope becomes a condition of SQL; `PublishedScores` applies it.

- A person is within a scope by the post in the newest publication of the source, in every month: the history of a
  person who has moved in is within it, and nobody who has moved out or left is.
- A published group is within a scope if all of its people were, by their posts on its own date. A scope adds no figure:
  its reader sees whole groups that all readers of figures see (docs/decisions/scopes.md).
"""

from typing import Any, Final

import polars as pl
from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    String,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.sql.selectable import FromClause

from pipeline.identity.scopes import Scope
from pipeline.store.reading.heads import Published, newest_id
from pipeline.store.schema import GROUP_FIGURE, SCORE

COLUMN_OF: Final = {"manager": "manager_id"}
"""Where the column of a dimension has another name."""

_DIMENSION_OF: Final = {"line": "manager"}


def rows_of(published: Published, scope: Scope | None) -> ColumnElement[bool]:
    """The rows of `SCORE` of a publication, of people within the scope."""
    rows = SCORE.c.publication_id == published.id
    if scope is None:
        return rows
    now, newest = SCORE.alias("now"), newest_id(published.source)
    lines = [_is_below(now, manager, at, newest) for at, manager in enumerate(scope.line)]
    conditions = (*_places(scope, now), *([or_(*lines)] if lines else []))
    is_within = exists().where(now.c.publication_id == newest, now.c.employee_id == SCORE.c.employee_id, *conditions)
    return and_(rows, is_within)


def includes(scope: Scope, source: str, employee_id: str) -> ColumnElement[bool]:
    """Whether a person is within the scope now. A line is looked up from the person upwards: that takes no longer for
    somebody outside it than for nobody, which the time of an answer would tell.
    """
    now, newest = SCORE.alias("now"), newest_id(source)
    conditions = _places(scope, now)
    if scope.line:
        above = select(_above(employee_id, newest).c.manager_id)
        conditions.append(or_(*(literal(each).in_(above) for each in scope.line if each != employee_id), false()))
    return exists().where(now.c.publication_id == newest, now.c.employee_id == employee_id, *conditions)


def whole_groups(connection: Connection, published: Published, dimension: str, scope: Scope) -> set[str | None]:
    """The groups of a dimension all of whose people were within the scope on the date; None: of no known group."""
    lines = [_is_below(SCORE, manager, at, published.id) for at, manager in enumerate(scope.line)]
    return _whole(connection, published, dimension, and_(*_places(scope, SCORE), *([or_(*lines)] if lines else [])))


def whole_groups_below(
    connection: Connection, published: Published, dimension: str, manager_id: str
) -> set[str | None]:
    """The groups of a dimension all of whose people are the manager or report to the manager, directly or not."""
    return _whole(connection, published, dimension, _is_of(published, manager_id))


def organisation(connection: Connection, published: Published, manager_id: str) -> pl.DataFrame:
    """employee_id, department and manager_id of the manager and of everyone who reports to them, directly or not."""
    columns = [SCORE.c[name] for name in ("employee_id", "department", "manager_id")]
    query = select(*columns).where(SCORE.c.publication_id == published.id, _is_of(published, manager_id))
    schema = {column.name: pl.String for column in columns}
    return pl.DataFrame(connection.execute(query.order_by(SCORE.c.employee_id)).all(), schema=schema, orient="row")


def _is_of(published: Published, manager_id: str) -> ColumnElement[bool]:
    return or_(_is_below(SCORE, manager_id, 0, published.id), SCORE.c.employee_id == manager_id)


def _whole(
    connection: Connection, published: Published, dimension: str, is_inside: ColumnElement[bool]
) -> set[str | None]:
    group = cast(SCORE.c[COLUMN_OF.get(dimension, dimension)], String)
    outside = func.sum(case((is_inside, 0), else_=1))
    query = select(group).where(SCORE.c.publication_id == published.id).group_by(group).having(outside == 0)
    return set(connection.execute(query).scalars())


def unknown_values(connection: Connection, published: Published, scope: Scope) -> dict[str, int]:
    """How many values of the scope no post of the publication has, by kind; kinds without any are left out."""
    counts = {}
    for kind, values in vars(scope).items():
        known = select(GROUP_FIGURE.c.value).where(
            GROUP_FIGURE.c.publication_id == published.id,
            GROUP_FIGURE.c.dimension == _DIMENSION_OF.get(kind, kind),
            GROUP_FIGURE.c.value.in_(values),
        )
        counts[kind] = len(set(values) - set(connection.execute(known).scalars()))
    return {kind: number for kind, number in counts.items() if number}


def _places(scope: Scope, people: FromClause) -> list[ColumnElement[bool]]:
    """The conditions on the department and the location of a row of `SCORE`, or of an alias of it."""
    named = {"department": scope.department, "location": scope.location}
    return [people.c[kind].in_(values) for kind, values in named.items() if values]


def _above(employee_id: str, publication: Any) -> CTE:
    """Everyone to whom a person reports, directly or through others, as `manager_id`."""
    own, further = SCORE.alias(), SCORE.alias()
    above = (
        select(own.c.manager_id)
        .where(own.c.publication_id == publication, own.c.employee_id == employee_id)
        .cte("above", recursive=True)
    )
    return above.union(
        select(further.c.manager_id).where(
            further.c.publication_id == publication, further.c.employee_id == above.c.manager_id
        )
    )


def _is_below(people: FromClause, manager_id: str, at: int, publication: Any) -> ColumnElement[bool]:
    """Whether a person reports to the manager, directly or through others; no one reports to themselves."""
    direct, further = SCORE.alias(), SCORE.alias()
    below = (
        select(direct.c.employee_id)
        .where(direct.c.publication_id == publication, direct.c.manager_id == manager_id)
        .cte(f"below_{at}", recursive=True)
    )
    below = below.union(  # UNION, not UNION ALL, so that a cycle in the reporting line ends
        select(further.c.employee_id).where(
            further.c.publication_id == publication, further.c.manager_id == below.c.employee_id
        )
    )
    return and_(people.c.employee_id.in_(select(below.c.employee_id)), people.c.employee_id != manager_id)
