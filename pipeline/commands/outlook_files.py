"""The files of `retention outlook --out`: a table for spreadsheets, and the JSON."""

from pathlib import Path
from typing import Any

from pipeline.files import json_text, write_text, write_whole
from pipeline.lists.written.spreadsheet import csv_bytes, xlsx_bytes
from pipeline.outlook.report import OutlookRow


def write_files(document: dict[str, Any], folder: Path) -> None:
    """Write all files to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    columns = list(OutlookRow.__dataclass_fields__)
    cells = [[row[name] for name in columns] for row in document["rows"]]
    write_whole(folder / "outlook.csv", lambda part: part.write_bytes(csv_bytes(columns, cells)))
    write_whole(folder / "outlook.xlsx", lambda part: part.write_bytes(xlsx_bytes(columns, cells, "outlook")))
    write_text(json_text(document), folder / "outlook.json")
