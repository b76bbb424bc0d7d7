"""What a column holds: by words in nine languages and technical names, and by its values, never by one alone."""

from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest
from drafts import Draw
from source_files import write

from features.drafting.exports.export import read_export
from features.drafting.questions import Interview
from features.drafting.recognition.columns import Recognised
from features.drafting.recognition.roles import recognise
from features.drafting.recognition.shapes import shape_of

ANSWERS = {"exit_kinds": {"move": "voluntary"}, "complete_from": "2020-01-01", "complete_until": "2021-12-31"}
DAYS = ["05.02.2019", "17.03.2020", "28.04.2021"]


def recognised(folder: Path, text: str | bytes) -> Recognised:
    export = folder / "export"
    export.mkdir()
    write(export, {"staff.csv": text})
    return recognise(read_export(export, folder, folder).tables, Interview({}))[0]


@pytest.mark.parametrize(
    ("role", "names"),
    [
        ("hire_date",
         "Hire Date|Eintrittsdatum|Дата приема|"
         "Date d'embauche|Fecha de alta|Data assunzione|"
         "Data de admissão|Data zatrudnienia|Datum in dienst|hireDate"),
        ("exit_date",
         "Termination Date|Austrittsdatum|Дата увольнения|"
         "Date de sortie|Fecha de baja|Data cessazione|"
         "Data de desligamento|Data zwolnienia|Datum uit dienst|terminationDate"),
        ("valid_from",
         "Effective Date|Gültig ab|Дата изменения|"
         "Date d'effet|Fecha efectiva|Data decorrenza|"
         "Vigência desde|Ważne od|Ingangsdatum|BEGDA"),
    ],
)  # fmt: skip
def test_dates_are_recognised_in_nine_languages(tmp_path: Path, role: str, names: str) -> None:
    for number, name in enumerate(names.split("|")):
        folder = tmp_path / str(number)
        folder.mkdir()
        table = recognised(folder, f"id;{name}\n" + "".join(f"{number};{day}\n" for number, day in enumerate(DAYS)))
        assert table.one(role), name


@pytest.mark.parametrize(
    ("role", "names"),
    [
        ("department",
         "Department|Abteilung|Подразделение|"
         "Service|Departamento|Reparto|"
         "Dział|Afdeling|ORGEH|homeDept"),
        ("manager",
         "Reports To|Vorgesetzter|Руководитель|"
         "Responsable|Jefe|Responsabile|"
         "Gestor|Przełożony|Leidinggevende|Manager as of Effective Date"),
        ("exit_reason",
         "Leaving Reason|Austrittsgrund|Основание увольнения|"
         "Motif de sortie|Motivo de baja|Motivo cessazione|"
         "Motivo do desligamento|Przyczyna zwolnienia|Reden uitdiensttreding|TerminationReason"),
    ],
)  # fmt: skip
def test_texts_are_recognised_in_nine_languages(tmp_path: Path, role: str, names: str) -> None:
    for number, name in enumerate(names.split("|")):
        folder = tmp_path / str(number)
        folder.mkdir()
        table = recognised(folder, f"x;{name}\n1;A\n2;B\n3;A\n4;B\n")
        assert table.one(role), name


def test_a_name_whose_values_do_not_fit_has_no_role(tmp_path: Path) -> None:
    table = recognised(tmp_path, "employee_id,Hire Date,Salary\n1,yes,high\n2,no,low\n")
    assert table.one("hire_date") is None
    assert table.one("pay") is None


def test_protected_and_refused_columns_have_no_role(tmp_path: Path) -> None:
    table = recognised(tmp_path, "Personalnummer,Anrede,Konfession,Krankheitstage\n1,Herr,ev,3\n2,Frau,rk,0\n")
    assert table.table.refused == ("Konfession", "Krankheitstage")
    assert [(each.name, each.subject.what) for each in table.sensitive] == [("Anrede", "gender")]


def test_titles_encoding_and_delimiter_are_found(tmp_path: Path) -> None:
    text = "Сотрудники;;\nПериод: 01.02.2019 - 31.12.2021;;\n"
    text += "Табельный номер;Дата приема;Подразделение\n01;05.02.2019;Цех\n02;17.03.2020;Цех\n"
    table = recognised(tmp_path, text.encode("windows-1251")).table
    declared = table.parts[0].declared
    assert (declared.encoding, declared.delimiter, declared.header_row) == ("windows-1251", ";", [3])
    assert table.frame["Подразделение"].to_list() == ["Цех", "Цех"]
    assert len(table.titles) == 2


def test_polish_letters_are_read(tmp_path: Path) -> None:
    text = "Numer pracownika;Dział;Płeć\n1;Księgowość;K\n2;Sprzedaż;M\n"
    assert recognised(tmp_path, text.encode("windows-1250")).table.frame["Dział"].to_list() == [
        "Księgowość",
        "Sprzedaż",
    ]


def read_with(sql: str, values: list[str | None]) -> list[object]:
    frame = pl.DataFrame({"c": values}, schema={"c": pl.String}).to_arrow()  # noqa: F841 (DuckDB reads it by name)
    return [row[0] for row in duckdb.sql(f"select {sql} from frame").fetchall()]


@pytest.mark.parametrize(
    ("values", "days"),
    [
        (["2020-01-31", "2020-02-01 00:00:00"], [date(2020, 1, 31), date(2020, 2, 1)]),
        (["31.01.2020", "31.12.9999"], [date(2020, 1, 31), None]),
        (["01/31/2020", "02/01/2020"], [date(2020, 1, 31), date(2020, 2, 1)]),
        (["31/01/2020", "01/02/2020"], [date(2020, 1, 31), date(2020, 2, 1)]),
        (["20200131", "99991231"], [date(2020, 1, 31), None]),
        (["31-Jan-2020", "31-Dec-4712"], [date(2020, 1, 31), None]),
        (["5 Feb 2020", "17 Mar 2020"], [date(2020, 2, 5), date(2020, 3, 17)]),
        (["43861", "43862"], [date(2020, 1, 31), date(2020, 2, 1)]),
        (["2020-01", "2020-02"], [date(2020, 1, 31), date(2020, 2, 29)]),
        (["31.01.2020", "00.00.0000"], [date(2020, 1, 31), None]),
    ],
)
def test_dates_are_read_as_they_are_written(values: list[str], days: list[date | None]) -> None:
    shape = shape_of("c", pl.Series("c", values))
    assert shape.as_date is not None
    assert read_with(shape.as_date.sql("c"), values) == days


@pytest.mark.parametrize(
    ("values", "numbers"),
    [
        (["4.916,31", "12,5"], [4916.31, 12.5]),
        (["65,880.00", "12.50"], [65880.0, 12.5]),
        (["37 190,00", "144 734,50"], [37190.0, 144734.5]),
        (["37\u00a0190,00", "1\u202f000,00"], [37190.0, 1000.0]),
        (["12'345.60", "99.00"], [12345.6, 99.0]),
        (["19.59 EUR", "20.00 EUR"], [19.59, 20.0]),
        (["€ 1,200", "€ 950"], [1200.0, 950.0]),
        (["50 %", "100 %"], [50.0, 100.0]),
    ],
)
def test_numbers_are_read_as_they_are_written(values: list[str], numbers: list[float]) -> None:
    shape = shape_of("c", pl.Series("c", values))
    assert shape.as_number is not None
    assert read_with(shape.as_number.sql("c"), values) == numbers


@pytest.mark.parametrize(
    "values", [["00102", "00103"], ["Cole1", "Berg2"], ["2020-01-31", "2020-02-01"], ["n 5", "a 7"]]
)
def test_codes_names_and_dates_are_no_numbers(values: list[str]) -> None:
    assert shape_of("c", pl.Series("c", values)).as_number is None


def test_the_name_of_a_form_before_the_column_does_not_matter(tmp_path: Path) -> None:
    table = recognised(tmp_path, "Employee #,Employment status: Date,Employment status: Status\n1,05 Feb 2019,Active\n")
    assert [column.name for column in table.all("valid_from")] == ["Employment status: Date"]
    assert [column.name for column in table.all("status")] == ["Employment status: Status"]


def test_a_table_whose_only_column_is_named_like_that_of_the_file_names_does_no_harm(drafted: Draw) -> None:
    roster = "employee_id,hire_date,exit_date,exit_reason\n1,2018-01-01,,\n2,2018-02-01,2020-05-31,move\n"
    made = drafted({"roster.csv": roster, "files.csv": "filename\n1\n2\n"}, ANSWERS)
    assert made.rows("exits", "employee_id") == [("2",)]


def test_columns_that_are_named_like_counts_are_counted(drafted: Draw) -> None:
    roster = (
        "employee_id,hire_date,exit_date,exit_reason,count,rows\n1,2018-01-01,,,a,x\n2,2018-02-01,2020-05-31,move,b,y\n"
    )
    made = drafted({"roster.csv": roster}, ANSWERS)
    assert made.rows("exits", "employee_id") == [("2",)]
