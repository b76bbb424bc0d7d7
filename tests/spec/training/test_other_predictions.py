"""Predictions of another system are judged on the same rows, and a bad file is an error that says why."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from features.errors import BadInput
from pipeline.dataset.rows import Dataset
from pipeline.judgement.backtest import Backtest
from pipeline.judgement.other_predictions import read_predictions
from pipeline.judgement.other_scores import compared_with
from pipeline.judgement.reporting.report import TrainingReport
from pipeline.registry.report_json import as_json, report_of

DAY = date(2024, 9, 30)


def written(folder: Path, rows: pl.DataFrame) -> Path:
    rows.write_parquet(folder / "theirs.parquet")
    return folder / "theirs.parquet"


def own_risks(company: Dataset, judged: Backtest) -> pl.DataFrame:
    return company.keys[judged.rows].with_columns(risk=pl.Series(judged.risk))


def test_the_same_risks_differ_by_nothing(tmp_path: Path, company: Dataset, judged: Backtest) -> None:
    rows = own_risks(company, judged).sample(fraction=1, shuffle=True, seed=3)
    found = compared_with(company, judged, read_predictions(written(tmp_path, rows), is_dated=True), seed=1)
    assert (found.name, found.rows, found.people, found.missing, found.unused) == ("theirs.parquet", 300, 300, 0, 0)
    assert {(each.value, each.low, each.high) for _, each in found.differences.items()} == {(0.0, 0.0, 0.0)}
    assert found.metrics.auc
    assert found.metrics.auc.value == found.own.auc


def test_missing_and_unused_rows_are_counted_and_left_out_on_both_sides(
    tmp_path: Path, company: Dataset, judged: Backtest
) -> None:
    """Without risks for people 0 to 99, with none given for 100, and with two rows of nobody's test date."""
    rows = own_risks(company, judged).filter(pl.col("employee_id").cast(pl.Int64) >= 100)
    rows = rows.with_columns(risk=pl.when(pl.col("employee_id") != "100").then("risk"))
    added = pl.DataFrame({"employee_id": ["100", "x"], "snapshot_date": [date(2020, 1, 31), DAY], "risk": [0.5, 0.5]})
    file = written(tmp_path, pl.concat([rows, added]))
    found = compared_with(company, judged, read_predictions(file, is_dated=True), seed=1)
    assert (found.rows, found.missing, found.unused) == (199, 101, 2)
    kept = np.array([int(person) > 100 for person in company.keys[judged.rows]["employee_id"]])
    log_loss = -np.log(np.where(judged.left, judged.risk, 1 - judged.risk))[kept].mean()
    assert found.own.log_loss == pytest.approx(log_loss)


def test_a_perfect_forecast_is_shown_to_be_better(tmp_path: Path, company: Dataset, judged: Backtest) -> None:
    rows = own_risks(company, judged).with_columns(risk=pl.Series(judged.left.astype(float) * 0.98 + 0.01))
    found = compared_with(company, judged, read_predictions(written(tmp_path, rows), is_dated=True), seed=1)
    assert found.metrics.auc
    assert found.metrics.auc.value == 1.0
    less = found.differences
    assert less.auc
    assert less.log_loss
    assert less.auc.low > 0 > less.log_loss.high


def test_days_may_be_text_and_ids_numbers(tmp_path: Path) -> None:
    rows = pl.DataFrame({"employee_id": [7, 8], "snapshot_date": ["2024-09-30"] * 2, "risk": [0, None]})
    found = read_predictions(written(tmp_path, rows), is_dated=True).rows
    assert found.rows() == [("7", DAY, 0.0)]


def test_a_cross_section_has_no_dates(tmp_path: Path) -> None:
    rows = pl.DataFrame({"employee_id": ["a"], "risk": [0.25]})
    assert read_predictions(written(tmp_path, rows), is_dated=False).rows.columns == ["employee_id", "other_risk"]


def test_all_that_is_wrong_with_a_file_is_said_at_once(tmp_path: Path) -> None:
    rows = pl.DataFrame(
        {"employee_id": ["a", "a", None, "d"], "snapshot_date": [DAY, DAY, DAY, None], "risk": [0.1, 0.2, 1.5, -2.0]}
    )
    with pytest.raises(BadInput) as error:
        read_predictions(written(tmp_path, rows), is_dated=True)
    found = {(each.column, each.rule, each.rows) for each in error.value.findings}
    assert found == {
        ("risk", "a risk is not a probability", 2),
        ("employee_id", "more than one row of a key", 2),
        ("employee_id", "a key cannot be read", 1),
        ("snapshot_date", "a key cannot be read", 1),
    }
    assert all(each.table == "theirs.parquet" and each.remedy for each in error.value.findings)


def test_text_in_place_of_risks_is_counted(tmp_path: Path) -> None:
    rows = pl.DataFrame({"employee_id": ["a", "b"], "snapshot_date": [DAY, DAY], "risk": ["high", "0.5"]})
    with pytest.raises(BadInput, match=r"theirs\.parquet\.risk: a risk is not a number \(1 row\)") as error:
        read_predictions(written(tmp_path, rows), is_dated=True)
    assert "high" not in str(error.value)


def test_a_file_of_another_shape_or_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.parquet: no such file"):
        read_predictions(tmp_path / "none.parquet", is_dated=True)
    (tmp_path / "text.parquet").write_text("employee_id,risk")
    with pytest.raises(BadInput, match="not a Parquet file"):
        read_predictions(tmp_path / "text.parquet", is_dated=True)
    with pytest.raises(BadInput) as error:
        read_predictions(written(tmp_path, pl.DataFrame({"employee_id": ["a"]})), is_dated=True)
    assert [each.column for each in error.value.findings] == ["snapshot_date", "risk"]


def test_predictions_of_other_people_are_refused_with_the_dates_that_count(
    tmp_path: Path, company: Dataset, judged: Backtest
) -> None:
    rows = pl.DataFrame({"employee_id": ["nobody"], "snapshot_date": [DAY], "risk": [0.5]})
    for few in (rows, own_risks(company, judged).head(4)):
        with pytest.raises(BadInput, match=r"fewer than 5 of the people who were tested.*2024-09-30"):
            compared_with(company, judged, read_predictions(written(tmp_path, few), is_dated=True), seed=1)


def test_the_report_keeps_the_comparison(tmp_path: Path, company: Dataset, judged: Backtest) -> None:
    file = written(tmp_path, own_risks(company, judged))
    found = compared_with(company, judged, read_predictions(file, is_dated=True), seed=1)
    assert report_of(as_json(TrainingReport("a company", other_system=found))).other_system == found
