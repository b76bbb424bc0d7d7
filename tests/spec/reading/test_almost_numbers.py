"""Numbers that are almost numbers: one reader for tables, attributes and cross-sections; two readings are refused."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from source_files import rows, write

from features.source import CrossSection, load_source

TWO = "numbers with a point before three digits, which can mean two things"


def pay(*values: str) -> str:
    return "employee_id,base_pay\n" + "".join(f'{n},"{value}"\n' for n, value in enumerate(values))


@pytest.mark.parametrize(
    ("values", "is_refused"),
    {
        "one": (["42.700"], True),
        "beside whole numbers": (["42.700", "38", "1200"], True),
        "a longer fraction": (["42.700", "38.1"], False),
        "too long before the point": (["42.700", "1234.500"], False),
        "less than one": (["42.700", "0.500"], False),
        "no point": (["42700"], False),
        "marks for no value": (["42.700", "."], True),
    }.values(),
)
def test_a_point_before_three_digits_is_refused_unless_it_cannot_group(
    values: list[str], is_refused: bool, read: Any
) -> None:
    found = [finding for finding in read({"compensation.csv": pay(*values)}).errors if finding.rule == TWO]
    assert [(finding.column, finding.rows) for finding in found] == ([("base_pay", 1)] if is_refused else [])


@pytest.mark.parametrize(
    ("declared", "expected"),
    [('decimal = "."', "42.700"), ('decimal = ","\nthousands = "."', "42700"), ('thousands = ","', "42.700")],
)
def test_what_is_declared_decides_what_a_point_means(declared: str, expected: str, read: Any) -> None:
    raw = read({"compensation.csv": pay("42.700"), "source.toml": f"[files]\n{declared}\n"})
    assert rows(raw, "compensation") == [("0", expected)]


def test_a_point_in_a_small_number_never_groups(read: Any) -> None:
    """Grouped digits make at least one thousand; a score goes to ten."""
    csv = "employee_id,survey_date,item,score\n1,2020-01-31,mood,4.125\n2,2020-01-31,mood,3.500\n"
    assert [row[3] for row in rows(read({"surveys.csv": csv}), "surveys")] == ["4.125", "3.500"]


def test_cells_that_excel_holds_as_numbers_have_one_reading(read: Any) -> None:
    cells = [["employee_id", "base_pay"], [1, 42.125], [2, 38.375]]
    raw = read({"compensation.xlsx": [("x", cells)]})
    assert rows(raw, "compensation") == [("1", "42.125"), ("2", "38.375")]


def test_cells_of_numbers_and_of_text_are_not_mixed_up(read: Any) -> None:
    """With a point for thousands the text is 42,700 and the cell 38 and a bit."""
    cells = [["employee_id", "base_pay"], [1, "42.700"], [2, 38.375]]
    raw = read({"compensation.xlsx": [("x", cells)], "source.toml": '[files]\ndecimal = ","\nthousands = "."\n'})
    [finding] = raw.errors
    assert (finding.column, finding.rows) == ("base_pay", 2)
    assert "In Excel, make every cell of the column a number" in finding.remedy


@pytest.mark.parametrize("form", ["csv", "parquet", "sql"])
def test_marks_for_no_value_become_unknown_and_are_counted(form: str, read: Any) -> None:
    values = ["1000", "NA", "n/a", "-", "#N/A", "null", "k.A.", "н/д"]
    files: dict[str, Any] = {"compensation.csv": pay(*values)}
    if form == "parquet":
        files = {"compensation.parquet": pl.DataFrame({"base_pay": values})}
    if form == "sql":
        files = {
            "pay.csv": pay(*values),
            "source.toml": "[tables]\ncompensation = \"select base_pay from 'pay.csv'\"\n",
        }
    raw = read(files)
    assert pl.read_parquet(raw.tables["compensation"])["base_pay"].to_list() == ["1000", *[None] * 7]
    [warning] = raw.warnings
    assert (warning.table, warning.column, warning.rows) == ("compensation", "base_pay", 7)
    assert warning.rule == "a mark for no value, such as NA, n/a or -; taken as unknown"


def test_marks_for_no_date_become_unknown_and_are_counted(read: Any) -> None:
    csv = "employee_id,hire_date,observed_from\n1,31/01/2020,-\n2,2020-02-29,n/a\n"
    raw = read({"employees.csv": csv})
    assert rows(raw, "employees") == [("1", "2020-01-31", None), ("2", "2020-02-29", None)]
    assert [(warning.column, warning.rows) for warning in raw.warnings] == [("observed_from", 2)]


def test_text_that_looks_like_a_mark_stays_in_columns_of_text(read: Any) -> None:
    csv = "employee_id,effective_date,department\nNA,2020-01-31,NA\n"
    assert rows(read({"assignments.csv": csv}), "assignments") == [("NA", "2020-01-31", "NA")]


TOML = """
[cross_section]
query = "select * from study"
employee_id = "id"
left = "gone = 'yes'"
{more}
[inputs.study]
file = "study.csv"
{files}
"""


def cross_section(folder: Path, column: list[str], *, more: str = "", files: str = "") -> CrossSection:
    lines = [f'{n},{"yes" if n % 3 else "no"},{n % 4},"{value}"' for n, value in enumerate(column)]
    write(folder, {"study.csv": "\n".join(["id,gone,level,x", *lines, ""]), "source.toml": TOML.format(**locals())})
    book = load_source(folder, folder.parent / "staging")
    assert isinstance(book, CrossSection)
    return book


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "study").mkdir()
    return tmp_path / "study"


def test_nine_marks_do_not_make_numbers_a_category(folder: Path) -> None:
    book = cross_section(folder, [str(n) for n in range(40)] + ["NA"] * 9)
    assert book.frame["x"].to_list() == [float(n) for n in range(40)] + [None] * 9
    assert [(each.column, each.rows) for each in book.report.warnings] == [("x", 9)]


@pytest.mark.parametrize(
    ("column", "expected"),
    {
        "codes": (["007", "008", "007"], ["007", "008", "007"]),
        "words": (["1", "two", "1"], ["1", "two", "1"]),
        "yes and no": (["Yes", "No", ""], [1.0, 0.0, None]),
        "fractions": (["1.5", "2", "2.25"], [1.5, 2.0, 2.25]),
    }.values(),
)
def test_a_column_of_a_cross_section_is_a_number_if_every_value_is(
    column: list[str], expected: list[object], folder: Path
) -> None:
    assert cross_section(folder, column).frame["x"].to_list() == expected


@pytest.mark.parametrize("value", ["42.700", "1,234", "1 234"])
def test_a_cross_section_refuses_what_has_two_readings(value: str, folder: Path) -> None:
    with pytest.raises(Exception, match=r"cross_section\.x: numbers with .*which can mean two things \(1 row\)"):
        cross_section(folder, [value, "5", "7"])


@pytest.mark.parametrize(
    ("value", "declared", "expected"),
    [
        ("42.700", 'decimal = "."', 42.7),
        ("42.700", 'decimal = ","\nthousands = "."', 42_700.0),
        ("1,5", 'decimal = ","', 1.5),
    ],
)
def test_what_files_declares_holds_for_a_cross_section(
    value: str, declared: str, expected: float, folder: Path
) -> None:
    book = cross_section(folder, [value, "5", "7"], files=f"[files]\n{declared}")
    assert book.frame["x"].to_list() == [expected, 5.0, 7.0]


def test_dates_written_in_any_way_are_left_out_of_a_cross_section(folder: Path) -> None:
    book = cross_section(folder, ["31.01.2020", "29.02.2020", "31.01.2020"])
    assert "cross_section.x: left out: it is a date, and a cross-section has none." in book.report.notes


def test_an_attribute_with_marks_is_a_number_too(tmp_path: Path) -> None:
    folder = tmp_path / "company"
    folder.mkdir()
    people = "".join(f"{n},2020-01-31,{'NA' if n == 3 else n}.5\n".replace("NA.5", "NA") for n in range(6))
    write(
        folder,
        {
            "employees.csv": f"employee_id,hire_date,commute\n{people}",
            "exits.csv": "employee_id,exit_date,kind\n1,2022-03-31,voluntary\n",
            "source.toml": 'employee_features = ["Commute"]\n',
        },
    )
    source = load_source(folder, tmp_path / "staging")
    commute = pl.read_parquet(source.tables["employees"]).sort("employee_id")["commute"]
    assert commute.to_list() == [0.5, 1.5, 2.5, None, 4.5, 5.5]
    assert [(each.column, each.rows) for each in source.report.warnings] == [("commute", 1)]
