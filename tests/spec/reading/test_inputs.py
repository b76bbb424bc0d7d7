"""`[inputs.NAME]`: exports that SQL alone cannot read become views of text, in the encoding that is declared."""

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from features.errors import BadInput
from features.reading.definition.source_definition import read_definition
from features.reading.raw_tables import Raw, read_tables

STAFF = "Номер;Город;Оклад;Больничный sick\n1;Пермь;1 234,50;3\n2;Омск;2 000,00;\n"
READ_STAFF = '[tables]\nemployees = """select "Номер" as employee_id, "Город" as city, "Оклад" as pay from staff"""\n'


@pytest.fixture
def read(tmp_path: Path) -> Any:
    def read_source(toml: str) -> Raw:
        (tmp_path / "source.toml").write_text(toml)
        out = tmp_path / "out"
        out.mkdir()
        return read_tables(read_definition(tmp_path), out)

    return read_source


def staff(file: str = "staff.csv", encoding: str = "windows-1251") -> str:
    return f'[inputs.staff]\nfile = "{file}"\nencoding = "{encoding}"\ndelimiter = ";"\n{READ_STAFF}'


def rows(raw: Raw) -> list[tuple[Any, ...]]:
    assert not raw.errors
    return pl.read_parquet(raw.tables["employees"]).rows()


def test_a_declared_encoding_and_delimiter_are_read(tmp_path: Path, read: Any) -> None:
    (tmp_path / "staff.csv").write_bytes(STAFF.encode("windows-1251"))
    assert rows(read(staff())) == [("1", "Пермь", "1 234,50"), ("2", "Омск", "2 000,00")]


def test_a_refused_column_never_reaches_the_queries(tmp_path: Path, read: Any) -> None:
    (tmp_path / "staff.csv").write_bytes(STAFF.encode("windows-1251"))
    raw = read(staff().replace('"Оклад" as pay', '"Больничный sick" as sick_days'))
    assert raw.refused == ["staff.Больничный sick"]
    assert [error.table for error in raw.errors] == ["source.toml"]
    assert not raw.tables


def test_files_that_match_a_pattern_are_concatenated(tmp_path: Path, read: Any) -> None:
    (tmp_path / "staff-2023.csv").write_text("id\n1\n")
    (tmp_path / "staff-2024.csv").write_text("id,city\n1,Perm\n")
    raw = read(
        '[inputs.staff]\nfile = "staff-*.csv"\n[tables]\n'
        'employees = "select id as employee_id, city, parse_filename(filename, true) as file from staff"\n'
    )
    assert rows(raw) == [("1", None, "staff-2023"), ("1", "Perm", "staff-2024")]


@pytest.mark.parametrize("written", ["../elsewhere/staff.csv", "{outside}/staff.csv", "{outside}/staff-*.csv"])
def test_a_path_outside_the_folder_is_read(tmp_path: Path, written: str) -> None:
    """The author of a source.toml decides what is read."""
    source, outside = tmp_path / "source", tmp_path / "elsewhere"
    for folder in (source, outside, tmp_path / "out"):
        folder.mkdir()
    for name in ("staff.csv", "staff-2024.csv"):
        (outside / name).write_bytes(STAFF.encode("windows-1251"))
    (source / "source.toml").write_text(staff(written.format(outside=outside)))
    raw = read_tables(read_definition(source), tmp_path / "out")
    assert rows(raw) == [("1", "Пермь", "1 234,50"), ("2", "Омск", "2 000,00")]


def test_a_sheet_is_read_by_its_name(tmp_path: Path, read: Any) -> None:
    workbook = openpyxl.Workbook()
    for year, hired in ((2023, date(2019, 3, 1)), (2024, date(2024, 5, 1))):
        sheet = workbook.create_sheet(f"Staff {year}")
        sheet.append(["id", "hired", "pay"])
        sheet.append([year, hired, 1000.5])
    workbook.save(tmp_path / "book.xlsx")
    raw = read(
        '[inputs.last]\nfile = "book.xlsx"\nsheet = "staff 2024"\n[tables]\n'
        'employees = "select id as employee_id, hired::date as hire_date, pay::double as pay from last"\n'
    )
    assert rows(raw) == [("2024", date(2024, 5, 1), 1000.5)]


def test_an_unknown_sheet_is_named_with_the_closest_match(tmp_path: Path, read: Any) -> None:
    workbook = openpyxl.Workbook()
    workbook.active.title = "Staff"
    workbook.save(tmp_path / "book.xlsx")
    raw = read('[inputs.staff]\nfile = "book.xlsx"\nsheet = "Staf"\n[tables]\nemployees = "select 1 from staff"\n')
    [error] = map(str, raw.errors)
    assert error.startswith("source.toml.inputs.staff.sheet: no sheet of that name in book.xlsx. Did you mean 'staff'?")


def test_a_missing_file_is_reported_once(tmp_path: Path, read: Any) -> None:
    (tmp_path / "staff.csv").write_text("id\n1\n")
    [error] = map(str, read(staff("staf.csv")).errors)
    assert error.startswith("source.toml.inputs.staff.file: no file 'staf.csv' in the folder of source.toml.")
    assert "Did you mean 'staff.csv'?" in error


def test_a_wrong_encoding_is_reported_with_the_likely_one(tmp_path: Path, read: Any) -> None:
    (tmp_path / "staff.csv").write_bytes(STAFF.encode("windows-1251"))
    [error] = map(str, read(staff(encoding="utf-8")).errors)
    assert 'encoding = "windows-1251" under [inputs.staff] in source.toml' in error


def test_a_query_on_a_csv_that_is_not_utf_8_points_to_inputs(tmp_path: Path, read: Any) -> None:
    (tmp_path / "staff.csv").write_bytes(STAFF.encode("windows-1251"))
    [error] = map(str, read(READ_STAFF.replace("from staff", "from 'staff.csv'")).errors)
    assert "it reads a CSV file that is not in UTF-8" in error
    assert "[inputs.NAME]" in error


@pytest.mark.parametrize(
    ("toml", "expected"),
    {
        "no tables": ('[inputs.a]\nfile = "a.csv"', "inputs: no effect"),
        "a database": (
            '[inputs.a]\nfile = "a.csv"\n[database]\nurl_env = "URL"\n[tables]\nexits = "select 1"',
            "inputs: no effect",
        ),
        "the name of a view": (
            '[inputs.a]\nfile = "a.csv"\n[prepare]\nA = "select 1"\n[tables]\nexits = "select 1"',
            "a: a name twice",
        ),
    }.values(),
)
def test_nonsensical_inputs_are_refused(tmp_path: Path, toml: str, expected: str) -> None:
    (tmp_path / "source.toml").write_text(toml)
    with pytest.raises(BadInput, match=expected):
        read_definition(tmp_path)
