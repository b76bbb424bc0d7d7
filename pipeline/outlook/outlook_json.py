"""The outlook as JSON: what `retention outlook --json` writes, and what the store keeps."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from pipeline.outlook.planned import unplaced, with_hires
from pipeline.outlook.report import Held, Outlook, OutlookRow, PlannedHires


def as_json(outlook: Outlook, by: Collection[str] | None = None) -> dict[str, Any]:
    """The figures of the named dimensions, by default of all, with the planned hires."""
    day, planned = outlook.snapshot_date, outlook.planned
    rows = with_hires(outlook.rows, planned, day)
    document = stored(replace(outlook, rows=tuple(row for row in rows if by is None or row.by in by)))
    last = max((each.month for each in planned), default=None)
    return document | {"planned_until": last, "unplaced_hires": unplaced(rows, planned, day)}


def stored(outlook: Outlook) -> dict[str, Any]:
    """Everything, as it is."""
    document = asdict(outlook) | {"snapshot_date": str(outlook.snapshot_date)}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in document.items()}


def from_stored(document: Mapping[str, Any]) -> Outlook:
    """The opposite of `stored`."""
    return Outlook(
        document["source"],
        date.fromisoformat(document["snapshot_date"]),
        document["publication_id"],
        tuple(OutlookRow(**row) for row in document["rows"]),
        tuple(PlannedHires(**row) for row in document["planned"]),
        tuple(Held(**row) for row in document["held"]),
        tuple(document["notes"]),
    )
