"""Validated tables stored for the next run: what is taken from there, and what must be read again."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

import features.source
from features.errors import BadInput
from features.reading.definition.source_definition import read_definition
from features.source import Source, load_source
from features.validated import stored_tables
from features.validated.checked_files import CheckedFiles
from features.validated.fingerprint import fingerprint
from features.validated.steady_sql import is_steady

EMPLOYEES = "employee_id,hire_date,gender\na,2020-01-15,f\nb,2020-02-15,m\n"
EXITS = "employee_id,exit_date,kind\nb,2021-03-05,voluntary\n"
SURVEYS = "employee_id,survey_date,item,score\na,2020-06-30,mood,7\nnobody,2020-06-30,mood,3\n"
TOML = 'name = "tiny"\ncomplete_until = 2021-06-30\n\n[surveys.mood]\ndriver = "conditions"\n'
SQL = """
name = "tiny"
complete_until = 2021-06-30
[inputs.staff]
file = "employees.csv"
[inputs.left]
file = "exits.csv"
[tables]
employees = "with s as (select * from staff) select employee_id, hire_date from s"
exits = "select * from \\"left\\""
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "company"
    folder.mkdir()
    for name, text in {"employees": EMPLOYEES, "exits": EXITS, "surveys": SURVEYS}.items():
        (folder / f"{name}.csv").write_text(text)
    (folder / "source.toml").write_text(TOML)
    return folder


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    return tmp_path / "stored"


def load(source: Path, stored: Path | None, directory: Path | None = None) -> Source:
    loaded = load_source(source, source.parent / "staging", directory, stored=stored)
    assert isinstance(loaded, Source)
    return loaded


def is_taken(source: Path, stored: Path, directory: Path | None = None) -> bool:
    """Whether a load takes the stored tables: these are then the same files as before it."""
    before = file_of(stored / "tables" / "employees.parquet")
    return file_of(load(source, stored, directory).tables["employees"]) == before


def file_of(path: Path) -> int | None:
    return path.stat().st_ino if path.exists() else None


def test_an_unchanged_source_is_taken_with_its_findings(source: Path, stored: Path) -> None:
    first = load(source, stored)
    assert [finding.rows for finding in first.report.warnings if finding.table == "surveys"] == [1]
    assert is_taken(source, stored)
    assert load(source, stored) == first


def test_a_time_of_change_alone_changes_nothing(source: Path, stored: Path) -> None:
    load(source, stored)
    (source / "surveys.csv").write_text(SURVEYS)
    assert is_taken(source, stored)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("surveys.csv", SURVEYS.replace("mood,7", "mood,8")),  # the same number of bytes
        ("exits.csv", EXITS + "a,2021-05-05,other\n"),
        ("source.toml", TOML.replace("2021-06-30", "2021-05-31")),
        ("survey.csv", SURVEYS),  # the report asks whether it is a table
        ("performance.csv", "employee_id,review_date,rating\na,2020-12-31,4\n"),
    ],
)
def test_a_source_that_changed_is_read(source: Path, stored: Path, name: str, text: str) -> None:
    load(source, stored)
    (source / name).write_text(text)
    assert not is_taken(source, stored)
    assert load(source, stored) == load(source, stored)


def test_a_directory_that_changed_is_read(source: Path, stored: Path, tmp_path: Path) -> None:
    directory = tmp_path / "people.csv"
    directory.write_text("employee_id,name\na,Ada\n")
    load(source, stored, directory)
    assert is_taken(source, stored, directory)
    directory.write_text("employee_id,name\na,Eve\n")
    assert not is_taken(source, stored, directory)
    names = load(source, stored, directory).directory
    assert names is not None
    assert pl.read_parquet(names)["name"].to_list() == ["Eve"]


def test_an_upgrade_reads_every_source(source: Path, stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load(source, stored)
    monkeypatch.setattr("features.validated.fingerprint.code_version", lambda: "another version")
    assert not is_taken(source, stored)


def test_protected_attributes_are_neither_stored_nor_given(source: Path, stored: Path) -> None:
    assert load(source, None).protected is not None
    assert load(source, stored).protected is None
    assert sorted(path.name for path in (stored / "tables").iterdir()) == [
        "checked",
        "employees.parquet",
        "exits.parquet",
        "manifest.json",
        "surveys.parquet",
    ]


def test_a_source_with_an_error_is_not_stored(source: Path, stored: Path) -> None:
    load(source, stored)
    (source / "exits.csv").write_text("employee_id,kind\nb,voluntary\n")
    for _ in range(2):
        with pytest.raises(BadInput, match="exit_date"):
            load(source, stored)


def test_a_damaged_store_is_not_used(source: Path, stored: Path) -> None:
    first = load(source, stored)
    (stored / "tables" / "surveys.parquet").unlink()
    assert load(source, stored) == first
    (stored / "tables" / "manifest.json").write_text("{")
    assert load(source, stored) == first
    assert is_taken(source, stored)


def test_a_stored_table_that_lost_a_bit_is_not_used(source: Path, stored: Path) -> None:
    first = load(source, stored)
    _flip_a_bit(stored / "tables" / "surveys.parquet")
    assert not is_taken(source, stored)
    assert load(source, stored) == first


def test_facts_of_the_first_pass_that_lost_a_bit_are_read_again(source: Path, stored: Path, tmp_path: Path) -> None:
    load(source, stored)
    stored_tables.take_checked(stored, tmp_path / "whole")
    damaged = next(path for path in (tmp_path / "whole").iterdir() if path.suffix == ".parquet").name
    _flip_a_bit(stored / "tables" / "checked" / damaged)
    stored_tables.take_checked(stored, tmp_path / "damaged")
    assert not list((tmp_path / "damaged").iterdir())


def _flip_a_bit(file: Path) -> None:
    """Change the file to one of the same size, without changing the files that are linked to it."""
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.unlink()
    file.write_bytes(data)


def test_tables_that_another_run_uses_are_left_alone(source: Path, stored: Path) -> None:
    first = load(source, stored)
    with stored_tables.locked(stored) as is_free:
        assert is_free
        assert not stored_tables.forget(stored)
        assert not is_taken(source, stored)
        assert load(source, stored) == first


def test_the_stored_tables_of_a_person_are_found_and_deleted(source: Path, stored: Path) -> None:
    load(source, stored)
    assert stored_tables.may_hold(stored, "b")
    assert stored_tables.may_hold(stored, "nobody")  # whose rows are left out, and are among those checked
    assert not stored_tables.may_hold(stored, "c")
    assert stored_tables.forget(stored)
    assert not stored_tables.holds_tables(stored)
    assert not stored_tables.may_hold(stored, "b")


def test_queries_over_declared_files_are_stored_too(source: Path, stored: Path) -> None:
    (source / "source.toml").write_text(SQL)
    first = load(source, stored)
    assert is_taken(source, stored)
    (source / "exits.csv").write_text(EXITS.replace("voluntary", "other"))
    assert not is_taken(source, stored)
    assert load(source, stored).data_hash != first.data_hash


def test_interim_files_that_no_later_run_reads_do_not_stay_until_the_end(
    source: Path, stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[Path] = []
    write = features.source.write_checked

    def spy(known: CheckedFiles, *rest: Any) -> None:
        left.extend(known.first_pass.folder.iterdir())
        write(known, *rest)

    monkeypatch.setattr(features.source, "write_checked", spy)
    surveys = '[inputs.asked]\nfile = "surveys.csv"\n[tables]\nsurveys = "select * from asked"'
    (source / "source.toml").write_text(SQL.replace("[tables]", surveys) + '[surveys.mood]\ndriver = "conditions"\n')
    assert "surveys" in load(source, stored).tables
    assert left == []


def test_what_no_fingerprint_covers_is_read_every_time(source: Path) -> None:
    (source / "source.toml").write_text(SQL.replace("from staff", "from 'employees.csv'"))
    assert fingerprint(read_definition(source), None) is None
    (source / "source.toml").write_text('[database]\nurl_env = "DB"\n[tables]\nexits = "select * from e"\n')
    assert fingerprint(read_definition(source), None) is None


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select * from a", True),
        ("with x as (select * from a) select * from x join B using (k)", True),
        ("select age, version, unnest([1, 2]) from a", True),
        ("select * from 'f.csv'", False),
        ("select * from read_csv('f.csv')", False),
        ("select * from a where k in (select k from glob('*'))", False),
        ("select current_date from a", False),
        ("select * from a where d < now()", False),
        ("select * from a using sample 10", False),
        ("select random() from a", False),
        ("pivot a on k using sum(n)", False),
        ("select * from c", False),
        ("select", False),
    ],
)
def test_sql_is_steady_if_it_reads_its_views_only(sql: str, expected: bool) -> None:
    assert is_steady([sql], ["A", "b"]) is expected
