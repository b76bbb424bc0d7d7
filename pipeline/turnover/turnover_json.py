"""Turnover as JSON: what `retention turnover --json` writes, and what the store keeps."""

from collections.abc import Collection
from dataclasses import asdict, replace
from typing import Any

from pipeline.turnover.groups.monthly import MANAGER
from pipeline.turnover.report import GroupRow, MonthRow, Turnover


def as_json(
    turnover: Turnover, by: Collection[str] | None = None, first: str | None = None, last: str | None = None
) -> dict[str, Any]:
    """The figures of the named dimensions, of all but managers' lines where none is named; of the months (YYYY-MM)
    from `first` to `last`.
    """
    document = asdict(replace(turnover, months=(), groups=()))
    for name in ("complete_from", "complete_until", "window_first", "window_last"):
        document[name] = str(document[name])
    if document["scored_segments"]:
        document["scored_segments"]["snapshot_date"] = str(document["scored_segments"]["snapshot_date"])
    wanted = by or {row.by for row in turnover.groups} - {MANAGER}
    months = (month_json(row) for row in turnover.months if row.by in wanted)
    document["months"] = [row for row in months if (first or "") <= row["month"] <= (last or row["month"])]
    document["groups"] = [group_json(row) for row in turnover.groups if row.by in wanted]
    return {name: list(value) if isinstance(value, tuple) else value for name, value in document.items()}


def month_json(row: MonthRow) -> dict[str, Any]:
    """A row of a month; the month is YYYY-MM."""
    rate = row.voluntary_rate_12m
    of_rate = None if rate is None else dict(vars(rate))  # `asdict` copies each figure: ten times slower
    return vars(row) | {"month": f"{row.month:%Y-%m}", "voluntary_rate_12m": of_rate}


def group_json(row: GroupRow) -> dict[str, Any]:
    """A row of the last twelve months."""
    return asdict(row)
