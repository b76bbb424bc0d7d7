"""A manager who is nobody: the row stays, the manager is unknown from that day, and the team of the one before ends."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.build import feature_table, organisation
from features.source import Source, load_source

FILES: Mapping[str, str] = {
    "source.toml": "complete_until = 2024-12-31",
    "employees.csv": "employee_id,hire_date\n" + "".join(f"{who},2020-01-01\n" for who in ("ann", "bob", "cid", "max")),
    "exits.csv": "employee_id,exit_date,kind\ncid,2023-06-10,voluntary\n",
    "assignments.csv": """employee_id,effective_date,department,level,manager_id
ann,2020-01-01,sales,1,max
bob,2020-01-01,sales,1,max
ann,2024-01-01,finance,,Interim
ann,2024-05-01,,2,
ann,2024-09-01,,,max
""",
}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    folder = tmp_path_factory.mktemp("company")
    for name, text in FILES.items():
        (folder / name).write_text(text)
    loaded = load_source(folder, tmp_path_factory.mktemp("staging") / "tables")
    assert isinstance(loaded, Source)
    return loaded


@pytest.fixture
def on(source: Source, tmp_path: Path) -> Any:
    def features(day: date) -> dict[str, dict[str, Any]]:
        [path] = feature_table(source, [day], tmp_path)
        return {row["employee_id"]: row for row in pl.read_parquet(path).to_dicts()}

    return features


@pytest.mark.parametrize(
    ("day", "department", "level", "manager"),
    [
        (date(2023, 12, 31), "sales", 1, "max"),
        (date(2024, 1, 31), "finance", 1, None),
        (date(2024, 5, 31), "finance", 2, None),  # an empty manager_id: unchanged, so still unknown
        (date(2024, 9, 30), "finance", 2, "max"),
    ],
)
def test_the_row_stays_and_the_manager_is_unknown(
    source: Source, day: date, department: str, level: int, manager: str | None
) -> None:
    ann = organisation(source, day).row(by_predicate=pl.col("employee_id") == "ann", named=True)
    assert (ann["department"], ann["level"], ann["manager_id"]) == (department, level, manager)


def test_a_person_under_an_unknown_manager_is_in_no_team(on: Any) -> None:
    june = on(date(2024, 6, 30))
    assert (june["ann"]["department"], june["ann"]["level"]) == ("finance", 2)
    assert june["max"]["direct_reports"] == 1
    assert june["bob"]["team_size"] == 1
    for name in ("team_size", "months_with_manager", "manager_tenure", "manager_has_left"):
        assert june["ann"][name] is None, name


def test_a_manager_who_cannot_be_told_from_the_one_before_is_no_change_of_manager(on: Any) -> None:
    assert on(date(2024, 6, 30))["ann"]["manager_changes_12m"] == 0


def test_time_with_a_manager_who_is_known_again_starts_on_that_day(on: Any) -> None:
    assert on(date(2024, 9, 30))["ann"]["months_with_manager"] == pytest.approx(29 / 30.4375)
