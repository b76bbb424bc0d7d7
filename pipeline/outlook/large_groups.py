"""The rows of an outlook for readers who see no group of fewer than ten people."""

from collections.abc import Sequence

from pipeline.disclosure import LEAST_FOR_REPRESENTATIVES, small_groups
from pipeline.outlook.report import OutlookRow


def of_large_groups(rows: Sequence[OutlookRow]) -> tuple[OutlookRow, ...]:
    """The rows; those of small groups, and of groups that would reveal them, by name only."""
    hidden: set[tuple[str, str | None]] = set()
    for by in dict.fromkeys(row.by for row in rows):
        sizes: dict[tuple[str, ...], int | None] = {(row.group or "",): row.people for row in rows if row.by == by}
        hidden |= {(by, name or None) for (name,) in small_groups(sizes)}
    few = {(row.by, row.group) for row in rows if row.people is not None and row.people < LEAST_FOR_REPRESENTATIVES}
    return tuple(
        OutlookRow(row.by, row.group, row.horizon_months) if (row.by, row.group) in hidden | few else row
        for row in rows
    )
