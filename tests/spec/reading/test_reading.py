"""Files -> raw tables: each file format, and each way in which a file can be wrong."""

import datetime as dt
import gzip
import tracemalloc
from typing import Any

import polars as pl
import pytest
from source_files import EMPLOYEES, ROWS, Content, rows

from features.reading.limits import LONGEST_HEADER

SAME_TABLE: dict[str, dict[str, Content]] = {
    "csv": {"employees.csv": EMPLOYEES},
    "csv with a byte order mark": {"employees.csv": EMPLOYEES.encode("utf-8-sig")},
    "csv with Windows line ends": {"employees.csv": EMPLOYEES.replace("\n", "\r\n")},
    "csv with both line ends": {"employees.csv": EMPLOYEES.replace("\n", "\r\n", 2)},
    "csv.gz with both line ends": {"employees.csv.gz": gzip.compress(EMPLOYEES.replace("\n", "\r\n", 1).encode())},
    "UTF-16 with both line ends, declared": {
        "employees.csv": EMPLOYEES.replace("\n", "\r\n", 2).encode("utf-16"),
        "source.toml": '[files]\nencoding = "utf-16"',
    },
    "csv with a blank line": {"employees.csv": EMPLOYEES + "\n"},
    "csv, other capitals in the name": {"Employees.CSV": EMPLOYEES},
    "csv.gz": {"employees.csv.gz": gzip.compress(EMPLOYEES.encode())},
    "semicolons, declared": {
        "employees.csv": EMPLOYEES.replace(",", ";"),
        "source.toml": '[files]\ndelimiter = ";"',
    },
    "tabs, declared": {"employees.csv": EMPLOYEES.replace(",", "\t"), "source.toml": '[files]\ndelimiter = "\\t"'},
    "UTF-16, declared": {
        "employees.csv": EMPLOYEES.encode("utf-16"),
        "source.toml": '[files.employees]\nencoding = "utf-16"',
    },
    "parquet": {"employees.parquet": pl.DataFrame(ROWS, ["employee_id", "hire_date", "note"], orient="row")},
    "xlsx": {
        "employees.xlsx": [
            ("Sheet1", [["employee_id", "hire_date", "note"], [1, "2020-01-31", "x"], [2, "2020-02-29"]])
        ]
    },
    "SQL": {"e.csv": EMPLOYEES, "source.toml": "[tables]\nemployees = \"from read_csv('e.csv', all_varchar = true);\""},
    "SQL with a view": {
        "part 1.csv": "a,b,c\n1,2020-01-31,x\n",
        "part 2.csv": "a,b,c\n2,2020-02-29,\n",
        "source.toml": """
            [prepare]
            parts = "select * from read_csv('part*.csv', all_varchar = true)"
            sorted = "select * from parts order by a"
            [tables]
            employees = "select a as employee_id, b as hire_date, c as note from sorted -- all"
            """,
    },
}


@pytest.mark.parametrize("form", SAME_TABLE)
def test_every_format_gives_the_same_table(form: str, read: Any) -> None:
    raw = read(SAME_TABLE[form])
    assert rows(raw, "employees") == ROWS
    assert pl.read_parquet_schema(raw.tables["employees"]).names() == ["employee_id", "hire_date", "note"]


@pytest.mark.parametrize("encoding", ["windows-1251", "utf-16", "utf-16-le", "koi8-r"])
def test_a_declared_encoding_is_read(encoding: str, read: Any) -> None:
    text = "employee_id,hire_date,city\n1,2020-01-31,Самара\n"
    raw = read({"employees.csv": text.encode(encoding), "source.toml": f'[files]\nencoding = "{encoding}"'})
    assert rows(raw, "employees") == [("1", "2020-01-31", "Самара")]


@pytest.mark.parametrize(
    ("encoding", "named", "city"),
    [
        ("utf-16", "utf-16", "Самара"),
        ("utf-16-le", "utf-16-le", "Samara"),
        ("windows-1251", "windows-1251", "Самара"),
        ("windows-1252", "windows-1252", "Orléans"),
    ],
)
def test_the_likely_encoding_is_named_but_not_assumed(encoding: str, named: str, city: str, read: Any) -> None:
    raw = read({"employees.csv": f"employee_id,city\n1,{city}\n".encode(encoding)})
    (finding,) = raw.errors
    assert (finding.rule, finding.table) == ("not in UTF-8", "employees.csv")
    assert f'write encoding = "{named}" under [files] in source.toml' in finding.remedy
    assert not raw.tables


def test_another_encoding_below_two_kinds_of_line_breaks_is_named(read: Any) -> None:
    text = "employee_id,city\r\n" + "1,Samara\n" * (LONGEST_HEADER // 8) + "1,Самара\n"
    (finding,) = read({"employees.csv": text.encode("windows-1251")}).errors
    assert (finding.rule, finding.table) == ("not in UTF-8", "employees.csv")


def test_a_wrong_file_of_one_long_line_is_not_held_in_memory(read: Any) -> None:
    content = b"employee_id,city\n1,Samara\n1\n" + b"1" * (1 << 25)
    tracemalloc.start()
    (finding,) = read({"employees.csv": content}).errors
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "line 3 has 1 fields" in finding.rule
    assert peak < 1 << 25


def test_refused_columns_are_not_read_from_any_format(read: Any) -> None:
    frame = pl.DataFrame({"employee_id": ["1"], "sick_days": [3], "hire_date": ["2020-01-31"]})
    raw = read(
        {
            "employees.csv": "employee_id,Sick Days,hire_date\n1,3,2020-01-31\n",
            "exits.parquet": frame,
            "surveys.xlsx": [("surveys", [["Comment", "employee_id"], ["no", "1"]])],
        }
    )
    assert raw.refused == ["employees.Sick Days", "surveys.Comment", "exits.sick_days"]
    assert pl.read_parquet_schema(raw.tables["employees"]).names() == ["employee_id", "hire_date"]
    assert pl.read_parquet_schema(raw.tables["exits"]).names() == ["employee_id", "hire_date"]
    assert rows(raw, "surveys") == [("1",)]


def test_refused_columns_are_not_selected_by_sql(read: Any) -> None:
    raw = read({"source.toml": '[tables]\nemployees = "select 1 as employee_id, 3 as sick_days"'})
    assert raw.refused == ["employees.sick_days"]
    assert rows(raw, "employees") == [(1,)]


def test_a_workbook_named_tables_has_a_sheet_per_table(read: Any) -> None:
    employees = [["employee_id", "hire_date"], [1, dt.date(2020, 1, 31)]]
    exits = [["employee_id", "exit_date"], ["1", dt.datetime(2021, 1, 31, 12, 30)]]
    raw = read({"tables.xlsx": [("Employees", employees), ("exits", exits), ("survey", [["x"]])]})
    assert rows(raw, "employees") == [("1", "2020-01-31 00:00:00")]
    assert rows(raw, "exits") == [("1", "2021-01-31 12:30:00")]
    assert [str(finding) for finding in raw.warnings] == [
        "tables.xlsx.survey: not the name of a table; left out. Did you mean 'surveys'? Rename it if so"
    ]


def test_other_files_are_ignored_and_near_misses_are_mentioned(read: Any) -> None:
    files = {"employees.csv": EMPLOYEES, "employees_old.csv": EMPLOYEES, "README.md": "x", "truth.parquet": "x"}
    raw = read({**files, "exit.csv": "x", "performance.xls": "x"})
    assert not raw.errors
    assert [(finding.table, finding.remedy) for finding in raw.warnings] == [
        ("exit.csv", "Did you mean 'exits'? Rename it if so"),
        ("performance.xls", "Save it as one of: .csv, .csv.gz, .parquet, .xlsx"),
    ]


PARQUET = pl.DataFrame({"employee_id": ["1"] * 1000})

BROKEN_FILES: dict[str, tuple[dict[str, Content], str]] = {
    "zero bytes": ({"employees.csv": ""}, "employees.csv: an empty file."),
    "csv cut in a row": (
        {"employees.csv": EMPLOYEES + "3"},
        "employees.csv: line 4 has 1 fields where the header has 3. Fix that line; if it is the last one, the file was",
    ),
    "csv cut in a quoted field": (
        {"employees.csv": EMPLOYEES + '3,2020-01-01,"x\n'},
        "employees.csv: line 4 opens a quote and does not close it.",
    ),
    "gzip cut": ({"employees.csv.gz": gzip.compress(EMPLOYEES.encode())[:-20]}, "employees.csv.gz: truncated."),
    "not gzip": ({"employees.csv.gz": EMPLOYEES}, "employees.csv.gz: not in the format of its name."),
    "Parquet named csv": (
        {"employees.csv": b"PAR1\x15\x00"},
        "employees.csv: not in the format of its name. It holds Parquet",
    ),
    "csv named Parquet": ({"employees.parquet": EMPLOYEES}, "employees.parquet: not in the format of its name."),
    "Parquet cut": ({"employees.parquet": b"PAR1" + b"\x00" * 50}, "employees.parquet: cannot be read as Parquet."),
    "not Excel": ({"employees.xlsx": EMPLOYEES}, "employees.xlsx: not in the format of its name."),
    "Excel cut": ({"employees.xlsx": b"PK\x03\x04" + b"\x00" * 50}, "employees.xlsx: cannot be read as Excel."),
    "Excel without a sheet for it": (
        {"employees.xlsx": [("a", [["x"]]), ("b", [["x"]])]},
        "employees.xlsx: more than one sheet. Rename the sheet that holds the table to 'employees', or keep only that",
    ),
    "an empty sheet": ({"employees.xlsx": [("a", [])]}, "employees.xlsx: no column. Write the names"),
    "two files": (
        {"employees.csv": EMPLOYEES, "employees.parquet": PARQUET},
        "employees: two files for one table. Keep one of employees.csv and employees.parquet",
    ),
    "column twice": ({"employees.csv": "employee_id,Employee_ID\n1,2\n"}, "employees.csv.employee_id: a column twice."),
    "semicolons, not declared": (
        {"employees.csv": EMPLOYEES.replace(",", ";")},
        "employees.csv: one column, with ';' in its name. If it separates the columns, write delimiter = \";\"",
    ),
    "another encoding than declared": (
        {"employees.csv": "employee_id\nСамара\n".encode("windows-1251"), "source.toml": '[files]\nencoding = "utf-8"'},
        "employees.csv: not in utf-8, which source.toml declares.",
    ),
    "no table": ({"README.md": "x"}, "source: no file is named after a table."),
    "an empty folder": ({}, "source: the folder is empty. Add employees.csv and exits.csv"),
}


@pytest.mark.parametrize("broken", BROKEN_FILES)
def test_a_broken_file_is_named_with_its_remedy(broken: str, read: Any) -> None:
    files, message = BROKEN_FILES[broken]
    raw = read(files)
    assert len(raw.errors) == 1
    assert str(raw.errors[0]).startswith(message)
    assert "employees" not in raw.tables


def test_every_broken_file_is_reported_in_one_run(read: Any) -> None:
    raw = read({"employees.csv": "", "exits.parquet": "x", "surveys.csv": "employee_id\n1\n"})
    assert [finding.table for finding in raw.errors] == ["employees.csv", "exits.parquet"]
    assert (set(raw.tables), raw.failed) == ({"surveys"}, {"employees", "exits"})
