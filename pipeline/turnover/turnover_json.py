"""Turnover as JSON: what `retention turnover --json` writes, and what the store keeps."""

from collections.abc import Collection
from dataclasses import asdict, fields, replace
from typing import Any

from pipeline.turnover.monthly import MANAGER
from pipeline.turnover.rates import Comparison, Rate
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
    wanted = by or {row.by for row in turnover.groups} - {MANAGER}
    months = (month_json(row) for row in turnover.months if row.by in wanted)
    document["months"] = [row for row in months if (first or "") <= row["month"] <= (last or row["month"])]
    document["groups"] = [group_json(row) for row in turnover.groups if row.by in wanted]
    return {name: list(value) if isinstance(value, tuple) else value for name, value in document.items()}


def month_json(row: MonthRow) -> dict[str, Any]:
    """A row of a month; the month is YYYY-MM."""
    return _flat(row) | {"month": f"{row.month:%Y-%m}"}


def group_json(row: GroupRow) -> dict[str, Any]:
    """A row of the last twelve months."""
    return _flat(row)


def _flat(row: MonthRow | GroupRow) -> dict[str, Any]:
    """`asdict` of a row, at a tenth of its cost: it copies every figure."""
    values = {field.name: getattr(row, field.name) for field in fields(row)}
    return {name: asdict(value) if isinstance(value, Rate | Comparison) else value for name, value in values.items()}
