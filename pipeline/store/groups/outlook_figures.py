"""Writes and reads what is coming. A month that is published again replaces itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from pipeline.store.groups.turnover_tables import OUTLOOK


@dataclass(frozen=True)
class StoredOutlook:
    """The outlook of a source after a scored month (YYYY-MM), and the publication that it was computed from."""

    source: str
    month: str
    publication_id: int
    figures: Mapping[str, Any]


def write_outlook(connection: Connection, outlook: StoredOutlook) -> None:
    """Replace the outlook of the month."""
    is_month = (OUTLOOK.c.source == outlook.source) & (OUTLOOK.c.month == outlook.month)
    connection.execute(delete(OUTLOOK).where(is_month))
    connection.execute(insert(OUTLOOK).values(vars(outlook) | {"at": datetime.now(UTC)}))


def newest_outlook(connection: Connection, source: str) -> StoredOutlook | None:
    """The outlook after the newest month of a source; None before the first."""
    columns = [OUTLOOK.c[name] for name in StoredOutlook.__dataclass_fields__]
    rows = select(*columns).where(OUTLOOK.c.source == source).order_by(OUTLOOK.c.month.desc()).limit(1)
    found = connection.execute(rows).first()
    return StoredOutlook(*found) if found else None
