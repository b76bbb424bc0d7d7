"""The comparison with a simulated company's true hazard: by hand, and never at the cost of a finished training."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from features.errors import Finding
from pipeline.judgement.reporting.report import TrueHazard
from pipeline.judgement.true_hazard import TRUTH, true_hazard

DAY = date(2024, 6, 30)
TESTED = pl.DataFrame(
    {
        "employee_id": ["a", "b", "c", "d"],
        "snapshot_date": [DAY] * 4,
        "risk": [0.4, 0.3, 0.2, 0.1],
        "left": [False, True, True, False],
    }
)
HAZARDS = TESTED.select("employee_id", "snapshot_date", hazard=pl.Series([0.02, 0.04, 0.03, 0.01]))


def compared(folder: Path, truth: pl.DataFrame) -> TrueHazard | Finding | None:
    truth.write_parquet(folder / TRUTH)
    return true_hazard(folder, TESTED)


def test_the_share_of_the_way_to_the_true_hazard(tmp_path: Path) -> None:
    # By the hazard both leavers rank above both stayers: AUC 1. By the risk each is above one of two stayers: AUC 0.5.
    assert compared(tmp_path, HAZARDS) == TrueHazard(rows=4, oracle_auc=1.0, auc=0.5, share=0.0)


def test_a_source_without_true_hazards_is_not_compared(tmp_path: Path) -> None:
    assert true_hazard(tmp_path, TESTED) is None


@pytest.mark.parametrize(
    ("truth", "column", "rows"),
    [
        (HAZARDS.drop("hazard"), "hazard", 0),
        (HAZARDS.drop("snapshot_date"), "snapshot_date", 0),
        (HAZARDS.with_columns(hazard=pl.lit("high")), "hazard", 0),
        (HAZARDS.with_columns(hazard=pl.lit(None, pl.Float64)), "hazard", 4),
        (HAZARDS.with_columns(hazard=pl.lit(float("nan"))), "hazard", 4),
        (HAZARDS.with_columns(snapshot_date=pl.lit("in June")), "", 0),
        (pl.concat([HAZARDS, HAZARDS.head(1)]), "", 1),
        (HAZARDS.with_columns(employee_id=pl.lit("z") + pl.col("employee_id")), "", 0),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_a_remedy(
    tmp_path: Path, truth: pl.DataFrame, column: str, rows: int
) -> None:
    finding = compared(tmp_path, truth)
    assert isinstance(finding, Finding)
    assert (finding.table, finding.column, finding.rows) == (TRUTH, column, rows)
    assert finding.remedy


def test_a_file_that_is_not_parquet_is_named(tmp_path: Path) -> None:
    (tmp_path / TRUTH).write_text("employee_id,snapshot_date,hazard\n")
    assert isinstance(true_hazard(tmp_path, TESTED), Finding)


def test_one_outcome_alone_cannot_be_compared(tmp_path: Path) -> None:
    HAZARDS.write_parquet(tmp_path / TRUTH)
    assert isinstance(true_hazard(tmp_path, TESTED.with_columns(left=pl.lit(False))), Finding)
