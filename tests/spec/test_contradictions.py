"""Two rows about one person and day: one of them counts, whole, and the other is counted as left out."""

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.validation import batches
from features.validation.expectations import Expectations
from features.validation.report import Report
from features.validation.validate import validate

RULE = "contradicts another row about the same person and day, which counts whole instead"
MAIN = {"department": "Finance", "job": "Porter", "level": 1, "fte": 0.5}
SECOND = {"department": "Sales", "job": "Accountant", "level": 7, "fte": 0.4}

Row = dict[str, Any]


def validated(folder: Path, table: str, rows: list[Row]) -> tuple[Report, list[Row]]:
    """The report, and the table's rows for anna, who is here from 2019 on."""
    people = [
        {"employee_id": "anna", "hire_date": date(2019, 3, 1)},
        {"employee_id": "boris", "hire_date": date(2019, 1, 1)},
    ]
    tables = {
        "employees": people,
        "exits": [{"employee_id": "boris", "exit_date": date(2020, 5, 1), "kind": "voluntary"}],
        table: [{"employee_id": "anna", **row} for row in rows],
    }
    raw = {name: folder / f"{name}.parquet" for name in tables}
    for name, given in tables.items():
        pl.DataFrame(given, infer_schema_length=None).write_parquet(raw[name])
    report = validate(raw, Expectations(complete_until=date(2020, 12, 31)), folder / "canonical")
    return report, pl.read_parquet(folder / "canonical" / f"{table}.parquet").to_dicts()


@pytest.mark.parametrize("order", [[MAIN, SECOND], [SECOND, MAIN]])
def test_of_two_jobs_held_at_once_the_one_with_the_higher_fte_counts_whole(order: list[Row], tmp_path: Path) -> None:
    report, rows = validated(tmp_path, "assignments", [{"effective_date": date(2019, 3, 1), **job} for job in order])
    assert [(found.rule, found.place, found.rows) for found in report.warnings] == [
        (RULE, "assignments.effective_date", 1)
    ]
    assert [{name: row[name] for name in MAIN} for row in rows] == [MAIN]


@pytest.mark.parametrize("order", ["MN", "NM"])
def test_of_two_rows_alike_in_the_preferred_figures_the_greater_of_the_other_columns_decides(
    order: str, tmp_path: Path
) -> None:
    managers = {"M": "anna", "N": "boris"}
    rows = [{"effective_date": date(2019, 3, 1), "fte": 1.0, "manager_id": managers[name]} for name in order]
    _, kept = validated(tmp_path, "assignments", rows)
    assert [row["manager_id"] for row in kept] == ["boris"]


def test_two_plans_recorded_on_different_days_before_they_take_effect_are_a_correction(tmp_path: Path) -> None:
    day = date(2020, 6, 1)
    rows = [
        {"effective_date": day, "base_pay": 90_000.0, "recorded_at": date(2020, 3, 1)},
        {"effective_date": day, "base_pay": 20_000.0, "recorded_at": date(2020, 4, 1)},
    ]
    report, kept = validated(tmp_path, "compensation", rows)
    assert report.warnings == ()
    assert len(kept) == 2


def test_of_two_exits_of_one_day_and_kind_one_counts_whole(tmp_path: Path) -> None:
    rows = [{"exit_date": date(2020, 5, 1), "kind": "other", "reason": reason} for reason in ("moved", "retired")]
    report, kept = validated(tmp_path, "exits", rows)
    assert [(found.rule, found.place, found.rows) for found in report.warnings] == [(RULE, "exits.exit_date", 1)]
    assert [row["reason"] for row in kept] == ["retired"]


def test_a_change_told_in_parts_keeps_all_its_rows(tmp_path: Path) -> None:
    day = {"effective_date": date(2019, 9, 1)}
    parts = [
        {**day, "level": 3, "manager_id": None, "reason": "promotion"},
        {**day, "level": None, "manager_id": "boris", "reason": "manager_change"},
    ]
    report, rows = validated(tmp_path, "assignments", parts)
    assert report.warnings == ()
    assert {(row["level"], row["manager_id"], row["reason"]) for row in rows} == {
        (3, None, "promotion"),
        (None, "boris", "manager_change"),
    }


def test_the_later_recorded_of_two_rows_is_a_correction_and_no_contradiction(tmp_path: Path) -> None:
    day = date(2019, 3, 1)
    rows = [
        {"effective_date": day, "base_pay": 20_000.0, "recorded_at": date(2019, 4, 1)},
        {"effective_date": day, "base_pay": 90_000.0, "recorded_at": date(2019, 3, 1)},
    ]
    report, kept = validated(tmp_path, "compensation", rows)
    assert report.warnings == ()
    assert len(kept) == 2


def test_a_contradiction_across_batches_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BATCH_ROWS", 1)
    rows = [{"review_date": date(2020, 6, 1), "rating": rating} for rating in (1.0, 5.0, 3.0)]
    report, kept = validated(tmp_path, "performance", rows)
    assert [(found.rule, found.rows) for found in report.warnings] == [(RULE, 2)]
    assert [row["rating"] for row in kept] == [5.0]


def test_answers_to_two_items_on_one_day_do_not_contradict_each_other(tmp_path: Path) -> None:
    rows = [{"survey_date": date(2020, 6, 1), "item": item, "score": 4.0} for item in ("pay", "team")]
    report, kept = validated(tmp_path, "surveys", rows)
    assert report.warnings == ()
    assert len(kept) == 2
