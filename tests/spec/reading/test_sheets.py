"""Excel as people keep it: the table anywhere on its sheet, below titles, above totals, among hidden sheets."""

import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from source_files import rows

HEADER = ["Employee ID", "Hire date", "City"]
PEOPLE = [["A1", date(2020, 1, 31), "Perm"], ["A2", date(2020, 2, 29), None]]
EXPECTED = [("A1", "2020-01-31 00:00:00", "Perm"), ("A2", "2020-02-29 00:00:00", None)]
FOUND = "employees.xlsx: the names of the columns are in row "
ROW = FOUND + "{0}, as no row is declared; header_row = {0} under "


def sheet(read: Any, cells: list[list[Any]], toml: str = "") -> Any:
    return read({"employees.xlsx": [("employees", cells)], "source.toml": toml})


LAYOUTS: dict[str, tuple[list[list[Any]], str]] = {
    "a plain table": ([HEADER, *PEOPLE], ""),
    "blank rows above": ([[], [], HEADER, *PEOPLE], ROW.format(3)),
    "a title above": ([["Staff of the company"], [], HEADER, *PEOPLE], ROW.format(3)),
    "titles above": ([["Staff", None, "Printed:"], [None, "as of 2020"], HEADER, *PEOPLE], ROW.format(3)),
    "blank columns before": ([[None, None, *row] for row in [HEADER, *PEOPLE]], ""),
    "a blank row between": ([HEADER, PEOPLE[0], [], PEOPLE[1]], ""),
    "a group heading above": ([[None, "Work", None], HEADER, *PEOPLE], ROW.format(2)),
    "two rows of headings": (
        [["Employee ID", "Work", None], [None, "Hire date", "City"], *PEOPLE],
        FOUND + "1 and 2, as no row is declared; header_row = [1, 2] under ",
    ),
    "a total": ([HEADER, *PEOPLE, ["Total", 2]], "employees.xlsx: 1 row below row 3 not read, as totals or remarks"),
    "a total in Russian": ([HEADER, *PEOPLE, ["Итого:", 2, 2]], "employees.xlsx: 1 row below row 3 not read"),
    "a remark": ([HEADER, *PEOPLE, [], ["Source: HR"]], "employees.xlsx: 1 row below row 3 not read"),
    "a sum without a word": ([HEADER, *PEOPLE, [None, 2]], "employees.xlsx: 1 row below row 3 not read"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_table_of_a_sheet_is_found_and_said(layout: str, read: Any) -> None:
    cells, note = LAYOUTS[layout]
    raw = sheet(read, cells)
    assert rows(raw, "employees") == EXPECTED
    assert len(raw.notes) == bool(note)
    assert "".join(raw.notes).startswith(note)


def test_a_declared_layout_is_read_as_declared(read: Any) -> None:
    """The rows are those of Excel; the first column, which has a name too, is skipped, and the last row is data."""
    cells = [["Employee ID", "Hire date", "x"], ["Row", *HEADER], *([n, *row] for n, row in enumerate(PEOPLE))]
    cells += [[2, "Total", date(2020, 3, 31), "Omsk"], [3, "A4", date(2020, 4, 30), "Omsk"]]
    raw = sheet(read, cells, "[files.employees]\nheader_row = 2\nskip_columns = 1\nlast_row = 5\n")
    assert rows(raw, "employees") == [*EXPECTED, ("Total", "2020-03-31 00:00:00", "Omsk")]
    assert raw.notes == []


def test_a_column_without_a_name_is_mentioned(read: Any) -> None:
    raw = sheet(read, [[None, *HEADER], *([n, *row] for n, row in enumerate(PEOPLE))])
    assert rows(raw, "employees") == EXPECTED
    assert raw.notes == ["employees.xlsx: column A has no name in row 1; not read."]


def test_the_layout_of_an_input_is_declared_there(read: Any) -> None:
    cells = [["Staff"], [], [None, "No", "Pay"], [None, "7", 1000], [None, "Total", 1000]]
    sql = '[tables]\nmeasures = "select No, Pay from staff"\n'
    files: dict[str, Any] = {"book.xlsx": [("x", cells)]}
    raw = read({**files, "source.toml": '[inputs.staff]\nfile = "book.xlsx"\n' + sql})
    assert rows(raw, "measures") == [("7", "1000")]
    assert "header_row = 3 under [inputs.staff] in source.toml" in raw.notes[0]
    assert "last_row under [inputs.staff] in source.toml" in raw.notes[1]


def test_headings_of_groups_tell_columns_of_one_name_apart(read: Any) -> None:
    cells = [[None, "2019", None, "2020", None], ["No", "Pay", "Grade", "Pay", "Grade"], ["7", 1, 2, 3, 4]]
    toml = '[inputs.pay]\nfile = "book.xlsx"\n[tables]\n'
    toml += """measures = 'select "No", "2019 Pay" as a, "2020 Pay" as b, "2020 Grade" as c from pay'\n"""
    raw = read({"book.xlsx": [("x", cells)], "source.toml": toml})
    assert rows(raw, "measures") == [("7", "1", "3", "4")]


def book(tmp_path: Path, *hidden: str) -> Any:
    workbook = openpyxl.Workbook()
    workbook.active.title = "Main"
    for row in (HEADER, *PEOPLE):
        workbook.active.append(row)
    for name in hidden:
        workbook.create_sheet(name).append(["old"])
        workbook[name].sheet_state = "hidden" if name != "secret" else "veryHidden"
    return workbook


def saved(workbook: Any) -> bytes:
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def test_hidden_sheets_are_not_taken_for_the_table(tmp_path: Path, read: Any) -> None:
    raw = read({"employees.xlsx": saved(book(tmp_path, "lists", "secret"))})
    assert rows(raw, "employees") == EXPECTED
    assert raw.notes == ["employees.xlsx: 2 hidden sheets not read."]


def test_a_hidden_sheet_named_after_the_table_is_read_and_said(tmp_path: Path, read: Any) -> None:
    workbook = book(tmp_path)
    workbook.active.title = "Employees"
    workbook.create_sheet("Cover")
    workbook.active = 1
    workbook["Employees"].sheet_state = "hidden"
    raw = read({"employees.xlsx": saved(workbook)})
    assert rows(raw, "employees") == EXPECTED
    assert raw.notes == ["employees.xlsx: the sheet 'employees' is hidden in Excel; it is read."]


@pytest.mark.parametrize(("is_1904", "first"), [(False, "2020-01-31"), (True, "2024-02-01")])
def test_day_numbers_are_dates_and_said(is_1904: bool, first: str, read: Any) -> None:
    """43861 is 2020-01-31 in days from 1899-12-30; a workbook of 1904 counts from 1904-01-01, 1,462 days later."""
    workbook = openpyxl.Workbook()
    for row in (["employee_id", "hire_date"], ["A1", 43861], ["A2", "2020-02-29"]):
        workbook.active.append(row)
    if is_1904:
        workbook.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    raw = read({"employees.xlsx": saved(workbook)})
    assert rows(raw, "employees") == [("A1", first), ("A2", "2020-02-29")]
    assert raw.notes == ["employees.hire_date: 1 cell with Excel's number of a day: read as dates."]


def test_cells_with_an_error_are_counted(read: Any) -> None:
    workbook = openpyxl.Workbook()
    for row in ([None, "employee_id", "base_pay"], [None, "A1", 1000], [None, "A2", "#REF!"], [None, "A3", "#N/A"]):
        workbook.active.append(row)
    raw = read({"compensation.xlsx": saved(workbook)})
    assert rows(raw, "compensation") == [("A1", "1000"), ("A2", None), ("A3", None)]
    [warning] = raw.warnings
    assert (warning.table, warning.column, warning.rows) == ("compensation", "base_pay", 2)
    assert "error of Excel" in warning.rule


def test_a_workbook_that_opens_is_not_called_truncated(read: Any) -> None:
    content = io.BytesIO(saved(book(Path())))
    broken = io.BytesIO()
    with zipfile.ZipFile(content) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"<worksheet><sheetData><row" if "sheet1" in name else old.read(name))
    [finding] = read({"employees.xlsx": broken.getvalue()}).errors
    assert (
        str(finding)
        == "employees.xlsx: a sheet cannot be read. Save the sheet as CSV; the workbook itself can be opened"
    )


def test_the_titles_above_a_csv_are_skipped_as_declared(read: Any) -> None:
    csv = "Staff of the company\n\nemployee_id,hire_date\nA1,2020-01-31\n"
    [finding] = read({"employees.csv": csv}).errors
    assert "declare header_row under [files] in source.toml" in finding.remedy


def test_a_declared_header_row_of_a_csv_is_read(read: Any) -> None:
    csv = "Staff of the company\nas of 2020\nemployee_id,hire_date\nA1,2020-01-31\n"
    raw = read({"employees.csv": csv, "source.toml": "[files]\nheader_row = 3\n"})
    assert rows(raw, "employees") == [("A1", "2020-01-31")]
