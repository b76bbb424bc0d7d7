"""The directory: which names, addresses and languages are taken, and that nothing else of a source depends on it."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from raw_company import PEOPLE, Rows, canonical, check

from features.source import Source, load_source

ANNA: dict[str, Any] = {"employee_id": "anna", "name": "Anna Muster", "email": "anna@company.example", "language": "de"}
ODD_NAMES = ("Ю", "D'Arcy O’Neil", "<script>alert(1)</script>", "=CMD", "محمد علي", "👩‍👩‍👧 Nima", "x" * 200)


def warnings(folder: Path, rows: Rows, **expected: Any) -> list[tuple[str, str, int]]:
    report = check(folder, {"directory": rows}, **expected)
    assert report.errors == ()
    return [(found.rule, found.place, found.rows) for found in report.warnings]


def names(folder: Path) -> list[str]:
    return canonical(folder, "directory")["name"].to_list()


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_name_is_kept_as_it_is_spelt(name: str, tmp_path: Path) -> None:
    assert warnings(tmp_path, [{**ANNA, "name": name}]) == []
    assert names(tmp_path) == [name]


def test_a_name_becomes_one_line_without_marks_that_turn_the_text_around(tmp_path: Path) -> None:
    assert warnings(tmp_path, [{**ANNA, "name": " Anna\n\u202e \tMuster\u2069\u00a0von\u2028Ow "}]) == []
    assert names(tmp_path) == ["Anna Muster von Ow"]


@pytest.mark.parametrize("name", ["x" * 201, "Anna\x07", "\u202e\u200b"])
def test_a_name_that_cannot_be_shown_is_left_out_and_counted(name: str, tmp_path: Path) -> None:
    rule = "a name that cannot be shown: over 200 characters, or with a control character"
    assert warnings(tmp_path, [{**ANNA, "name": name}]) == [(rule, "directory.name", 1)]
    assert names(tmp_path) == []


@pytest.mark.parametrize("email", ["anna", "a@b@c", "Anna <anna@company.example>", "a b@c.example", f"{'a' * 65}@c.d"])
def test_what_is_no_address_is_taken_as_empty_and_counted(email: str, tmp_path: Path) -> None:
    assert warnings(tmp_path, [{**ANNA, "email": email}]) == [
        ("not an e-mail address; taken as empty", "directory.email", 1)
    ]
    assert canonical(tmp_path, "directory").rows() == [("anna", "Anna Muster", None, "de", None)]


def test_what_is_no_language_is_taken_as_empty_and_counted(tmp_path: Path) -> None:
    assert warnings(tmp_path, [{**ANNA, "language": "русский"}]) == [
        ("not the code of a language; taken as empty", "directory.language", 1)
    ]
    assert canonical(tmp_path, "directory").rows() == [("anna", "Anna Muster", "anna@company.example", None, None)]


def test_a_name_of_nobody_in_employees_is_left_out_and_counted(tmp_path: Path) -> None:
    assert warnings(tmp_path, [ANNA, {**ANNA, "employee_id": "dora"}]) == [
        ("about a person who is not in employees", "directory.employee_id", 1)
    ]
    assert names(tmp_path) == ["Anna Muster"]


def test_of_two_names_of_one_person_one_entry_counts_whole(tmp_path: Path) -> None:
    other = {"employee_id": "anna", "name": "Anna Ohm", "email": "ohm@company.example", "language": "en"}
    rule = "contradicts another row about the same person and day, which counts whole instead"
    assert warnings(tmp_path, [ANNA, other]) == [(rule, "directory.employee_id", 1)]
    assert canonical(tmp_path, "directory").rows() == [("anna", "Anna Ohm", "ohm@company.example", "en", None)]


def test_a_name_recorded_later_contradicts_nothing(tmp_path: Path) -> None:
    assert warnings(tmp_path, [ANNA, {**ANNA, "name": "Anna Ohm", "recorded_at": "2019-05-01"}]) == []
    assert sorted(names(tmp_path)) == ["Anna Muster", "Anna Ohm"]


def test_the_name_of_somebody_who_left_is_read(tmp_path: Path) -> None:
    assert warnings(tmp_path, [{**ANNA, "employee_id": "boris", "recorded_at": "2020-08-01"}]) == []
    assert names(tmp_path) == ["Anna Muster"]


def test_the_day_of_an_entry_does_not_move_the_end_of_the_data(tmp_path: Path) -> None:
    rows = [{**ANNA, "recorded_at": "2020-09-01"}]
    report = check(tmp_path, {"directory": rows}, complete_until=None)
    assert report.complete_until == date(2020, 3, 31)


def test_the_directory_is_no_table_of_facts_and_changes_no_hash(tmp_path: Path) -> None:
    (tmp_path / "employees.csv").write_text(
        "employee_id,hire_date\n" + "".join(f"{each['employee_id']},{each['hire_date']}\n" for each in PEOPLE)
    )
    (tmp_path / "exits.csv").write_text("employee_id,exit_date,kind\nboris,2020-03-31,voluntary\n")
    hashes = set()
    for text in ("", "employee_id,name\nanna,Anna Muster\n", "employee_id,name\nanna,Anna Ohm\n"):
        if text:
            (tmp_path / "directory.csv").write_text(text)
        source = load_source(tmp_path, tmp_path.parent / "staging")
        assert isinstance(source, Source)
        assert set(source.tables) == {"employees", "exits"}
        assert (source.directory is None) == (not text)
        hashes.add(source.data_hash)
    assert len(hashes) == 1
