"""source.toml: its meaning, and each mistake with its message."""

from pathlib import Path

import pytest

from features.contract.tables import TABLES
from features.errors import BadInput
from features.reading.definition.source_definition import read_definition
from features.reading.definition.source_toml import FileFormats, Queries, TextFormat

MISTAKES = {
    "unknown key": ('nam = "x"', "source.toml.nam: unknown key. Did you mean 'name'?"),
    "key below a section": (
        '[tables]\nexits = "select 1"\nhorizon_months = 3',
        "source.toml.tables.horizon_months: unknown table. It belongs at the top of the file",
    ),
    "unknown table": (
        '[tables]\nemployes = "select 1"',
        "source.toml.tables.employes: unknown table. Did you mean 'employees'?",
    ),
    "unknown driver": (
        '[surveys.mood]\ndriver = "condition"',
        "source.toml.surveys.mood.driver: unknown value. Did you mean 'conditions'?",
    ),
    "unknown driver of a cross-section": (
        '[cross_section]\nquery = "x"\nemployee_id = "x"\nleft = "x"\n[cross_section.drivers]\npays = ["x"]',
        "source.toml.cross_section.drivers.pays: unknown value. Did you mean 'pay'?",
    ),
    "missing key": (
        '[database]\n[tables]\nexits = "select 1"',
        "source.toml.database.url_env: missing key. Add the key",
    ),
    "schema of a database whose queries run there": (
        '[database]\nurl_env = "HR"\nschema = "hr"\n[tables]\nexits = "select 1"',
        "source.toml.database.schema: no effect. Name the schema in the queries, or the tables to read",
    ),
    "misspelt schema": (
        '[database]\nurl_env = "HR"\nshema = "hr"\n[tables]\nexits = "select 1"',
        "source.toml.database.shema: unknown key. Did you mean 'schema'?",
    ),
    "a table that is a view too": (
        '[database]\nurl_env = "HR"\n[database.read]\nstaff = "s"\n[prepare]\nStaff = "select 1"\n'
        '[tables]\nexits = "select 1"',
        "source.toml.staff: a name twice.",
    ),
    "date in quotes": ('complete_until = "2024-12-31"', "complete_until: not a date. Write a date without quotes"),
    "number in quotes": ('horizon_months = "6"', "horizon_months: not a whole number. Write a whole number without"),
    "text that is a number": ("[tables]\nexits = 3", "source.toml.tables.exits: not a text. Write a text in quotes"),
    "list that is a text": ('ignore = "x"', 'source.toml.ignore: not a list. Write a list, such as ["one", "two"]'),
    "section that is a number": ("tables = 3", "source.toml.tables: not a section. Write it as a section of its own"),
    "number out of range": ("horizon_months = 0", "source.toml.horizon_months: wrong value."),
    "unknown encoding": ('[files]\nencoding = "cp1q"', "source.toml.files.encoding: wrong value. write an encoding"),
    "date format without a year": ('[files]\ndate_format = "%d.%m"', "source.toml.files.date_format: wrong value."),
    "date format with an unknown part": (
        '[files]\ndate_format = "%d.%m.%Y %Q"',
        "source.toml.files.date_format: wrong value. %Q is not supported",
    ),
    "encoding that is not of text": ('[files]\nencoding = "hex"', "source.toml.files.encoding: wrong value."),
    "decimal that is none": ('[files]\ndecimal = ";"', "source.toml.files.decimal: unknown value. Write one of:"),
    "one mark for two": (
        '[files.compensation]\nthousands = "."',
        "source.toml.files.compensation.thousands: one mark with two meanings.",
    ),
    "files with SQL": (
        '[files]\nencoding = "utf-16"\n[tables]\nexits = "select 1"',
        "source.toml.files.encoding: no effect beside SQL. Declare it under [inputs.NAME] for the file",
    ),
    "a format of a table without a query": (
        '[files.surveys]\ndecimal = ","\n[tables]\nexits = "select 1"',
        "source.toml.files.surveys: no effect. Add the query under [tables], or remove it",
    ),
    "a format of a table beside a cross-section": (
        '[files.surveys]\ndecimal = ","\n[cross_section]\nquery = "select 1"\nemployee_id = "a"\nleft = "b"',
        "source.toml.files.surveys: no effect. Declare it under [files]",
    ),
    "a table that Spark reads too": (
        '[tables]\nexits = "select 1"\n[spark.tables]\nexits = "select 1"',
        "source.toml.spark.tables.exits: a table twice. Keep the query under [tables] or that under [spark.tables]",
    ),
    "no table that Spark reads": ("[spark.tables]", "source.toml.spark.tables: empty. Add a query per table"),
    "unknown table of Spark": (
        '[spark.tables]\nsurvey = "select 1"',
        "source.toml.spark.tables.survey: unknown key. Did you mean 'surveys'?",
    ),
    "format of a table that Spark reads": (
        '[spark.tables]\nsurveys = "select 1"\n[files.surveys]\ndecimal = ","',
        "source.toml.files.surveys: no effect. Convert its text in the query",
    ),
    "a cross-section and tables that Spark reads": (
        '[spark.tables]\nsurveys = "select 1"\n[cross_section]\nquery = "x"\nemployee_id = "x"\nleft = "x"',
        "source.toml.spark: no effect. It needs [tables] with dates",
    ),
    "database without SQL": ('[database]\nurl_env = "X"', "source.toml.database: no effect. Add the [tables]"),
    "views without SQL": ('[prepare]\na = "select 1"', "source.toml.prepare: no effect. Add the [tables]"),
    "no query": ("[tables]", "source.toml.tables: empty. Add a query per table"),
    "period upside down": (
        "complete_from = 2024-02-01\ncomplete_until = 2024-01-01",
        "source.toml.complete_from: later than complete_until.",
    ),
    "protected attribute as a feature": (
        'employee_features = ["Gender"]',
        "source.toml.employee_features.Gender: a protected attribute.",
    ),
    "refused attribute as a feature": (
        'employee_features = ["religion"]',
        "source.toml.employee_features.religion: refused data.",
    ),
    "refused measure": ('[measures.sick_days]\ndriver = "pay"', "source.toml.measures.sick_days: refused data."),
    "broken TOML": ('name = "x"\n[tables', "source.toml: not valid TOML at line 2."),
    "single backslash": (r'name = "\d"', r"In SQL write '''…''' around a query with \ in it."),
}


def write(folder: Path, text: str) -> Path:
    (folder / "source.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_source_toml_is_named_with_its_place_and_remedy(mistake: str, tmp_path: Path) -> None:
    text, message = MISTAKES[mistake]
    with pytest.raises(BadInput) as bad:
        read_definition(write(tmp_path, text))
    assert message in str(bad.value)


def test_all_mistakes_are_reported_at_once(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as bad:
        read_definition(write(tmp_path, 'nam = "x"\nhorizon_months = "6"\n[tables]\nemployes = "select 1"'))
    assert {finding.column for finding in bad.value.findings} == {"nam", "horizon_months", "tables.employes"}


def test_every_table_can_have_a_query_and_a_format() -> None:
    assert set(Queries.model_fields) == set(TABLES)
    assert set(FileFormats.model_fields) - set(TextFormat.model_fields) == set(TABLES)


def test_a_tables_declaration_wins_over_the_one_for_all_files(tmp_path: Path) -> None:
    text = '[files]\ndecimal = ","\nthousands = "."\n[files.compensation]\ndecimal = "."\nthousands = ","\n'
    definition = read_definition(write(tmp_path, text))
    assert definition.text_format("compensation") == TextFormat(decimal=".", thousands=",")
    assert definition.text_format("surveys") == TextFormat(decimal=",", thousands=".")


def test_a_folder_without_source_toml_has_the_defaults_and_its_own_name(tmp_path: Path) -> None:
    definition = read_definition(tmp_path)
    assert (definition.name, definition.queries) == (tmp_path.name, {})
    assert (definition.settings.horizon_months, definition.settings.snapshot_every_months) == (6, 1)


def test_a_byte_order_mark_in_source_toml_is_ignored(tmp_path: Path) -> None:
    (tmp_path / "source.toml").write_text('\ufeffname = "x"\r\n', encoding="utf-8")
    assert read_definition(tmp_path / "source.toml").name == "x"


def test_the_line_of_a_query_counts_from_the_start_of_its_text(tmp_path: Path) -> None:
    text = (
        'name = "x"\n\n[prepare]\nexits = "select 0"\n\n[tables]\nexits = "select 1"\n'
        'employees = """\nselect\n  1"""\nmeasures = """select\n  2"""\n'
    )
    definition = read_definition(write(tmp_path, text))
    assert definition.line_of("prepare", "exits") == 4
    assert definition.line_of("tables", "exits", 3) == 7
    assert [definition.line_of("tables", "employees", offset) for offset in (0, len("select\n "))] == [9, 10]
    assert definition.line_of("tables", "measures", len("select\n ")) == 12
