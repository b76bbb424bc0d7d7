"""Figures of groups and of services between departments, as published; small groups have none.

Within a scope there are whole groups only, and no total (`reading.within`).
"""

from typing import Any

from sqlalchemy import Column, Connection, Table, select

from pipeline.disclosure import CARRIED
from pipeline.identity.scopes import Scope
from pipeline.store.reading.heads import Published
from pipeline.store.reading.within import rows_of, whole_groups
from pipeline.store.schema import GROUP_FIGURE, SCORE, SERVICE_FIGURE


def group_figures(
    connection: Connection, published: Published, scope: Scope | None, dimension: str
) -> list[dict[str, Any]]:
    """The figures of each group of a dimension (`pipeline.store.groups.group_figures`), by name; unknown last."""
    rows = connection.execute(
        select(*_figures(GROUP_FIGURE))
        .where(GROUP_FIGURE.c.publication_id == published.id, GROUP_FIGURE.c.dimension == dimension)
        .order_by(GROUP_FIGURE.c.id)
    )
    found = [dict(row) for row in rows.mappings()]
    if scope is None:
        return found
    whole = whole_groups(connection, published, dimension, scope)
    return [row for row in found if row["value"] in whole]


def service_figures(connection: Connection, published: Published, scope: Scope | None) -> list[dict[str, Any]]:
    """What departments ask of each other, by client and provider department.

    Within a scope: what its departments ask and answer. The risk that a pair carries is that of those who ask.
    """
    rows = connection.execute(
        select(*_figures(SERVICE_FIGURE))
        .where(SERVICE_FIGURE.c.publication_id == published.id)
        .order_by(SERVICE_FIGURE.c.id)
    )
    found = [dict(row) for row in rows.mappings()]
    if scope is None:
        return found
    return of_departments(found, whole_groups(connection, published, "department", scope))


def of_departments(pairs: list[dict[str, Any]], departments: set[str | None]) -> list[dict[str, Any]]:
    """The pairs in which a department asks or answers; the risk of those who ask only for its own."""
    return [
        pair if pair["client_department"] in departments else pair | dict.fromkeys(CARRIED)
        for pair in pairs
        if {pair["client_department"], pair["provider_department"]} & departments
    ]


def places(connection: Connection, published: Published, scope: Scope, name: str) -> list[str]:
    """The departments or locations of the people within a scope, by name."""
    query = select(SCORE.c[name]).where(rows_of(published, scope), SCORE.c[name].is_not(None))
    return sorted(connection.execute(query.distinct()).scalars())


def _figures(table: Table) -> list[Column[Any]]:
    return [column for column in table.c if column.name not in ("id", "publication_id")]
