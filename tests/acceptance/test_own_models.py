"""`retention train --estimator` and `--compare`, on a cross-section of 500 people."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from pipeline.model.calibration import risk_of

SOURCE = """
[cross_section]
query = "select * from 'people.csv'"
employee_id = "Id"
left = "\\"Left\\" = 'Yes'"

[cross_section.drivers]
pay = ["Salary"]
"""
FACTORIES = """
from sklearn.linear_model import LogisticRegression

from pipeline import RetentionClassifier


def logistic():
    return LogisticRegression()


def blend():
    return RetentionClassifier(folds=0)
"""


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four figures of equal weight, so that the guards suspect none; `theirs.parquet` knows the truth of 400 people."""
    folder, random = tmp_path_factory.mktemp("own"), np.random.default_rng(8)
    figures = random.normal(size=(500, 4)).round(3)
    truth = risk_of(-0.8 + figures @ [-0.6, 0.6, -0.6, 0.6])
    left = np.where(random.random(500) < truth, "Yes", "No")
    ids = [f"P{number}" for number in range(500)]
    people = pl.DataFrame(figures, schema=["Salary", "Distance", "Trust", "Hours"]).with_columns(
        Id=pl.Series(ids), Left=pl.Series(left)
    )
    (folder / "source").mkdir()
    people.write_csv(folder / "source" / "people.csv")
    (folder / "source" / "source.toml").write_text(SOURCE)
    (folder / "mine.py").write_text(FACTORIES)
    pl.DataFrame({"employee_id": ids, "risk": truth}).head(400).write_parquet(folder / "theirs.parquet")
    return folder


def trained(retention: Callable[..., Any], company: Path, *options: object, exit_code: int) -> tuple[Any, str]:
    """The JSON and the terminal output of a training."""
    out, var = company / "report.json", company / "var"
    done = retention("train", company / "source", "--quick", "--json", out, *options, var=var, exit_code=exit_code)
    return json.loads(out.read_text()), " ".join(done.stderr.split())


def test_an_estimator_without_factors_is_judged_and_not_registered(
    retention: Callable[..., Any], company: Path
) -> None:
    predictions = company / "predictions.parquet"
    options = ("--estimator", f"{company / 'mine.py'}:logistic", "--predictions", predictions)
    report, shown = trained(retention, company, *options, exit_code=3)
    assert "Judged, not registered and not served: it gives no factors." in shown
    assert report["promoted"] is False
    assert "model_version" not in report
    assert report["estimator"]["name"] == "logistic"
    rows = pl.read_parquet(predictions)
    assert rows.height == 2500  # each person in each of the five repeats
    less = report["estimator"]["against_blend"]["log_loss"]
    losses = {
        column: -np.log(np.where(rows["left"], rows[column], 1 - rows[column])).mean()
        for column in ("risk", "blend_risk")
    }
    assert less["value"] == pytest.approx(losses["risk"] - losses["blend_risk"])


def test_an_estimator_with_factors_and_a_stored_form_serves(retention: Callable[..., Any], company: Path) -> None:
    options = ("--estimator", f"{company / 'mine.py'}:blend", "--compare", company / "theirs.parquet")
    report, shown = trained(retention, company, *options, exit_code=0)
    assert report["estimator"]["factors"] == "add up"
    assert report["promoted"] is True
    assert f"Model version {report['model_version']} is now the champion." in shown
    other = report["other_system"]
    assert (other["rows"], other["missing"], other["unused"]) == (2000, 500, 0)
    assert other["metrics"]["auc"]["value"] > 0.7
    assert "500 test rows have no prediction; they are left out." in shown
    card = retention("models", "card", report["model_version"], var=company / "var").stdout
    assert "The classifier blend, which is this model" in card
    assert "Another system (theirs.parquet)" in card
    factors, scores = company / "factors.parquet", company / "scores.parquet"
    retention("score", company / "source", "--out", scores, "--factors", factors, var=company / "var")
    sums = pl.read_parquet(factors).group_by("employee_id").agg(pl.col("contribution").sum())
    joined = pl.read_parquet(scores).join(sums, on="employee_id")
    gap = joined.select((pl.col("base_log_odds") + pl.col("contribution") - pl.col("log_odds")).abs().max()).item()
    assert gap < 1e-6


def test_what_cannot_be_used_ends_with_exit_code_2(retention: Callable[..., Any], company: Path) -> None:
    for options, rule in (
        (("--estimator", "no_such_module:make"), "command line.--estimator: the module cannot be imported"),
        (("--compare", company / "mine.py"), "mine.py: not a Parquet file that can be read"),
    ):
        done = retention("train", company / "source", "--quick", *options, var=company / "var", exit_code=2)
        assert rule in " ".join(done.stderr.split())
