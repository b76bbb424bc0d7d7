"""Bad input as a user meets it: the whole message of `retention check`, exit code 2, and nothing written."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from pipeline.commands import main as entry

EMPLOYEES = "employee_id,hire_date\na,2020-01-31\nb,2020-02-01\n"
EXITS = "employee_id,exit_date,kind\na,2022-03-31,voluntary\n"

Check = Callable[[dict[str, str | bytes]], tuple[int, list[str], str]]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Check:
    """Checks a folder of these files and a valid exits.csv; returns exit code, errors and terminal output."""
    monkeypatch.setenv("RETENTION_VAR", str(tmp_path / "var"))

    def command(files: dict[str, str | bytes]) -> tuple[int, list[str], str]:
        (tmp_path / "company").mkdir()
        for name, content in {"exits.csv": EXITS, **files}.items():
            (tmp_path / "company" / name).write_bytes(content.encode() if isinstance(content, str) else content)
        monkeypatch.setattr(sys, "argv", ["retention", "check", str(tmp_path / "company"), "--json", "-"])
        with pytest.raises(SystemExit) as end:
            entry.main()
        assert not (tmp_path / "var").exists()
        output = capsys.readouterr()
        errors = [
            f"{finding['table']}{finding['column'] and '.'}{finding['column']}: {finding['rule']}. {finding['remedy']}"
            for finding in json.loads(output.out)["errors"]
        ]
        return int(str(end.value.code)), errors, output.err

    return command


def workbook(**sheets: list[list[str]]) -> bytes:
    book, written = openpyxl.Workbook(), io.BytesIO()
    del book["Sheet"]
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(written)
    return written.getvalue()


def parquet() -> bytes:
    written = io.BytesIO()
    pl.DataFrame({"employee_id": ["a", "b"], "hire_date": ["2020-01-31", "2020-02-01"]}).write_parquet(written)
    return written.getvalue()


def looks_like(encoding: str) -> str:
    return (
        f"employees.csv: not in UTF-8. It looks like {encoding}: if so, "
        f'write encoding = "{encoding}" under [files] in source.toml, or save it as UTF-8'
    )


NOT_THE_FORMAT = "not in the format of its name. It holds {}: export it again in the format of its name, or rename it"
CASES: dict[str, tuple[dict[str, str | bytes], str]] = {
    "two files for one table": (
        {"employees.csv": EMPLOYEES, "employees.parquet": parquet()},
        "employees: two files for one table. Keep one of employees.csv and employees.parquet",
    ),
    "a column twice with other case": (
        {"employees.csv": "employee_id,hire_date,Employee_ID\na,2020-01-31,a\n"},
        "employees.csv.employee_id: a column twice. Keep one; the names of columns are not case-sensitive",
    ),
    "a column twice with other separators": (
        {"employees.csv": "employee_id,hire_date,Hire Date\na,2020-01-31,2020-01-31\n"},
        "employees.hire_date: a column occurs twice, differing only in capitals or separators. "
        "Keep one of them, or rename the other.",
    ),
    "no byte": ({"employees.csv": ""}, "employees.csv: an empty file. It holds no bytes: export it again"),
    "Parquet named CSV": ({"employees.csv": parquet()}, f"employees.csv: {NOT_THE_FORMAT.format('Parquet')}"),
    "CSV named Parquet": (
        {"employees.parquet": EMPLOYEES},
        f"employees.parquet: {NOT_THE_FORMAT.format('something else')}",
    ),
    "a login page instead of the export": (
        {"employees.csv": "<!DOCTYPE html><html><body>Sign in</body></html>"},
        f"employees.csv: {NOT_THE_FORMAT.format('a web page')}",
    ),
    "JSON named CSV": (
        {"employees.csv": '[{"employee_id": 1, "hire_date": "2020-01-31"}]'},
        f"employees.csv: {NOT_THE_FORMAT.format('JSON')}",
    ),
    "old Excel named xlsx": (
        {"employees.xlsx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100)},
        f"employees.xlsx: {NOT_THE_FORMAT.format('old Excel (.xls), or Excel with a password')}",
    ),
    "no text at all": (
        {"employees.csv": b"employee_id,hire_date\n\x00\x01\xff\xfe\x9c,2020-01-31\n"},
        "employees.csv: not text. It holds bytes that text never has: export it again as CSV",
    ),
    "CSV cut in a row": (
        {"employees.csv": EMPLOYEES + "c"},
        "employees.csv: line 4 has 1 fields where the header has 2. "
        "Fix that line; if it is the last one, the file was truncated: export it again",
    ),
    "CSV cut in a quoted field": (
        {"employees.csv": EMPLOYEES + '"c'},
        "employees.csv: line 4 opens a quote and does not close it. "
        "Fix that line; if it is the last one, the file was truncated: export it again",
    ),
    "Parquet cut": (
        {"employees.parquet": parquet()[:-30]},
        "employees.parquet: cannot be read as Parquet. It is truncated or damaged: export it again",
    ),
    "Excel cut": (
        {"employees.xlsx": workbook(employees=[["employee_id", "hire_date"], ["a", "2020-01-31"]])[:-100]},
        "employees.xlsx: cannot be read as Excel. It is truncated or not an Excel workbook: save it again as .xlsx",
    ),
    "day first or month first": (
        {"employees.csv": "employee_id,hire_date\na,03/04/2020\nb,04/05/2020\n"},
        "employees.hire_date: dates that can be read with the day first or the month first. Write "
        'date_format = "%d/%m/%Y" or "%m/%d/%Y" under [files.employees] in source.toml, '
        "with the separators of the file",
    ),
    "Windows-1251": (
        {"employees.csv": "employee_id,hire_date,city\na,2020-01-31,Самара\n".encode("windows-1251")},
        looks_like("windows-1251"),
    ),
    "Windows-1252": (
        {"employees.csv": "employee_id,hire_date,city\na,2020-01-31,Orléans\n".encode("windows-1252")},
        looks_like("windows-1252"),
    ),
    "UTF-16": ({"employees.csv": EMPLOYEES.encode("utf-16")}, looks_like("utf-16")),
    "several sheets, none named after the table": (
        {"employees.xlsx": workbook(January=[["employee_id", "hire_date"]], February=[["employee_id", "hire_date"]])},
        "employees.xlsx: more than one sheet. Rename the sheet that holds the table to 'employees', "
        "or keep only that sheet",
    ),
    "10,000 errors": (
        {"employees.csv": EMPLOYEES + "".join(f"p{place},soon\n" for place in range(10_000))},
        "employees.hire_date: is not a date that can be read. "
        "Write dates as YYYY-MM-DD, or declare date_format under [files] in source.toml.",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_one_message_that_says_what_to_do(case: str, check: Check) -> None:
    files, message = CASES[case]
    code, errors, screen = check(files)
    assert (code, errors) == (2, [message])
    assert "1 error and " in screen
    assert len(screen) < 5_000


def test_ten_thousand_errors_are_counted_in_one_line(check: Check) -> None:
    _, _, screen = check(CASES["10,000 errors"][0])
    assert screen.count("10,000") == 1
    assert "p17" not in screen


def test_a_last_line_without_a_newline_is_mentioned(check: Check) -> None:
    _, _, screen = check({"employees.csv": EMPLOYEES + "c,2020-03", "surveys.csv": ""})
    assert "employees.csv: no line break at the end. If the file was truncated, export it again." in " ".join(
        screen.split()
    )
