"""Whose names are published: those of the people who work here by the end of the data, from the source or a file."""

from pathlib import Path

import openpyxl
import polars as pl
import pytest

from features.directory import directory_of
from features.errors import BadInput
from features.source import CrossSection, check_source, load_source

EMPLOYEES = "employee_id,hire_date\na,2018-01-01\nb,2018-01-01\nb,2020-02-01\nc,2018-01-01\nd,2018-01-01\n"
EXITS = "employee_id,exit_date,kind\nb,2019-06-30,voluntary\nc,2020-12-31,other\nd,2021-03-31,voluntary\n"
NAMES = "employee_id,name,email,recorded_at\n" + "".join(
    f"{line}\n"
    for line in ("a,Anna Old,,2019-01-01", "a,Anna New,a@firm.example,2020-05-01", "b,Boris,,", "c,Clara,,", "d,Dora,,")
)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "employees.csv").write_text(EMPLOYEES)
    (folder / "exits.csv").write_text(EXITS)
    (folder / "directory.csv").write_text(NAMES)
    (folder / "source.toml").write_text("complete_until = 2020-12-31\n")
    return folder


def called(source: Path, directory: Path | None = None) -> dict[str, str] | None:
    names = directory_of(load_source(source, source.parent / "staging", directory))
    return None if names is None else dict(names.select("employee_id", "name").rows())


def test_a_person_is_named_until_the_exit_and_by_the_entry_recorded_last(source: Path) -> None:
    """B came back, C left on the last day of the data, D leaves after it."""
    assert called(source) == {"a": "Anna New", "b": "Boris", "d": "Dora"}


def test_a_source_without_names_has_no_directory(source: Path) -> None:
    (source / "directory.csv").unlink()
    assert called(source) is None


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
def test_a_file_beside_the_source_is_read_in_place_of_its_table(form: str, source: Path, tmp_path: Path) -> None:
    file, rows = tmp_path / f"people.{form}", {"Employee ID": ["a", "x"], "Name": ["Änne", "Nobody"]}
    frame = pl.DataFrame(rows)
    if form == "csv":
        frame.write_csv(file)
    elif form == "parquet":
        frame.write_parquet(file)
    else:
        book = openpyxl.Workbook()
        for row in (frame.columns, *frame.rows()):
            book.worksheets[0].append(row)
        book.save(file)
    (source / "directory.csv").write_text("employee_id\nwithout a name\n")  # is not looked at
    assert called(source, file) == {"a": "Änne"}
    report = check_source(source, tmp_path / "staging", file)
    assert report.tables["directory"] == 2
    assert [(found.rule, found.place) for found in report.warnings if found.table == "directory"] == [
        ("about a person who is not in employees", "directory.employee_id")
    ]


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        ("missing.csv", None, "the file does not exist"),
        ("names.docx", "x", "not a format that is read"),
        ("names.csv", "employee_id,email\na,a@firm.example\n", "a required column is missing"),
        ("names.csv", "", "an empty file"),
    ],
)
def test_a_file_that_cannot_be_used_is_an_error_for_both_kinds_of_source(
    name: str, text: str | None, rule: str, source: Path, tmp_path: Path
) -> None:
    file = tmp_path / name
    if text is not None:
        file.write_text(text)
    flat = cross_section(tmp_path)
    for each in (source, flat):
        with pytest.raises(BadInput, match=rule):
            load_source(each, tmp_path / "staging", file)


def cross_section(tmp_path: Path) -> Path:
    folder = tmp_path / "flat"
    folder.mkdir()
    lines = [f"{number},{'Yes' if number == 3 else 'No'},{1000 + number}" for number in range(1, 7)]
    (folder / "people.csv").write_text("\n".join(["Id,Gone,Salary", *lines, ""]))
    (folder / "source.toml").write_text(
        '[cross_section]\nquery = "from \'people.csv\'"\nemployee_id = "Id"\nleft = "Gone = \'Yes\'"\n'
    )
    return folder


def test_people_of_a_cross_section_are_named_from_a_file_unless_they_left(tmp_path: Path) -> None:
    flat, file = cross_section(tmp_path), tmp_path / "names.csv"
    file.write_text("employee_id,name\n1,Anna\n1,Anna\n2,Boris\n2,Bogdan\n3,Clara\n9,Nobody\n")
    loaded = load_source(flat, tmp_path / "staging", file)
    assert isinstance(loaded, CrossSection)
    assert called(flat, file) == {"1": "Anna", "2": "Boris"}
    assert [(found.rule.partition(",")[0], found.rows) for found in loaded.report.warnings] == [
        ("an exact duplicate of another row", 1),
        ("about a person who is not in employees", 1),
        ("contradicts another row about the same person and day", 1),
    ]
    assert called(flat) is None
