"""Figures of groups and of services between departments, as published; small groups have none."""

from typing import Any

from sqlalchemy import Column, Connection, Table, select

from pipeline.store.reading.heads import Published
from pipeline.store.schema import GROUP_FIGURE, SERVICE_FIGURE


def group_figures(connection: Connection, published: Published, dimension: str) -> list[dict[str, Any]]:
    """The figures of each group of a dimension (`pipeline.store.group_figures`), by name; unknown last."""
    rows = connection.execute(
        select(*_figures(GROUP_FIGURE))
        .where(GROUP_FIGURE.c.publication_id == published.id, GROUP_FIGURE.c.dimension == dimension)
        .order_by(GROUP_FIGURE.c.id)
    )
    return [dict(row) for row in rows.mappings()]


def service_figures(connection: Connection, published: Published) -> list[dict[str, Any]]:
    """What departments ask of each other, by client and provider department."""
    rows = connection.execute(
        select(*_figures(SERVICE_FIGURE))
        .where(SERVICE_FIGURE.c.publication_id == published.id)
        .order_by(SERVICE_FIGURE.c.id)
    )
    return [dict(row) for row in rows.mappings()]


def _figures(table: Table) -> list[Column[Any]]:
    return [column for column in table.c if column.name not in ("id", "publication_id")]
