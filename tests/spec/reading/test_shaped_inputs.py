"""`[inputs.NAME]` for exports as people keep them: sheets and files by pattern, headings in rows, totals, no names."""

import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from source_files import Content, write

from features.errors import BadInput, Finding
from features.reading.definition.source_definition import read_definition
from features.reading.raw_tables import Raw, read_tables

SELECT = "select * from staff"
HEADCOUNT = [["No", "Name"], ["1", "Ann"], ["2", "Bob"]]


@pytest.fixture
def read(tmp_path: Path) -> Any:
    def read_files(files: Mapping[str, Content], declared: str, query: str = SELECT, above: str = "") -> Raw:
        source, out = tmp_path / "source", tmp_path / "out"
        source.mkdir()
        out.mkdir()
        write(source, files)
        toml = f'{above}\n[inputs.staff]\n{declared}\n[tables]\nemployees = """{query}"""\n'
        (source / "source.toml").write_text(toml)
        return read_tables(read_definition(source), out)

    return read_files


def frame(raw: Raw) -> pl.DataFrame:
    assert not raw.errors
    return pl.read_parquet(raw.tables["employees"])


def skipped(raw: Raw) -> dict[str, int]:
    assert all(warning.leaves_out for warning in raw.warnings)
    return {warning.place: warning.rows for warning in raw.warnings}


def test_sheets_that_match_are_one_table_and_say_which_they_are(read: Any) -> None:
    book = [
        ("Dept Sales", [["No", "Grade"], ["1", "A"]]),
        ("Dept IT", [["No", "Grade"], ["2", "B"]]),
        ("Dept Old", []),
        ("Legend", [["A", "the best"]]),
    ]
    raw = read({"staff 2024.xlsx": book, "other.csv": "a\n1\n"}, 'file = "staff *.xlsx"\nsheet = "Dept *"')
    assert frame(raw).rows() == [
        ("1", "A", "staff 2024.xlsx", "Dept Sales"),
        ("2", "B", "staff 2024.xlsx", "Dept IT"),
    ]
    assert frame(raw).columns == ["No", "Grade", "filename", "sheet"]
    assert "staff 2024.xlsx: 1 hidden or blank sheet not read." in raw.notes
    assert "staff 2024.xlsx: 2 sheets of 4 not read (number 3, 4)." in raw.notes
    assert "1 file of the folder not read, as nothing names them: other.csv." in raw.notes


def test_a_hidden_sheet_matches_no_pattern(tmp_path: Path, read: Any) -> None:
    workbook = openpyxl.Workbook()
    workbook.active.title = "Old"
    workbook.active.sheet_state = "hidden"
    for row in HEADCOUNT:
        workbook.active.append(row)
    sheet = workbook.create_sheet("New")
    for row in HEADCOUNT:
        sheet.append(row)
    workbook.save(tmp_path / "staff.xlsx")
    raw = read({"staff.xlsx": (tmp_path / "staff.xlsx").read_bytes()}, 'file = "staff.xlsx"\nsheet = "*"')
    assert set(frame(raw)["sheet"]) == {"New"}
    assert "staff.xlsx: 1 hidden sheet not read." in raw.notes


def test_a_pattern_without_a_sheet_is_an_error(read: Any) -> None:
    [error] = map(str, read({"staff.xlsx": [("Data", HEADCOUNT)]}, 'file = "staff.xlsx"\nsheet = "Dept *"').errors)
    assert error.startswith("source.toml.inputs.staff.sheet: no sheet of staff.xlsx matches. Correct the pattern")


def test_a_list_of_files_is_one_table_whatever_their_formats(read: Any) -> None:
    files = {
        "a.csv": "No,Grade\n1,A\n",
        "b.xlsx": [("Data", [["No", "Grade"], [2, "B"]])],
        "c.parquet": pl.DataFrame({"No": [3.0], "Grade": ["C"]}),
        "d.jsonl": '{"No": 4, "Grade": "D"}\n',
        "e.csv.gz": gzip.compress(b"No,Grade\n05,E\n"),
    }
    raw = read(files, 'file = ["a.csv", "[b-d].*", "e.csv.gz"]', "select No, Grade from staff")
    assert frame(raw).rows() == [("1", "A"), ("2", "B"), ("3", "C"), ("4", "D"), ("05", "E")]


def test_each_pattern_of_a_list_must_match(read: Any) -> None:
    raw = read({"a.csv": "No\n1\n"}, 'file = ["a.csv", "b.csv", "c-*.csv"]')
    assert [error.rule for error in raw.errors] == [
        "no file 'b.csv' in the folder of source.toml",
        "no file 'c-*.csv' in the folder of source.toml",
    ]


def test_files_of_one_name_in_two_folders_are_both_read(tmp_path: Path, read: Any) -> None:
    for folder in ("2023", "2024"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "staff.csv").write_text(f"No\n{folder}\n")
    raw = read({}, f'file = "{tmp_path}/20*/staff.csv"', "select No from staff")
    assert frame(raw)["No"].to_list() == ["2023", "2024"]


def test_two_rows_of_headings_become_one_name_a_column(tmp_path: Path, read: Any) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for row in (["Staff"], ["No", "Pay", None, "Hired"], [None, "Base", "Bonus", None], [1, 100, 5, "x"]):
        sheet.append(row)
    for place in ("A2:A3", "B2:C2", "D2:D3"):
        sheet.merge_cells(place)
    workbook.save(tmp_path / "staff.xlsx")
    raw = read(
        {"staff.xlsx": (tmp_path / "staff.xlsx").read_bytes()}, 'file = "staff.xlsx"\nheader_row = 2\nheader_rows = 2'
    )
    assert frame(raw).columns == ["No", "Pay Base", "Pay Bonus", "Hired", "filename"]
    assert frame(raw).rows() == [("1", "100", "5", "x", "staff.xlsx")]


def test_two_rows_of_headings_of_a_csv_are_joined(read: Any) -> None:
    text = "No;Pay;;Bonus;\n;2023;2024;2023;2024\n1;10;11;1;2\n"
    raw = read({"staff.csv": text}, 'file = "staff.csv"\ndelimiter = ";"\nheader_rows = 2')
    assert frame(raw).columns[:-1] == ["No", "Pay 2023", "Pay 2024", "Bonus 2023", "Bonus 2024"]
    assert frame(raw).row(0)[:-1] == ("1", "10", "11", "1", "2")


def test_rows_left_out_of_a_csv_are_counted(read: Any) -> None:
    text = "Report\n\nNo,Dept\n1,IT\nTotal IT,1\n2,HR\nTotal HR,1\nGrand total\nPrinted by the system\n"
    raw = read(
        {"staff.csv": text}, 'file = "staff.csv"\nheader_row = 3\nskip_rows = ["total*", "Grand *"]\nskip_last = 1'
    )
    assert frame(raw).rows() == [("1", "IT", "staff.csv"), ("2", "HR", "staff.csv")]
    assert skipped(raw) == {"inputs.staff.skip_rows": 3, "inputs.staff.skip_last": 1}


def test_rows_left_out_of_sheets_are_counted_over_all_of_them(read: Any) -> None:
    sheets = [(name, [["No", "Pay"], ["1", 10], ["Total IT", 10], ["2", 20], ["Sum", 30]]) for name in ("a", "b")]
    raw = read({"staff.xlsx": sheets}, 'file = "staff.xlsx"\nsheet = "*"\nskip_rows = "Total*"\nskip_last = 1')
    assert frame(raw)["No"].to_list() == ["1", "2", "1", "2"]
    assert skipped(raw) == {"inputs.staff.skip_rows": 2, "inputs.staff.skip_last": 2}


def test_totals_of_several_sheets_are_one_note(read: Any) -> None:
    sheets = [(name, [["No", "Pay"], ["1", 10], ["Total", 10]]) for name in ("a", "b")]
    raw = read({"staff.xlsx": sheets}, 'file = "staff.xlsx"\nsheet = "*"')
    assert frame(raw)["No"].to_list() == ["1", "1"]
    assert raw.notes == [
        "staff.xlsx: 2 rows at the end of 2 sheets not read, as totals or remarks; "
        "skip_rows or skip_last under [inputs.staff] in source.toml declares them."
    ]


def test_a_column_without_a_name_is_noted_and_can_be_given_one(read: Any) -> None:
    raw = read({"staff.csv": "No,,Dept\n1,A,IT\n"}, 'file = "staff.csv"')
    assert frame(raw).columns == ["No", "Dept", "filename"]
    assert raw.notes == ["staff.csv: column B has no name; not read. `names` in source.toml can give it one."]


@pytest.mark.parametrize("place", ["B", "2"])
@pytest.mark.parametrize("file", ["staff.csv", "staff.xlsx"])
def test_a_declared_name_is_that_of_a_column_without_one(file: str, place: str, read: Any) -> None:
    content: Content = "No,,Dept\n1,A,IT\n" if file.endswith("csv") else [("s", [["No", None, "Dept"], [1, "A", "IT"]])]
    raw = read({file: content}, f'file = "{file}"\nnames = {{ {place} = "Grade", A = "ignored" }}')
    assert frame(raw).drop("filename").to_dicts() == [{"No": "1", "Grade": "A", "Dept": "IT"}]
    assert raw.notes == []


def test_a_name_declared_for_a_column_cannot_hide_a_refused_one(read: Any) -> None:
    raw = read({"staff.csv": "No,sick_days\n1,7\n"}, 'file = "staff.csv"\nnames = { B = "grade" }')
    assert frame(raw).columns == ["No", "filename"]
    assert raw.refused == ["staff.sick_days"]


@pytest.mark.parametrize("file", ["staff.csv", "staff.xlsx"])
def test_a_file_without_names_gets_all_of_them(file: str, read: Any) -> None:
    content: Content = "1,IT\n2,HR\n" if file.endswith("csv") else [("s", [[1, "IT"], [2, "HR"]])]
    raw = read({file: content}, f'file = "{file}"\nheader_row = 0\nnames = {{ A = "No", B = "Dept" }}')
    assert frame(raw).drop("filename").rows() == [("1", "IT"), ("2", "HR")]


def test_what_files_declares_holds_for_every_input(read: Any) -> None:
    files = {"staff.csv": "Bericht\nNr;Ort\n1;Köln\n".encode("windows-1252")}
    above = '[files]\nencoding = "windows-1252"\ndelimiter = ";"\nheader_row = 2\n'
    assert frame(read(files, 'file = "staff.csv"', above=above)).row(0)[:2] == ("1", "Köln")


def test_an_input_declares_over_files(read: Any) -> None:
    above = '[files]\ndelimiter = ";"\n'
    raw = read({"staff.csv": "No,Dept\n1,IT\n"}, 'file = "staff.csv"\ndelimiter = ","', above=above)
    assert frame(raw).row(0)[:2] == ("1", "IT")


def test_a_row_unlike_the_header_is_named_by_its_line(read: Any) -> None:
    raw = read({"staff.csv": "No,Dept\n1,IT\n\nTotal\n2\n"}, 'file = "staff.csv"\nskip_rows = ["Total"]')
    assert [error.rule for error in raw.errors] == ["line 5 has 1 field where the header has 2"]


def test_a_sheet_column_of_the_file_is_never_mixed_up_with_ours(read: Any) -> None:
    raw = read({"staff.xlsx": [("a", [["No", "Sheet"], ["1", "x"]])]}, 'file = "staff.xlsx"\nsheet = "*"')
    assert "a column named 'sheet'" in str(raw.errors[0])
    assert raw.errors[0].remedy == "Give the one of the sheets another name by sheet_column"


def test_the_column_of_the_sheets_can_have_a_name(read: Any) -> None:
    declared = 'file = "staff.xlsx"\nsheet = "*"\nsheet_column = "department"'
    raw = read({"staff.xlsx": [("IT", HEADCOUNT), ("Sales", HEADCOUNT)]}, declared)
    assert frame(raw)["department"].to_list() == ["IT", "IT", "Sales", "Sales"]


def test_dates_and_numbers_of_parquet_are_text_as_in_excel(read: Any) -> None:
    from datetime import date, datetime

    table = pl.DataFrame(
        {
            "d": [date(2024, 1, 31), None],
            "t": [datetime(2024, 1, 31), datetime(2024, 1, 31, 8, 30)],
            "whole": [12.0, None],
            "part": [1.5, float("nan")],
            "yes": [True, False],
        }
    )
    raw = read({"staff.parquet": table}, 'file = "staff.parquet"')
    assert frame(raw).drop("filename").rows() == [
        ("2024-01-31", "2024-01-31", "12", "1.5", "true"),
        (None, "2024-01-31 08:30:00", None, None, "false"),
    ]


def test_json_is_text_as_it_is_written(read: Any) -> None:
    text = '{"No": "007", "Pay": 10.5, "Hired": "2024-01-31"}\n{"No": "8", "Extra": {"a": 1}}\n'
    raw = read({"staff.ndjson": text}, 'file = "staff.ndjson"')
    assert frame(raw).drop("filename").rows() == [
        ("007", "10.5", "2024-01-31", None),
        ("8", None, None, '{"a":1}'),
    ]


@pytest.mark.parametrize("text", ["no json", '{"a": ', "[1, 2]", ""])
def test_damaged_json_is_an_error(text: str, read: Any) -> None:
    [error] = read({"staff.json": text}, 'file = "staff.json"').errors
    assert error.table == "staff.json"


@pytest.mark.parametrize(
    ("declared", "rule"),
    {
        "no column": ('file = "a.csv"\nnames = { "A1" = "x" }', "write the letters of the column"),
        "no names": ('file = "a.csv"\nheader_row = 0', "no row and no key names the columns"),
        "unknown": ('file = "a.csv"\nskip_row = "x"', "Did you mean 'skip_rows'"),
    }.values(),
)
def test_what_makes_no_sense_is_refused(declared: str, rule: str, tmp_path: Path) -> None:
    (tmp_path / "source.toml").write_text(f'[inputs.a]\n{declared}\n[tables]\nexits = "select 1"')
    with pytest.raises(BadInput, match=rule):
        read_definition(tmp_path)


def test_a_finding_about_rows_left_out_has_a_remedy(read: Any) -> None:
    raw = read({"staff.csv": "No\n1\nTotal\n"}, 'file = "staff.csv"\nskip_rows = ["Total"]')
    [warning] = raw.warnings
    assert isinstance(warning, Finding)
    assert warning.remedy.startswith("Nothing to do if they are totals")
