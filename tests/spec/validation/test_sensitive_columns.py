"""Attributes of employees and items that look like protected or refused data, and that the source does not declare."""

from pathlib import Path
from typing import Any

import pytest
from raw_company import ONE_OF_EACH, PEOPLE, canonical, check

ITEMS = {"surveys": "item", "competencies": "competency", "measures": "name"}


def employees(**attributes: tuple[Any, Any, Any]) -> dict[str, list[dict[str, Any]]]:
    rows = [
        {**person, **{name: values[place] for name, values in attributes.items()}}
        for place, person in enumerate(PEOPLE)
    ]
    return {"employees": rows}


@pytest.mark.parametrize(
    ("values", "name", "subject"),
    [
        (("0", "1", "1"), "GenderID", "gender"),
        (("m", "w", "d"), "Kennung", "gender"),
        (("verheiratet", "ledig", "geschieden"), "Stand", "marital status"),
        (("1985-02-01", "1990-05-31", "1979-12-01"), "day", "age"),
        (("1985", "1990", "1979"), "year", "age"),
        (("Urlaub", "Krankheit", "Urlaub"), "last_leave", "health"),
    ],
)
def test_an_attribute_that_looks_sensitive_is_an_error_until_it_is_declared(
    tmp_path: Path, values: tuple[str, str, str], name: str, subject: str
) -> None:
    tables = employees(**{name: values})
    [error] = check(tmp_path, tables, employee_features=(name,)).errors
    assert (error.table, error.rows) == ("employees", 3)
    assert error.rule == f"looks like {subject}, and source.toml does not say whether it is"
    for declared in ({"protected": (name,)}, {"ignore": frozenset({name})}, {"allow": (name,)}):
        assert check(tmp_path, tables, employee_features=(name,), **declared).errors == ()
    assert len(canonical(tmp_path, "employees").columns) == 4  # the last one, `allow`, made it a feature


def test_hire_dates_and_other_years_of_a_career_are_not_births(tmp_path: Path) -> None:
    tables = employees(graduated=("2012", "2015", "2017"), first_hired=("2010-01-01", "2018-06-01", "2011-03-01"))
    assert check(tmp_path, tables, employee_features=("graduated", "first_hired")).errors == ()


@pytest.mark.parametrize("table", ITEMS)
def test_an_item_that_looks_sensitive_is_an_error_until_it_is_declared(tmp_path: Path, table: str) -> None:
    [row] = ONE_OF_EACH[table]
    tables = {table: [row, {**row, ITEMS[table]: "age_group"}]}
    [error] = check(tmp_path, tables).errors
    assert (error.place, error.rows) == (f"{table}.age_group", 1)
    assert error.rule == "looks like age, and source.toml does not say whether it is"
    rows = {"protected": 1, "ignore": 1, "allow": 2}
    for key, kept in rows.items():
        declared = frozenset({"age_group"}) if key == "ignore" else ("age_group",)
        assert check(tmp_path, tables, **{key: declared}).errors == ()
        assert canonical(tmp_path, table).height == kept


def test_an_unused_attribute_that_looks_protected_is_a_note_that_asks_for_its_review(tmp_path: Path) -> None:
    report = check(tmp_path, employees(GenderID=("0", "1", "1"), hobby=("a", "b", "c")))
    assert report.errors == ()
    assert "employees: gender_id: list it as `protected` to have it in the fairness review." in report.notes
