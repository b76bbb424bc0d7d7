"""Dates and numbers as text: what is read, what must be declared, and what is refused."""

from typing import Any

import pytest
from source_files import rows

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
def test_dates_become_iso_if_declared_or_if_only_one_order_fits(written: str, read: Any) -> None:
    declared, given, expected = DATES[written]
    lines = "".join(f"1,{day}\n" for day in given.split())
    toml = f'[files.employees]\ndate_format = "{declared}"' if declared else ""
    raw = read({"employees.csv": f"employee_id,Hire Date\n{lines}", "source.toml": toml})
    assert [day for _, day in rows(raw, "employees")] == expected


def test_the_time_of_day_is_preserved(read: Any) -> None:
    raw = read({"collaboration.csv": "opened_at\n31/01/2020 12:30\n"})
    assert rows(raw, "collaboration") == [("2020-01-31 12:30",)]


def test_ambiguous_dates_are_refused_until_their_format_is_declared(read: Any) -> None:
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
    "words stay": ('decimal = ","', ["soon", "1,5"], ["soon", "1.5"]),
    "marks for no value": ('decimal = ","', ["n/a", "1,5", "-"], [None, "1.5", None]),
}


@pytest.mark.parametrize("written", NUMBERS)
def test_declared_number_formats_become_plain_numbers(written: str, read: Any) -> None:
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
def test_number_formats_are_never_guessed(declared: str, given: str, rule: str, read: Any) -> None:
    csv = f'employee_id,base_pay\n1,"{given}"\n2,5\n'
    raw = read({"compensation.csv": csv, "source.toml": f"[files]\n{declared}"})
    (finding,) = raw.errors
    assert (finding.rule, finding.table, finding.column, finding.rows) == (rule, "compensation", "base_pay", 1)
    assert "[files.compensation] in source.toml" in finding.remedy


def test_excel_number_cells_need_no_declaration_even_beside_text_that_does(read: Any) -> None:
    cells = [["employee_id", "base_pay"], [1, 1234.5], [2, "2 345,5"]]
    raw = read({"compensation.xlsx": [("a", cells)], "source.toml": '[files]\ndecimal = ","\nthousands = " "'})
    assert rows(raw, "compensation") == [("1", "1234.5"), ("2", "2345.5")]
