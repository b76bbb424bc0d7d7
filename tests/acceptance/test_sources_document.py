"""The documents about sources: their tables are the contract's, and their examples are run as printed."""

import json
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import openpyxl
import polars as pl
import pytest
from documents import blocks, page, section, table_lines

from features.calendar import month_end
from features.contract.tables import REQUIRED_TABLES, TABLES, column_order, column_type, required_columns
from features.drafting.templates.template import read_template
from features.reading.definition.source_definition import read_definition
from features.source import Source, load_source

PAGE = "\n".join(page(f"docs/{name}.md") for name in ("sources", "files-and-databases", "worked-sources"))

Retention = Callable[..., CompletedProcess[str]]


def payroll(folder: Path) -> None:
    """40 people, a file a month of 2022 and 2023. E00, E04 … E36 leave after March, May … September; 4 join in June."""
    for index in range(24):
        day = month_end(date(2022, 1, 31), index)
        lines = ["Employee No,Department,Title,Hire Date,Gross Month"]
        for n in range(40):
            first, hired = (5, "13/06/2022") if n % 10 == 9 else (0, "15/03/2018")
            last = 2 + n // 2 if n % 4 == 0 else 23
            gross = 3000 + 10 * n + (150 if day.year == 2023 else 0)
            if first <= index <= last:
                lines.append(f'E{n:02},{"Sales" if n % 2 else "Finance"},Clerk,{hired},"{gross:,.2f}"')
        (folder / f"payroll-{day:%Y-%m}.csv").write_text("\n".join(lines))


def hris(folder: Path) -> None:
    """30 people; 1003, 1006, 1009, 1012, 1015 leave, and 1003 comes back. With the usual defects of such exports."""
    people, places, pay = [], [], []
    for k in range(1, 31):
        hired = f"{k:02}.04.2016" if k <= 20 else f"01.{k - 20:02}.2021"
        chief = "" if k == 1 else "1001"
        people.append(f"{1000 + k};Müller;{hired};{1960 + k};{'w' if k % 2 else 'm'};{'Lehre' if k % 3 else 'Studium'}")
        places.append(
            f"{1000 + k};{hired};Vertrieb;Sachbearbeiter;2;{chief};{'80,0' if k % 4 == 0 else '100,0'};Einstellung"
        )
        pay += [
            f"{1000 + k};{hired};{40 + k // 10}.{k % 10}00,50;€",
            f"{1000 + k};01.01.2022;{42 + k // 10}.{k % 10}00,50;€",
        ]
        if k % 2 == 0:
            places.append(f"{1000 + k};01.01.2022;;;3;;;Beförderung")
        if k % 5 == 0:
            places.append(f"{1000 + k};01.07.2022;Einkauf;;;;;Versetzung")
    people.append("1003;Müller;01.02.2023;1963;w;Studium")
    places += ["1003;01.02.2023;Einkauf;Sachbearbeiter;2;1001;100,0;Einstellung", places[1]]
    exits = "1003;31.03.2022;15.02.2022;10 1006;30.06.2022;02.05.2022;10 1009;30.09.2022;30.09.2022;20".split()
    exits += "1012;31.12.2022;01.03.2022;30 1015;31.03.2023;10.01.2023;10".split()
    exits += "0999;31.05.2021;01.04.2021;10 1020;31.12.9999;01.04.2016;40".split()
    for name, header, rows in (
        ("Personal", "Personalnummer;Nachname;Eintritt;Geburtsjahr;Geschlecht;Ausbildung", people),
        ("Stellen", "Personalnummer;Gültig ab;Abteilung;Stelle;Stufe;Vorgesetzter;Beschäftigungsgrad;Grund", places),
        ("Entgelt", "Personalnummer;Gültig ab;Jahresgehalt;Währung", pay),
        ("Austritte", "Personalnummer;Austritt;Erfasst am;Grundcode", exits),
    ):
        (folder / f"{name}.csv").write_bytes("\r\n".join([header, *rows]).encode("windows-1252"))


def snapshot_book(folder: Path) -> None:
    """25 people, a sheet a year from 2019. 5, 10, 15, 20 are last in 2019, 2020, 2021, 2022; 7 joins in 2021."""
    book = openpyxl.Workbook()
    del book["Sheet"]
    for year in range(2019, 2024):
        sheet = book.create_sheet(f"31.12.{year}")
        sheet.append(["No", "Department", "Grade", "Salary", "Hired"])
        for n in range(1, 26):
            hired = date(2021, 5, 17) if n == 7 else date(2015, 4, 1)
            last = 2018 + n // 5 if n % 5 == 0 else 2023
            if hired.year <= year <= last:
                salary = 30_000 + 1_000 * n + 500 * (year - 2019)
                sheet.append([n, "Plant" if n % 2 else "Office", 1 + n // 10, salary, hired])
    book.save(folder / "headcount.xlsx")


def one_row_a_person(folder: Path) -> None:
    """60 people, every fourth of whom has left."""
    lines = ["Id,Left,Department,Salary,Overtime,Satisfaction,Gender,Age,Exit Interview,Company"]
    for n in range(1, 61):
        left, interview = ("Yes", "done") if n % 4 == 0 else ("No", "")
        about = f"{'Sales' if n % 2 else 'Research'},{2000 + 25 * n},{'Yes' if n % 3 else 'No'},{1 + n % 5}"
        lines.append(f"{n},{left},{about},{'f' if n % 2 else 'm'},{20 + n % 40},{interview},Acme")
    (folder / "people.csv").write_text("\n".join(lines))


def two_mistakes(folder: Path) -> None:
    (folder / "employees.csv").write_text("employee_id,hire_date\nA17,2019-03-01\nB02,March 2021\n")
    (folder / "exits.csv").write_text("employee_id,exit_date,kind\nB02,2024-06-30,resigned\n")


EXAMPLES: dict[str, Callable[[Path], None]] = {
    "A payroll and nothing else": payroll,
    "An export of an HR system": hris,
    "A workbook with a sheet per year": snapshot_book,
    "A cross-section": one_row_a_person,
}


@pytest.fixture(scope="module")
def source(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an example: synthetic files, and the source.toml printed in the document."""
    folder = tmp_path_factory.mktemp("source")
    EXAMPLES[request.param](folder)
    [toml] = blocks(section(PAGE, request.param), "toml")[:1]
    (folder / "source.toml").write_text(toml)
    return folder


@cache
def check(retention: Retention, source: Path, exit_code: int = 0) -> tuple[str, dict[str, Any]]:
    """What `retention check` prints on a terminal of 100 columns, and its JSON."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "100")
        done = retention("check", source, "--json", "-", var=source.parent / "var", exit_code=exit_code)
    report = done.stderr.removeprefix("· reading and validating\n")
    return "\n".join(line.rstrip() for line in report.splitlines()) + "\n", json.loads(done.stdout)


def features(retention: Retention, source: Path, *dates: str) -> pl.DataFrame:
    """The table that `retention features` writes, for all snapshot dates or the given ones."""
    out = source.parent / "features.parquet"
    chosen = [part for day in dates for part in ("--snapshot-date", day)]
    retention("features", source, "--out", out, *chosen, var=source.parent / "var")
    return pl.read_parquet(out)


def loaded(source: Path) -> Source:
    """The example's canonical tables."""
    tables = load_source(source, source.parent / "tables")
    assert isinstance(tables, Source)
    return tables


def rows(source: Path, table: str, employee_id: str, *columns: str) -> list[tuple[Any, ...]]:
    """One person's rows of a canonical table, in order of date."""
    frame = pl.read_parquet(loaded(source).tables[table]).filter(employee_id=employee_id)
    return sorted(frame.select(columns).rows())


def contract_lines(table: str) -> list[str]:
    """The lines that the document must have for a table; a star marks a required column."""
    lines = []
    for name in column_order(table)[:-1]:
        description = TABLES[table].columns[name].description
        star = "*" if name in required_columns(table) else ""
        lines.append(f"| `{name}`{star} | {kind_of(table, name)} | {description} |")
    return lines


def kind_of(table: str, name: str) -> str:
    """A column's type in words, with its range or list if it has one."""
    dtype = column_type(table, name)
    if dtype.is_temporal():
        return "date or time" if dtype == pl.Datetime else "date"
    if dtype == pl.Boolean:
        return "true or false"
    word = "text" if dtype == pl.String else "whole number" if dtype == pl.Int64 else "number"
    column = TABLES[table].columns[name]
    if column.allowed:
        return "one of " + ", ".join(column.allowed)
    if column.high is not None:
        return f"{word}, {column.low} to {column.high}"
    if column.above is not None:
        return f"{word} above {column.above}"
    return word if column.low is None else f"{word}, {column.low} or more"


@pytest.mark.parametrize("table", TABLES)
def test_the_document_lists_the_columns_of_the_contract(table: str) -> None:
    heading = f"`{table}`" + ("*" if table in REQUIRED_TABLES else "")
    assert table_lines(section(PAGE, heading)) == contract_lines(table)


def test_the_document_describes_the_columns() -> None:
    lines = set(table_lines(PAGE))
    assert "| `reason` | text | why, in the source's words |" in lines
    assert "| `level` | whole number | seniority; higher is more senior |" in lines
    assert "| `closed_at` | date or time | when it was done; empty = still open |" in lines
    assert "| `base_pay`* | number above 0 | for a year of full time |" in lines
    assert "| `overtime_hours` | number, 0 to 744 | hours of overtime |" in lines


TEMPLATES = blocks(section(PAGE, "Add a template"), "toml")


def test_the_template_of_the_document_is_accepted() -> None:
    [toml] = TEMPLATES
    assert read_template("ours", toml).title == "Our old HR system"


@pytest.mark.parametrize(
    "toml", [each for each in blocks(PAGE, "toml") if each not in TEMPLATES], ids=lambda text: text.splitlines()[0]
)
def test_every_source_toml_of_the_document_is_accepted(toml: str, tmp_path: Path) -> None:
    (tmp_path / "source.toml").write_text(toml)
    assert read_definition(tmp_path).text == toml


def test_the_document_has_a_section_for_each_example() -> None:
    worked = section(PAGE, "Four worked sources")
    assert [line[3:] for line in worked.splitlines() if line.startswith("## ")] == list(EXAMPLES)


@pytest.mark.parametrize("source", EXAMPLES, indirect=True)
def test_the_check_accepts_every_example(source: Path, retention: Retention) -> None:
    _, report = check(retention, source)
    assert report["errors"] == []


def test_the_report_of_two_mistakes_is_the_one_in_the_document(tmp_path: Path, retention: Retention) -> None:
    source = tmp_path / "source"
    source.mkdir()
    two_mistakes(source)
    printed, report = check(retention, source, exit_code=2)
    assert printed == blocks(section(PAGE, "What the check says"), "text")[0]
    assert [(error["table"], error["column"], error["rows"]) for error in report["errors"]] == [
        ("employees", "hire_date", 1),
        ("exits", "kind", 1),
    ]


@pytest.mark.parametrize("source", ["A payroll and nothing else"], indirect=True)
def test_a_payroll_gives_exits_by_disappearance(source: Path, retention: Retention) -> None:
    """26 stay for 24 files, 4 are in 19, and ten leavers in 3, 5 … 21: 624 + 76 + 120 rows."""
    _, report = check(retention, source)
    assert report["people"] == 40
    assert report["voluntary_exits"] == 10
    assert report["tables"]["compensation"] == 820
    assert (report["complete_from"], report["complete_until"]) == ("2022-01-31", "2023-12-31")
    assert rows(source, "exits", "E00", "exit_date", "kind") == [(date(2022, 4, 29), "voluntary")]
    assert rows(source, "employees", "E09", "hire_date", "observed_from") == [(date(2022, 6, 13), date(2022, 6, 30))]
    assert rows(source, "compensation", "E01", "effective_date", "base_pay")[11:13] == [
        (date(2022, 12, 31), 12 * 3010.0),
        (date(2023, 1, 31), 12 * 3160.0),
    ]


@pytest.mark.parametrize("source", ["A payroll and nothing else"], indirect=True)
def test_people_in_a_months_payroll_are_at_risk_at_its_end(source: Path, retention: Retention) -> None:
    """E00 is in the file of March and not in that of April; the four of June are in that of June."""
    table = features(retention, source, "2022-03-31", "2022-04-30", "2022-06-30")
    counted = table.group_by("snapshot_date").len().sort("snapshot_date")["len"].to_list()
    assert counted == [36, 35, 38]
    assert "E00" in table.filter(snapshot_date=date(2022, 3, 31))["employee_id"]
    assert "E00" not in table.filter(snapshot_date=date(2022, 4, 30))["employee_id"]


@pytest.mark.parametrize("source", ["An export of an HR system"], indirect=True)
def test_an_export_is_read_in_its_encoding_with_its_dates_and_decimals(source: Path, retention: Retention) -> None:
    """Five of 30 leave, three voluntarily; the rows of 0999 and 9999 are left out."""
    _, report = check(retention, source)
    assert report["people"] == 30
    assert report["tables"] == {"employees": 31, "assignments": 53, "compensation": 60, "exits": 7}
    assert report["voluntary_exits"] == 3
    assert {(entry["table"], entry["column"]): entry["rows"] for entry in report["warnings"]} == {
        ("assignments", ""): 1,
        ("exits", "employee_id"): 1,
        ("exits", "exit_date"): 1,
    }
    assert rows(source, "compensation", "1007", "effective_date", "base_pay", "currency") == [
        (date(2016, 4, 7), 40_700.5, "EUR"),
        (date(2022, 1, 1), 42_700.5, "EUR"),
    ]
    assert rows(source, "exits", "1003", "exit_date", "kind", "recorded_at") == [
        (date(2022, 3, 31), "voluntary", date(2022, 2, 15))
    ]
    assert rows(source, "exits", "1012", "kind") == [("other",)]
    assert rows(source, "assignments", "1010", "effective_date", "department", "level", "fte", "reason") == [
        (date(2016, 4, 10), "Vertrieb", 2, 1.0, "hire"),
        (date(2022, 1, 1), None, 3, None, "promotion"),
        (date(2022, 7, 1), "Einkauf", None, None, "transfer"),
    ]


@pytest.mark.parametrize("source", ["An export of an HR system"], indirect=True)
def test_an_export_separates_protected_attributes_and_makes_rehires_spells(source: Path, retention: Retention) -> None:
    """Four of 30 are gone for good; 1003 is back, and was not at risk between notice and rehire."""
    assert loaded(source).protected_names == ("gender", "birth_year")
    table = features(retention, source, "2022-02-28", "2023-12-31")
    last = table.filter(snapshot_date=date(2023, 12, 31))
    assert last.height == 26
    assert last.filter(employee_id="1003")["spell"].item() == 2
    assert not table.filter(pl.col("employee_id") == "1003", pl.col("snapshot_date") == date(2022, 2, 28)).height
    assert last.filter(employee_id="1006").is_empty()
    assert last.filter(employee_id="1010").select("level", "department", "education").row(0) == (
        3.0,
        "Einkauf",
        "Lehre",
    )
    assert not {"gender", "birth_year"} & set(table.columns)


@pytest.mark.parametrize("source", ["A workbook with a sheet per year"], indirect=True)
def test_a_yearly_headcount_puts_exits_between_two_snapshots(source: Path, retention: Retention) -> None:
    """25 people in five sheets but for those who left or came: 125 - 4 - 3 - 2 - 1 - 2 = 113 rows."""
    _, report = check(retention, source)
    assert report["people"] == 25
    assert report["tables"]["compensation"] == 113
    assert report["voluntary_exits"] == 4
    assert rows(source, "exits", "10", "exit_date") == [(date(2021, 12, 30),)]
    assert rows(source, "employees", "7", "hire_date", "observed_from") == [(date(2021, 5, 17), date(2021, 12, 31))]
    assert rows(source, "compensation", "3", "effective_date", "base_pay")[1] == (date(2020, 12, 31), 33_500.0)


@pytest.mark.parametrize("source", ["A workbook with a sheet per year"], indirect=True)
def test_people_in_a_yearly_snapshot_are_at_risk_on_its_day(source: Path, retention: Retention) -> None:
    """24 of 2019 (7 is not there yet); 5 goes; then 7 comes and 10 goes; then 15 and 20."""
    counted = features(retention, source).group_by("snapshot_date").len().sort("snapshot_date")
    assert counted.rows() == [
        (date(year, 12, 31), people) for year, people in zip(range(2019, 2024), (24, 23, 23, 22, 21), strict=True)
    ]


@pytest.mark.parametrize("source", ["A cross-section"], indirect=True)
def test_a_cross_section_has_one_row_per_person_without_columns_that_reveal_the_outcome(
    source: Path, retention: Retention
) -> None:
    """Every fourth of 60 left. A Yes is 1."""
    _, report = check(retention, source)
    assert (report["people"], report["voluntary_exits"]) == (60, 15)
    table = features(retention, source)
    assert table.columns == ["employee_id", "Department", "Salary", "Overtime", "Satisfaction"]
    assert table.filter(employee_id="8").row(0) == ("8", "Research", 2200.0, 1.0, 4.0)
