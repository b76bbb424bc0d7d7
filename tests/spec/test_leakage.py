"""The leak guard: a planted leak of each kind is named, and an honest feature is not."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from features.catalogue.feature import Feature
from pipeline.dataset.rows import Dataset
from pipeline.judgement.guards.leakage import suspects

ROWS = 1000
LEFT = np.arange(ROWS) % 10 == 0
"""Every tenth leaves."""


def dataset(**columns: Sequence[float | str | None]) -> Dataset:
    keys = pl.DataFrame({"employee_id": [str(row) for row in range(ROWS)]}).with_columns(
        snapshot_date=pl.lit(date(2024, 6, 30))
    )
    features = {name: Feature(name, "pay", name, "", "now", "unknown") for name in columns}
    return Dataset(keys, pl.DataFrame(columns), LEFT, features)


def honest() -> list[float | None]:
    return [float(row % 7) for row in range(ROWS)]


def named(data: Dataset, *allowed: str) -> list[str]:
    return [finding.column for finding in suspects(data, np.arange(ROWS), allowed).findings]


@pytest.mark.parametrize("direction", [1.0, -1.0])
def test_a_separating_value_is_named_in_either_direction(direction: float) -> None:
    leak = [direction * (float(left) + row % 3 / 10) for row, left in enumerate(LEFT)]
    assert named(dataset(honest=honest(), leak=leak)) == ["leak"]


def test_nan_does_not_hide_a_separating_value() -> None:
    leak = [np.nan if row == 1 else float(left) + row % 3 / 10 for row, left in enumerate(LEFT)]
    assert named(dataset(honest=honest(), leak=leak)) == ["leak"]


def test_a_separating_null_pattern_is_named() -> None:
    leak = [None if left else float(row % 5) for row, left in enumerate(LEFT)]
    assert named(dataset(honest=honest(), leak=leak)) == ["leak"]


def test_a_zero_that_multiplies_the_exit_rate_is_named_though_it_separates_little() -> None:
    # 100 of 1,000 leave. Of 102 rows with the value 0, 50 left (49 %); of the 898 others 50 (5.6 %): 8.7 times.
    left_rows, stayed_rows = np.flatnonzero(LEFT), np.flatnonzero(~LEFT)
    zero = set(left_rows[:50]) | set(stayed_rows[:52])
    leak = [0.0 if row in zero else float(row % 9 + 1) for row in range(ROWS)]
    findings = suspects(dataset(leak=leak), np.arange(ROWS)).findings
    assert [(finding.column, finding.rows) for finding in findings] == [("leak", 102)]


def test_a_single_leaver_among_the_other_rows_does_not_make_a_value_suspect() -> None:
    # Of 870 rows with the value 0, 99 left (11 %); of the 130 others one (.8 %). Ten times by the figures, but that one
    # leaver could as well have been five: the interval of the ratio begins near 2.6.
    others = set(np.flatnonzero(LEFT)[:1]) | set(np.flatnonzero(~LEFT)[:129])
    honest = [float(row % 3 + 1) if row in others else 0.0 for row in range(ROWS)]
    assert named(dataset(transfers=honest)) == []


def test_a_value_shared_by_a_whole_department_is_not_suspect() -> None:
    # The value 3.5 stands on 110 rows of which 60 left: the people of a department that was closed.
    left_rows, stayed_rows = np.flatnonzero(LEFT), np.flatnonzero(~LEFT)
    closed = set(left_rows[:60]) | set(stayed_rows[:50])
    assert named(dataset(exits=[3.5 if row in closed else float(row % 9) for row in range(ROWS)])) == []


def some(leavers: int, stayers: int) -> set[int]:
    """That many of the 100 who left and of the 900 who stayed."""
    return {*np.flatnonzero(LEFT)[:leavers].tolist(), *np.flatnonzero(~LEFT)[:stayers].tolist()}


def test_a_figure_that_is_known_of_those_who_leave_is_named() -> None:
    # Known of 60 people, of whom 40 left (67 %); of the 940 others 60 left (6.4 %): ten times, with few rows.
    known = some(40, 20)
    late = [float(row % 7) if row in known else None for row in range(ROWS)]
    data = dataset(honest=honest(), review=late)
    [finding] = suspects(data, np.arange(ROWS), table_of={"review": "performance"}).findings
    assert (finding.column, finding.rows) == ("review", 60)
    assert finding.rule.startswith("multiplies the exit rate by 10.4 where it is known: 67% of those left")
    assert "computed from performance" in finding.rule


def test_two_texts_that_both_hold_the_outcome_are_named() -> None:
    # Each text is right about four in five leavers and nine in ten stayers, among values that many people share.
    first, second = some(80, 90), some(100, 90) - some(20, 0)
    texts = {
        name: [f"{'gone' if row in held else 'here'} {row % 4}" for row in range(ROWS)]
        for name, held in (("note", first), ("remark", second))
    }
    jobs = [f"job {row % 9}" for row in range(ROWS)]
    assert named(dataset(job=jobs, **texts)) == ["note", "remark"]


def test_a_small_group_of_whom_all_left_is_named_and_a_smaller_one_could_be_a_team() -> None:
    def codes(leavers: int) -> list[str]:
        held = some(leavers, 0)
        return ["Z9" if row in held else f"A{row % 12}" for row in range(ROWS)]

    [finding] = suspects(dataset(code=codes(12)), np.arange(ROWS)).findings
    assert (finding.column, finding.rows) == ("code", 12)
    assert named(dataset(code=codes(9))) == []


def test_a_flag_that_most_leavers_carry_is_named_and_a_department_that_closed_is_not() -> None:
    # 60 of the 100 leavers and 30 of the 900 stayers: 67 % of them left, and 4.4 % of the others.
    closed = some(60, 30)
    flag = [1.0 if row in closed else 2.0 for row in range(ROWS)]
    department = ["Riga" if row in closed else f"Oslo {row % 7}" for row in range(ROWS)]
    assert named(dataset(flag=flag, department=department)) == ["flag"]


def test_the_rows_of_one_person_count_once() -> None:
    # Twelve rows of whom all left, but of three people only: that is no evidence.
    held = some(12, 0)
    code: list[float | None] = [7.0 if row in held else float(row % 6 + 10) for row in range(ROWS)]
    data = dataset(code=code)
    people = [f"P{min(row, 20) // 10 if row in held else row}" for row in range(ROWS)]
    same = replace(data, keys=data.keys.with_columns(employee_id=pl.Series(people)))
    assert named(data) == ["code"]
    assert named(same) == []


def test_the_remedy_names_both_ways_out() -> None:
    [finding] = suspects(dataset(leak=[float(left) for left in LEFT]), np.arange(ROWS)).findings
    assert '"leak" to `ignore`' in finding.remedy
    assert "--allow-suspect leak" in finding.remedy


def test_an_allowed_suspect_passes() -> None:
    assert named(dataset(leak=[float(left) for left in LEFT]), "leak") == []


def test_only_evaluated_rows_count() -> None:
    leak = [float(left) if row < 500 else 0.0 for row, left in enumerate(LEFT)]
    assert [finding.column for finding in suspects(dataset(leak=leak), np.arange(500, ROWS)).findings] == []
