"""Exports as people keep them: the draft describes their shape, and the check reads what it describes."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from drafts import Draw
from source_files import Content

from features.drafting.exports.export import Export, read_export
from features.source import check_source

PERIOD = {"complete_from": date(2020, 1, 1), "complete_until": date(2021, 12, 31)}
HEADER = ["Employee ID", "Hire Date", "Termination Date", "Termination Reason"]
LEFT = ["12", date(2018, 2, 1), date(2020, 5, 31), "Resignation"]
RESIGNED = {"exit_kinds": {"Resignation": "voluntary"}}


def sheet(*people: list[Any], title: bool = True) -> list[list[Any]]:
    above = [["Headcount of the department"], []] if title else []
    return [*above, HEADER, *people, ["Total", None, None, len(people)]]


def test_a_sheet_a_department_gives_the_department(drafted: Draw) -> None:
    book = [
        ("Marketing", sheet(["11", date(2018, 1, 1), None, None], LEFT)),
        ("Legal", sheet(["13", date(2018, 3, 1), None, None])),
        ("Empty", []),
    ]
    made = drafted({"staff.xlsx": book}, PERIOD | RESIGNED)
    assert 'sheet = "*"\nsheet_column = "sheet department"' in made.draft.text
    assert made.rows("employees", "employee_id") == [("11",), ("12",), ("13",)]
    assert {row[1] for row in made.rows("assignments", "employee_id", "department")} == {"Marketing", "Legal"}
    report = check_source(made.toml, made.work / "again")
    assert (report.people, report.voluntary_exits) == (3, 1)
    assert not report.errors


def test_a_workbook_a_year_with_a_sheet_a_month_is_a_history(drafted: Draw) -> None:
    """One of twelve people is missing from March 2021 on, another from November: gone by the day before that list."""
    files: dict[str, Content] = {}
    for year in (2020, 2021):
        months = []
        for month, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1):
            day = (year, month)
            ids = [n for n in range(1, 13) if not (n == 1 and day >= (2021, 3)) and not (n == 2 and day >= (2021, 11))]
            months.append((name, [["Employee ID", "Department"], *([f"E{n:02}", "IT"] for n in ids)]))
        files[f"Headcount {year}.xlsx"] = months
    made = drafted(files, {"missing_people": "voluntary"})
    assert 'file = "Headcount *.xlsx"' in made.draft.text.replace("export/", "")
    assert not made.draft.unused
    assert made.rows("exits", "employee_id", "exit_date") == [
        ("E01", date(2021, 3, 30)),
        ("E02", date(2021, 11, 29)),
    ]


def test_a_csv_with_titles_two_rows_of_headings_totals_and_a_remark_is_read(drafted: Draw) -> None:
    text = (
        "Staff list;;;;\n"
        "Period: 01.01.2020 - 31.12.2021;;;;\n"
        "Employee ID;Hire Date;Termination;;Pay\n"
        ";;Date;Reason;Monthly\n"
        "11;01.02.2018;;;3000\n"
        "12;17.02.2018;31.05.2020;Resignation;3100\n"
        "Subtotal IT;;;;6100\n"
        "13;25.03.2018;;;3200\n"
        "Total;;;;9300\n"
        "Printed by the system\n"
    )
    made = drafted({"staff.csv": text}, PERIOD | RESIGNED | {"pay_per_year": 12.0})
    for line in ("header_row = [3]", "header_rows = 2", 'skip_rows = ["subtotal*", "total"]', "skip_last = 1"):
        assert line in made.draft.text, line
    assert made.rows("employees", "employee_id", "hire_date") == [
        ("11", date(2018, 2, 1)),
        ("12", date(2018, 2, 17)),
        ("13", date(2018, 3, 25)),
    ]
    assert made.rows("exits", "employee_id", "kind") == [("12", "voluntary")]
    warnings = {warning.place: warning.rows for warning in check_source(made.toml, made.work / "again").warnings}
    assert warnings["inputs.staff_file.skip_rows"] == 2
    assert warnings["inputs.staff_file.skip_last"] == 1
    assert any("2 rows of staff" in note for note in made.draft.notes)


def test_a_column_without_a_name_gets_one_and_is_listed(drafted: Draw) -> None:
    files = {
        "a.csv": ",Employee ID,Hire Date,Termination Date,Termination Reason\n"
        "0,11,2018-01-01,,\n1,12,2018-02-01,2020-05-31,Resignation\n2,13,2018-03-01,,\n"
    }
    made = drafted(files, PERIOD | RESIGNED)
    assert 'names = {A = "column A"}' in made.draft.text
    assert "a.column A" in made.draft.unused
    assert made.rows("employees", "employee_id") == [("11",), ("12",), ("13",)]


PEOPLE = pl.DataFrame(
    {
        "Employee ID": [11.0, 12.0, 13.0],
        "Hire Date": [date(2018, 1, 1), date(2018, 2, 1), date(2018, 3, 1)],
        "Termination Date": [None, date(2020, 5, 31), None],
        "Termination Reason": [None, "Resignation", None],
    }
)
CHANGES = """employee_id;effective_date;department
11;2018-01-01;IT
11;2019-02-01;HR
12;2018-02-01;HR
12;2019-03-01;IT
13;2018-03-01;IT
13;2019-04-01;HR
"""


@pytest.mark.parametrize("form", ["parquet", "ndjson"])
def test_a_folder_of_mixed_kinds_is_one_export(form: str, drafted: Draw) -> None:
    people: Content = PEOPLE
    if form == "ndjson":
        people = PEOPLE.with_columns(pl.col("Employee ID").cast(pl.Int64)).write_ndjson() or ""
    import gzip

    files: Mapping[str, Content] = {f"people.{form}": people, "changes.csv.gz": gzip.compress(CHANGES.encode())}
    made = drafted(files, PERIOD | RESIGNED)
    assert made.rows("employees", "employee_id", "hire_date")[0] == ("11", date(2018, 1, 1))
    assert made.rows("exits", "employee_id", "exit_date") == [("12", date(2020, 5, 31))]
    assert ("12", "HR") in made.rows("assignments", "employee_id", "department")


def test_a_table_of_a_lakehouse_is_told_and_not_read_as_files(tmp_path: Path) -> None:
    (tmp_path / "people" / "_delta_log").mkdir(parents=True)
    (tmp_path / "people" / "_delta_log" / "0.json").write_text("{}")
    PEOPLE.write_parquet(tmp_path / "people" / "part-0.parquet")
    (tmp_path / "changes.csv").write_text(CHANGES)
    work = tmp_path / "work"
    work.mkdir()
    (tmp_path / "export").mkdir()
    for name in ("people", "changes.csv"):
        (tmp_path / name).rename(tmp_path / "export" / name)
    export: Export = read_export(tmp_path / "export", tmp_path, work)
    assert [table.name for table in export.tables] == ["changes"]
    assert export.left_out == ["people: a table of a lakehouse; name it by `delta` or `iceberg` under [inputs.NAME]"]
