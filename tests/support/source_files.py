"""Files of a source, written as a test describes them, and read as raw tables."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from features.reading.definition.source_definition import read_definition
from features.reading.raw_tables import Raw, read_tables

EMPLOYEES = "employee_id,hire_date,note\n1,2020-01-31,x\n2,2020-02-29,\n"

ROWS = [("1", "2020-01-31", "x"), ("2", "2020-02-29", None)]

Content = str | bytes | list[tuple[str, list[list[Any]]]] | pl.DataFrame


def write(folder: Path, files: Mapping[str, Content]) -> None:
    """A text, bytes, the sheets of a workbook, or a frame for Parquet, each under its file name."""
    for name, content in files.items():
        if isinstance(content, pl.DataFrame):
            content.write_parquet(folder / name)
        elif isinstance(content, list):
            write_workbook(folder / name, content)
        else:
            (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)


def write_workbook(path: Path, sheets: list[tuple[str, list[list[Any]]]]) -> None:
    workbook = openpyxl.Workbook()
    del workbook["Sheet"]
    for name, rows in sheets:
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    workbook.save(path)


@pytest.fixture
def read(tmp_path: Path) -> Any:
    def read_files(files: Mapping[str, Content]) -> Raw:
        source, out = tmp_path / "source", tmp_path / "out"
        source.mkdir()
        out.mkdir()
        write(source, files)
        return read_tables(read_definition(source), out)

    return read_files


def rows(raw: Raw, table: str) -> list[tuple[Any, ...]]:
    assert not raw.errors
    return pl.read_parquet(raw.tables[table]).rows()
