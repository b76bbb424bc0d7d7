"""The file of acknowledgements: people who confirmed, each on a day, that they were informed that they are scored."""

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

import polars as pl

from features.errors import BadInput, Finding
from pipeline.files import read_columns

COLUMNS: Final = ("employee_id", "acknowledged_on")
SOURCE: Final = "source"
"""An optional column. A row without a source is about the person with that id in every source."""

_REMEDY: Final = (
    "Set RETENTION_ACKNOWLEDGEMENTS to a CSV or Parquet file with the columns employee_id and acknowledged_on, "
    "and source if several sources have equal ids."
)


def acknowledged(path: Path | None, source: str, today: date) -> frozenset[str]:
    """The people of a source who had acknowledged the notice by a day; nobody without a file.

    Raises BadInput with a finding for every rule that the file breaks.
    """
    if path is None:
        return frozenset()
    table = _read_once(path, *version_of(path))
    is_counted = (pl.col("acknowledged_on") <= today) & (pl.col(SOURCE).is_null() | (pl.col(SOURCE) == source))
    return frozenset(table.filter(is_counted)["employee_id"])


def version_of(path: Path | None) -> tuple[int, int]:
    """What changes whenever the file does; the same for no file as for one that is not there."""
    if path is None:
        return 0, 0
    try:
        found = path.stat()
    except OSError:
        return 0, 0  # reading it says what is wrong
    return found.st_mtime_ns, found.st_size


@lru_cache(maxsize=4)
def _read_once(path: Path, _changed_at: int, _size: int) -> pl.DataFrame:
    """The rows of this version of the file: a server asks for them with every answer."""
    rows = read_columns(path, COLUMNS, _REMEDY, optional=(SOURCE,))
    table = rows.with_columns(day=pl.col("acknowledged_on").str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False))
    rules = {
        ("a row has no employee id", "employee_id"): table["employee_id"].is_null(),
        ("not a date as YYYY-MM-DD", "acknowledged_on"): table["day"].is_null(),
    }
    findings = [
        Finding(rule, path.name, column, rows=int(broken.sum()), remedy="Correct these rows.")
        for (rule, column), broken in rules.items()
        if broken.any()
    ]
    if findings:
        raise BadInput(findings)
    return table.select("employee_id", SOURCE, acknowledged_on="day")
