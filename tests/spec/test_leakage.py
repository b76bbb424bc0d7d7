"""The leak guard: a planted leak of each kind is named, and an honest feature is not."""

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


def dataset(**columns: list[float | None]) -> Dataset:
    keys = pl.DataFrame({"employee_id": [str(row) for row in range(ROWS)]}).with_columns(
        snapshot_date=pl.lit(date(2024, 6, 30))
    )
    features = {name: Feature(name, "pay", name, "", "now", "unknown") for name in columns}
    return Dataset(keys, pl.DataFrame(columns), LEFT, features)


def honest() -> list[float | None]:
    return [float(row % 7) for row in range(ROWS)]


def named(data: Dataset, *allowed: str) -> list[str]:
    return [finding.column for finding in suspects(data, np.arange(ROWS), allowed)]


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
    findings = suspects(dataset(leak=leak), np.arange(ROWS))
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


def test_the_remedy_names_both_ways_out() -> None:
    [finding] = suspects(dataset(leak=[float(left) for left in LEFT]), np.arange(ROWS))
    assert '"leak" to `ignore`' in finding.remedy
    assert "--allow-suspect leak" in finding.remedy


def test_an_allowed_suspect_passes() -> None:
    assert named(dataset(leak=[float(left) for left in LEFT]), "leak") == []


def test_only_evaluated_rows_count() -> None:
    leak = [float(left) if row < 500 else 0.0 for row, left in enumerate(LEFT)]
    assert [finding.column for finding in suspects(dataset(leak=leak), np.arange(500, ROWS))] == []
