"""Writes and reads what happened. A month that is published again replaces itself."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from pipeline.store.groups.turnover_tables import TURNOVER, TURNOVER_LINE


@dataclass(frozen=True)
class TurnoverFigures:
    """What is published of a source's month: figures, those of large groups only, and each manager's line."""

    source: str
    month: str
    figures: Mapping[str, Any]
    large_groups: Mapping[str, Any]
    lines: Mapping[str, Mapping[str, Any]]


def write_turnover(connection: Connection, published: TurnoverFigures, erased: Collection[str]) -> None:
    """Replace the figures of the month; lines of people who were erased are left out."""
    for table in (TURNOVER, TURNOVER_LINE):
        connection.execute(delete(table).where(table.c.source == published.source, table.c.month == published.month))
    key = {"source": published.source, "month": published.month}
    row = {"at": datetime.now(UTC), "figures": published.figures, "large_groups": published.large_groups}
    connection.execute(insert(TURNOVER).values(key | row))
    lines = [
        {**key, "manager_id": manager, "figures": figures}
        for manager, figures in published.lines.items()
        if manager not in erased
    ]
    if lines:
        connection.execute(insert(TURNOVER_LINE), lines)


def newest_turnover(connection: Connection, source: str, *, only_large_groups: bool) -> dict[str, Any] | None:
    """The newest figures of a source; None before the first."""
    column = TURNOVER.c.large_groups if only_large_groups else TURNOVER.c.figures
    rows = select(column).where(TURNOVER.c.source == source).order_by(TURNOVER.c.month.desc()).limit(1)
    found: dict[str, Any] | None = connection.execute(rows).scalar()
    return found


def newest_source(connection: Connection) -> str | None:
    """The source whose turnover was published last."""
    source: str | None = connection.execute(select(TURNOVER.c.source).order_by(TURNOVER.c.at.desc()).limit(1)).scalar()
    return source


def turnover_of_lines(connection: Connection, source: str, manager_id: str | None = None) -> list[dict[str, Any]]:
    """The newest figures of one manager's line, or of all lines, by manager."""
    newest = select(func.max(TURNOVER.c.month)).where(TURNOVER.c.source == source).scalar_subquery()
    rows = select(TURNOVER_LINE.c.figures).where(TURNOVER_LINE.c.source == source, TURNOVER_LINE.c.month == newest)
    if manager_id is not None:
        rows = rows.where(TURNOVER_LINE.c.manager_id == manager_id)
    return list(connection.execute(rows.order_by(TURNOVER_LINE.c.manager_id)).scalars())
