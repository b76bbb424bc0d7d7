"""Files and queries -> raw tables: each form of a file, and each way in which it can be wrong."""

import datetime as dt
import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from features.reading.raw_tables import Raw, read_tables
from features.reading.source_definition import read_definition

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


SAME_TABLE: dict[str, dict[str, Content]] = {
    "csv": {"employees.csv": EMPLOYEES},
    "csv with a byte order mark": {"employees.csv": EMPLOYEES.encode("utf-8-sig")},
    "csv with Windows line ends": {"employees.csv": EMPLOYEES.replace("\n", "\r\n")},
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
def test_every_form_gives_the_same_table(form: str, read: Any) -> None:
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
def test_an_undeclared_encoding_is_named_but_not_guessed(encoding: str, named: str, city: str, read: Any) -> None:
    raw = read({"employees.csv": f"employee_id,city\n1,{city}\n".encode(encoding)})
    (finding,) = raw.errors
    assert (finding.rule, finding.table) == ("not in UTF-8", "employees.csv")
    assert f'write encoding = "{named}" under [files] in source.toml' in finding.remedy
    assert not raw.tables


def test_refused_columns_are_not_read_from_any_form(read: Any) -> None:
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


def test_other_files_are_left_alone_and_near_misses_are_mentioned(read: Any) -> None:
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
        "employees.csv: line 4 has 1 fields where the header has 3. Mend that line; if it is the last one the file was",
    ),
    "csv cut in a quoted field": (
        {"employees.csv": EMPLOYEES + '3,2020-01-01,"x\n'},
        "employees.csv: line 4 opens a quote and does not close it.",
    ),
    "gzip cut": ({"employees.csv.gz": gzip.compress(EMPLOYEES.encode())[:-20]}, "employees.csv.gz: cut in the middle."),
    "not gzip": ({"employees.csv.gz": EMPLOYEES}, "employees.csv.gz: not the format that its name says."),
    "Parquet named csv": (
        {"employees.csv": b"PAR1\x15\x00"},
        "employees.csv: not the format that its name says. It holds Parquet",
    ),
    "csv named Parquet": ({"employees.parquet": EMPLOYEES}, "employees.parquet: not the format that its name says."),
    "Parquet cut": ({"employees.parquet": b"PAR1" + b"\x00" * 50}, "employees.parquet: cannot be read as Parquet."),
    "not Excel": ({"employees.xlsx": EMPLOYEES}, "employees.xlsx: not the format that its name says."),
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
        "employees.csv: one column, with ';' in its name. If the columns are divided by it, write delimiter = \";\"",
    ),
    "another encoding than declared": (
        {"employees.csv": "employee_id\nСамара\n".encode("windows-1251"), "source.toml": '[files]\nencoding = "utf-8"'},
        "employees.csv: not in utf-8, which source.toml declares.",
    ),
    "no table": ({"README.md": "x"}, "source: no file is named after a table."),
    "an empty folder": ({}, "source: the folder is empty. Put in employees.csv and exits.csv"),
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


DATES: dict[str, tuple[str, str, list[str]]] = {
    "ISO": ("", "2020-01-31 2020-02-01", ["2020-01-31", "2020-02-01"]),
    "only day first fits": ("", "31/01/2020 01/02/2020", ["2020-01-31", "2020-02-01"]),
    "only month first fits": ("", "1/31/2020 2/1/2020", ["2020-01-31", "2020-02-01"]),
    "dots": ("", "31.1.2020 01.02.2020", ["2020-01-31", "2020-02-01"]),
    "the same either way": ("", "01/01/2020 02-02-2020", ["2020-01-01", "2020-02-02"]),
    "declared": ("%d.%m.%Y", "03.04.2020 05.06.2020", ["2020-04-03", "2020-06-05"]),
    "declared, two digits": ("%m/%d/%y", "03/04/20 05/06/99", ["2020-03-04", "1999-05-06"]),
    "declared, ISO beside it": ("%d.%m.%Y", "03.04.2020 2020-06-05", ["2020-04-03", "2020-06-05"]),
    "not as declared": ("%d.%m.%Y", "03.04.2020 31/31/2020", ["2020-04-03", "31/31/2020"]),
    "no order fits": ("", "31/01/2020 01/31/2020", ["31/01/2020", "01/31/2020"]),
}


@pytest.mark.parametrize("written", DATES)
def test_dates_become_iso_by_declaration_or_when_one_order_fits(written: str, read: Any) -> None:
    declared, given, expected = DATES[written]
    lines = "".join(f"1,{day}\n" for day in given.split())
    toml = f'[files.employees]\ndate_format = "{declared}"' if declared else ""
    raw = read({"employees.csv": f"employee_id,Hire Date\n{lines}", "source.toml": toml})
    assert [day for _, day in rows(raw, "employees")] == expected


def test_the_time_of_day_stays(read: Any) -> None:
    raw = read({"collaboration.csv": "opened_at\n31/01/2020 12:30\n"})
    assert rows(raw, "collaboration") == [("2020-01-31 12:30",)]


def test_dates_that_read_both_ways_are_refused_until_declared(read: Any) -> None:
    raw = read({"employees.csv": "employee_id,hire_date\n1,03/04/2020\n2,05/05/2020\n3,\n"})
    (finding,) = raw.errors
    assert (finding.table, finding.column, finding.rows) == ("employees", "hire_date", 1)
    assert finding.remedy.startswith('Write date_format = "%d/%m/%Y" or "%m/%d/%Y" under [files.employees]')


NUMBERS: dict[str, tuple[str, list[str], list[str]]] = {
    "plain": ("", ["1234.5", "-3", "1e3", ".5"], ["1234.5", "-3", "1e3", ".5"]),
    "decimal comma": ('decimal = ","', ["1234,5", "7"], ["1234.5", "7"]),
    "points for thousands": (
        'decimal = ","\nthousands = "."',
        ["1.234.567,8", "1.234", "12"],
        ["1234567.8", "1234", "12"],
    ),
    "commas for thousands": ('thousands = ","', ["1,234.5", "1234.5"], ["1234.5", "1234.5"]),
    "spaces for thousands": (
        'decimal = ","\nthousands = " "',
        ["1 234,5", "1\u00a0234", "1\u202f234"],
        ["1234.5", "1234", "1234"],
    ),
    "apostrophes": ('thousands = "\'"', ["1'234.5"], ["1234.5"]),
    "words stay": ('decimal = ","', ["n/a", "1,5"], ["n/a", "1.5"]),
}


@pytest.mark.parametrize("written", NUMBERS)
def test_numbers_become_plain_by_declaration(written: str, read: Any) -> None:
    declared, given, expected = NUMBERS[written]
    lines = "".join(f'1,"{number}"\n' for number in given)
    raw = read({"compensation.csv": f"employee_id,base_pay\n{lines}", "source.toml": f"[files]\n{declared}"})
    assert [number for _, number in rows(raw, "compensation")] == expected


@pytest.mark.parametrize(
    ("declared", "given", "rule"),
    [
        ("", "1,234", "numbers with a comma or grouped digits, which can mean two things"),
        ("", "1 234", "numbers with a comma or grouped digits, which can mean two things"),
        ('decimal = ","', "1.234", "numbers that are not written as declared"),
        ('decimal = ","\nthousands = "."', "1.23", "numbers that are not written as declared"),
        ('thousands = ","', "1,23", "numbers that are not written as declared"),
    ],
)
def test_numbers_are_never_guessed(declared: str, given: str, rule: str, read: Any) -> None:
    csv = f'employee_id,base_pay\n1,"{given}"\n2,5\n'
    raw = read({"compensation.csv": csv, "source.toml": f"[files]\n{declared}"})
    (finding,) = raw.errors
    assert (finding.rule, finding.table, finding.column, finding.rows) == (rule, "compensation", "base_pay", 1)
    assert "[files.compensation] in source.toml" in finding.remedy


def test_number_cells_of_excel_need_no_declaration_beside_text_that_does(read: Any) -> None:
    cells = [["employee_id", "base_pay"], [1, 1234.5], [2, "2 345,5"]]
    raw = read({"compensation.xlsx": [("a", cells)], "source.toml": '[files]\ndecimal = ","\nthousands = " "'})
    assert rows(raw, "compensation") == [("1", "1234.5"), ("2", "2345.5")]


SQL_ERRORS = {
    "unknown column": (
        '[tables]\nexits = """\nselect employee_id,\n  nam\nfrom \'e.csv\'"""',
        'source.toml.tables.exits: SQL error at line 4: Referenced column "nam" not found in FROM clause!',
    ),
    "syntax": (
        '[tables]\nexits = """\nselect employee_id\nform \'e.csv\'"""',
        "source.toml.tables.exits: SQL error at line 4: syntax error at or near",
    ),
    "no file": (
        "[tables]\nexits = \"from 'f.csv'\"",
        'source.toml.tables.exits: SQL error at line 2: No files found that match the pattern "f.csv".',
    ),
    "two statements": (
        '[tables]\nexits = "select 1; select 2"',
        "source.toml.tables.exits: SQL error at line 2: syntax",
    ),
    "not a query": ('[tables]\nexits = "drop table x"', "source.toml.tables.exits: SQL error at line 2: syntax error"),
    "a view": (
        '[prepare]\na = "select nam from \'e.csv\'"\nb = "select * from a"\n[tables]\nexits = "select * from b"',
        'source.toml.prepare.a: SQL error at line 2: Referenced column "nam" not found',
    ),
    "a value": (
        "[tables]\nexits = \"select concat(note, '')::int as x from read_csv('e.csv', all_varchar = true)\"",
        "source.toml.tables.exits: SQL error at line 2: a fault of kind 'conversion' while its rows were read.",
    ),
    "a line of a file": (
        "[tables]\nexits = \"from read_csv('e.csv', columns = {'a': 'text'}, auto_detect = false)\"",
        "source.toml.tables.exits: SQL error at line 2: a CSV file that it reads is wrong in line 1.",
    ),
    "a damaged file": (
        "[tables]\nexits = \"from 'cut.parquet'\"",
        "source.toml.tables.exits: SQL error at line 2: a file that it reads is not Parquet or is cut.",
    ),
}


@pytest.mark.parametrize("wrong", SQL_ERRORS)
def test_an_sql_error_names_the_table_and_the_line_and_no_value(wrong: str, read: Any) -> None:
    toml, message = SQL_ERRORS[wrong]
    files = {"e.csv": "employee_id,note\n1,Josephine\n", "cut.parquet": b"PAR1" + b"\x00" * 50, "source.toml": toml}
    raw = read(files)
    assert len(raw.errors) == 1
    assert str(raw.errors[0]).startswith(message)
    assert "Josephine" not in str(raw.errors[0])
    assert raw.failed >= {"exits"}


@pytest.mark.parametrize(("column", "told"), [("left", 'in double quotes there, such as "left"'), ('"left"', "")])
def test_a_column_named_like_a_word_of_sql_is_told_to_be_quoted(column: str, told: str, read: Any) -> None:
    toml = f'[tables]\nexits = """select employee_id, {column} as exit_date from \'e.csv\'"""\n'
    raw = read({"e.csv": "employee_id,left\n1,2020-01-31\n", "source.toml": toml})
    assert len(raw.errors) == bool(told)
    assert told in " ".join(finding.remedy for finding in raw.errors)


def test_python_variables_are_not_tables(read: Any) -> None:
    raw = read({"source.toml": '[tables]\nexits = "select * from definition"'})
    assert "Table with name definition does not exist" in raw.errors[0].rule


@pytest.mark.parametrize("name", ["a b", "a,b", "it's", "données", "a;b", "50%", "a[1]", "a*b", "a?b", "{a,b}", "~"])
def test_a_folder_may_have_any_name(name: str, tmp_path: Path) -> None:
    source = tmp_path / name
    source.mkdir()
    write(
        source,
        {"e.csv": EMPLOYEES, "source.toml": "[tables]\nemployees = \"from read_csv('e*.csv', all_varchar = true)\""},
    )
    assert rows(read_tables(read_definition(source), tmp_path), "employees") == ROWS
    write(source, {"employees.csv": EMPLOYEES, "source.toml": ""})
    assert rows(read_tables(read_definition(source), tmp_path), "employees") == ROWS


def test_types_that_tables_do_not_have_become_text(read: Any) -> None:
    query = "select uuid() as a, [1, 2] as b, interval 1 day as c, 1.5::decimal(9, 2) as d, 10::hugeint as e"
    raw = read({"source.toml": f'[tables]\nmeasures = "{query}"'})
    schema = pl.read_parquet_schema(raw.tables["measures"])
    assert [schema[name] for name in "abc"] == [pl.String] * 3
    assert all(schema[name].is_numeric() for name in "de")


def test_a_folders_name_does_not_stand_for_other_folders(tmp_path: Path) -> None:
    for name in ("a?b", "axb"):
        (tmp_path / name).mkdir()
        write(tmp_path / name, {"employees.csv": EMPLOYEES})
    assert rows(read_tables(read_definition(tmp_path / "a?b"), tmp_path), "employees") == ROWS
    toml = "[tables]\nemployees = \"from read_csv('employees.csv', all_varchar = true)\""
    write(tmp_path / "a?b", {"source.toml": toml})
    assert rows(read_tables(read_definition(tmp_path / "a?b"), tmp_path), "employees") == ROWS
