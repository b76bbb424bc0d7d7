"""The files of `retention turnover --out`: tables for spreadsheets, charts, and the JSON."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from pipeline.files import json_text, write_text, write_whole
from pipeline.lists.written.spreadsheet import Cell, csv_bytes, xlsx_bytes
from pipeline.turnover.plots import charts_of
from pipeline.turnover.report import Turnover

_OF_RATES: Final = ("value", "low", "high")
_OF_COMPARISONS: Final = ("ratio", "low", "high", "p", "p_adjusted")
_NESTED: Final = {
    "voluntary_rate_12m": _OF_RATES,
    "total_rate": _OF_RATES,
    "voluntary_rate": _OF_RATES,
    "involuntary_rate": _OF_RATES,
    "other_rate": _OF_RATES,
    "year_before": _OF_COMPARISONS,
    "expected": _OF_COMPARISONS,
    "replacement": ("exits", "followed", "median_days"),
}
"""The columns that hold several figures, and their names: each becomes a column such as `total_rate_low`."""


def write_files(turnover: Turnover, document: dict[str, Any], folder: Path) -> list[str]:
    """Write all files to a folder; returns the charts that could not be drawn."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, title, rows in (("turnover", "months", document["months"]), ("groups", "groups", document["groups"])):
        columns, cells = _flat(rows)
        for suffix, content in (("csv", csv_bytes(columns, cells)), ("xlsx", xlsx_bytes(columns, cells, title))):
            write_whole(folder / f"{name}.{suffix}", lambda part, content=content: part.write_bytes(content))  # type: ignore[misc]
    write_text(json_text(document), folder / "turnover.json")
    missing = []
    for name, drawn in charts_of(turnover).items():
        missing += [str(each) for each in drawn.missing]
        if drawn.made:
            png = drawn.made.png
            write_text(drawn.made.svg, folder / f"{name}.svg")
            write_whole(folder / f"{name}.png", lambda part, png=png: part.write_bytes(png))  # type: ignore[misc]
    return missing


def _flat(rows: Sequence[dict[str, Any]]) -> tuple[list[str], list[list[Cell]]]:
    """Column names and cells, with a column for each nested figure."""
    names = list(rows[0]) if rows else []
    columns = [f"{name}_{part}" if part else name for name in names for part in _NESTED.get(name, ("",))]
    return columns, [[_cell(row[name], part) for name in names for part in _NESTED.get(name, ("",))] for row in rows]


def _cell(value: Any, part: str) -> Cell:
    found: Cell = value.get(part) if part and value else None if part else value
    return found
