"""The whole path on a simulated company: closeness to the true hazard, and consistency of what is served."""

import json
import math
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx2
import mlflow
import numpy as np
import polars as pl
import pytest
from servers import free_port, served
from sqlalchemy import select
from traces import copies_in, files_holding

from pipeline.judgement.statistics.metrics import metrics
from pipeline.settings import Settings
from pipeline.store.schema import PUBLICATION
from pipeline.store.store import Store


@pytest.fixture(scope="module")
def company(retention: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of 3,000 people over 48 months, trained on, scored and listed."""
    folder = tmp_path_factory.mktemp("company")
    var, tables = folder / "var", folder / "tables"
    retention("simulate", "--out", tables, "--employees", 3000, "--months", 48, var=var)
    retention(
        "train",
        tables,
        "--quick",
        "--predictions",
        folder / "predictions.parquet",
        "--json",
        folder / "report.json",
        var=var,
    )
    retention("score", tables, "--out", folder / "scores.parquet", "--factors", folder / "factors.parquet", var=var)
    retention("lists", var=var)
    return folder


@pytest.fixture(scope="module")
def report(company: Path) -> dict[str, Any]:
    return dict(json.loads((company / "report.json").read_text()))


def test_the_model_reaches_most_of_the_accuracy_of_the_true_hazard(company: Path) -> None:
    keys = ["employee_id", "snapshot_date"]
    truth = pl.read_parquet(company / "tables" / "truth.parquet")
    rows = pl.read_parquet(company / "predictions.parquet").join(truth, on=keys, how="inner")
    model = metrics(rows["left"].to_numpy(), rows["risk"].to_numpy()).auc
    oracle = metrics(rows["left"].to_numpy(), rows["hazard"].to_numpy()).auc
    share = (model - 0.5) / (oracle - 0.5)
    print(f"pooled AUC {model:.3f} of {oracle:.3f} of the true hazard: {share:.3f}")  # noqa: T201
    assert share >= 0.85


def test_mlflow_shows_how_close_a_run_comes_to_the_true_hazard(company: Path, report: dict[str, Any]) -> None:
    with closing(sqlite3.connect(company / "var" / "mlflow.db")) as runs:
        logged = dict(runs.execute("select key, value from latest_metrics"))
    assert logged["true_hazard_share"] == pytest.approx(report["true_hazard"]["share"])
    assert logged["true_hazard_oracle_auc"] == pytest.approx(report["true_hazard"]["oracle_auc"])


def test_people_are_named_by_the_store_the_lists_the_sums_and_the_columns_of_plans_alone(company: Path) -> None:
    """Not by MLflow's database and artefacts, plots, cards or stored figures of features."""
    person = pl.read_parquet(company / "scores.parquet")["employee_id"].sort()[0]
    assert person.startswith("E0")  # as all ids of the simulation
    var = company / "var"
    holding = {path.split("/")[0] for path in files_holding(var, "E0000")}
    assert holding == {"lists", "months", "staff"}  # sums of months and columns for plans, besides lists
    assert copies_in(var / "store.db", person) > 0
    assert copies_in(var / "mlflow.db", "E0000") == 0
    assert any((var / "mlartifacts").rglob("*.svg"))


def test_no_file_that_training_scoring_and_lists_write_is_open_to_others(company: Path) -> None:
    for written in (company / "var", company / "predictions.parquet", company / "scores.parquet"):
        paths = (written, *written.rglob("*"))
        assert not [path for path in paths if path.stat().st_mode & 0o077]


def test_permuted_labels_cannot_be_predicted(report: dict[str, Any]) -> None:
    assert report["shuffled_auc"]["low"] <= 0.5 <= report["shuffled_auc"]["high"]


def test_the_model_beats_the_baselines(report: dict[str, Any]) -> None:
    mine = report["metrics"]["average_precision"]["value"]
    assert (
        mine
        > report["baselines"]["tenure"]["average_precision"]
        > report["baselines"]["base_rate"]["average_precision"]
    )


def test_each_drivers_contribution_follows_its_true_share_of_the_hazard(company: Path) -> None:
    shares = pl.read_parquet(company / "factors.parquet").group_by("employee_id", "driver")
    shares = shares.agg(pl.col("contribution").sum()).pivot("driver", index="employee_id", values="contribution")
    scored = pl.read_parquet(company / "scores.parquet").select("employee_id", "snapshot_date")
    truth = pl.read_parquet(company / "tables" / "truth.parquet").join(scored, on=["employee_id", "snapshot_date"])
    rows = shares.join(truth, on="employee_id", suffix="_in_truth")
    for driver in ("pay", "conditions", "relationships", "growth"):
        rank = rows.select(pl.corr(driver, f"{driver}_in_truth", method="spearman")).item()
        print(f"{driver}: rank correlation {rank:.3f} with the true share of {len(rows):,} people")  # noqa: T201
        assert rank >= 0.6, driver


def test_predictions_give_the_reported_metrics(company: Path, report: dict[str, Any]) -> None:
    rows = pl.read_parquet(company / "predictions.parquet")
    assert rows.columns == ["employee_id", "snapshot_date", "horizon_months", "risk", "left"]
    reported = {name: bounds["value"] for name, bounds in report["metrics"].items()}
    assert vars(metrics(rows["left"].to_numpy(), rows["risk"].to_numpy())) == pytest.approx(reported)


def test_factors_add_up_to_the_risk_for_everyone(company: Path) -> None:
    scores, factors = (pl.read_parquet(company / f"{name}.parquet") for name in ("scores", "factors"))
    sums = factors.group_by("employee_id").agg(pl.col("contribution").sum())
    rows = scores.join(sums, on="employee_id")
    assert rows.height == scores.height > 2500
    assert (rows["base_log_odds"] + rows["contribution"] - rows["log_odds"]).abs().max() < 1e-6
    assert (1 / (1 + np.exp(-rows["log_odds"].to_numpy())) - rows["risk_6m"].to_numpy()).max() < 1e-6


def test_the_curve_never_falls_and_the_range_contains_the_risk(company: Path) -> None:
    scores = pl.read_parquet(company / "scores.parquet")
    assert (scores["risk_3m"] <= scores["risk_6m"]).all()
    assert (scores["risk_6m"] <= scores["risk_12m"]).all()
    assert ((scores["risk_low"] <= scores["risk_6m"]) & (scores["risk_6m"] <= scores["risk_high"])).all()


def test_the_range_holds_most_true_risks_of_the_people_scored(company: Path) -> None:
    """The hazard itself, of which the features show four fifths. Of the risk given them it holds nine tenths."""
    scores = pl.read_parquet(company / "scores.parquet")
    truth = pl.read_parquet(company / "tables" / "truth.parquet").with_columns(true=1 - (1 - pl.col("hazard")) ** 6)
    rows = scores.join(truth, on=["employee_id", "snapshot_date"])
    is_inside = (rows["risk_low"] <= rows["true"]) & (rows["true"] <= rows["risk_high"])
    print(f"ranges hold the true risk of {is_inside.mean():.0%} of {len(rows):,} people")  # noqa: T201
    assert is_inside.mean() > 0.6  # .65 to .75 on companies of 800 and 3,000 people


def test_a_published_month_records_its_data_code_and_seed(company: Path) -> None:
    with Store(Settings(var=company / "var").store_url) as store, store.reading() as scores:
        manifest = scores.connection.execute(select(PUBLICATION.c.manifest)).scalar_one()
    assert (manifest["source"], manifest["seed"]) == ("simulated", 1)
    assert manifest["code_version"] == version("retention")
    assert len(manifest["data_hash"]) == 64
    assert manifest["scored_data_hash"] == manifest["data_hash"]  # scored from the tables that it learned from


def test_a_month_whose_pay_lost_its_ids_is_refused_and_nothing_is_published(
    company: Path, retention: Callable[..., Any], tmp_path: Path
) -> None:
    """None of the rows of pay belongs to anybody then; it was published without a word."""
    var, tables = company / "var", shutil.copytree(company / "tables", tmp_path / "tables")
    pay = pl.read_parquet(tables / "compensation.parquet")
    pay.with_columns(pl.col("employee_id").str.slice(1)).write_parquet(tables / "compensation.parquet")
    before = publications(var)
    done = retention("score", tables, var=var, exit_code=3)
    assert publications(var) == before
    text = " ".join(done.stderr.split())
    assert "compensation.employee_id" in text.partition("error")[0]  # the warning
    assert "error compensation: the model learned from this table, and none of its" in text
    assert f"{pay.height:,} rows can be used; in training" in text
    assert "--despite" in text


def publications(var: Path) -> list[int]:
    with Store(Settings(var=var).store_url) as store, store.reading() as scores:
        return list(scores.connection.execute(select(PUBLICATION.c.id)).scalars())


@pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about its type hints and SQLAlchemy
def test_mlflow_gives_the_same_scores(
    retention: Callable[..., Any], company: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    features = tmp_path / "features.parquet"
    retention("features", company / "tables", "--out", features, "--snapshot-date", "2025-12-31", var=company / "var")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", Settings(var=company / "var").tracking_uri)
    served = mlflow.pyfunc.load_model("models:/retention@champion").predict(
        pl.read_parquet(features).drop("employee_id", "snapshot_date").to_pandas()
    )
    scores = pl.read_parquet(company / "scores.parquet")
    assert served["risk"].to_numpy() == pytest.approx(scores["risk_6m"].to_numpy(), abs=1e-12)


def test_nothing_personal_reaches_mlflow(company: Path) -> None:
    people = pl.read_parquet(company / "tables" / "employees.parquet")["employee_id"].unique().to_list()
    texts = [
        path.read_text(errors="replace") for path in (company / "var" / "mlartifacts").rglob("*") if path.is_file()
    ]
    assert texts
    assert not [person for person in people if any(person in text for text in texts)]


@pytest.fixture(scope="module")
def server(company: Path) -> Iterator[str]:
    """The address of the real server over what was published."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "serving.app:create_app", "--factory", "--port", str(port)]
    environment = {**os.environ, "RETENTION_VAR": str(company / "var")}
    with served(command, port, environment, company / "server.log") as address:
        yield address


@pytest.fixture
def bearer(retention: Callable[..., Any], company: Path) -> Callable[..., dict[str, str]]:
    """The header of a token that `retention token` printed."""
    return lambda *arguments: {
        "Authorization": f"Bearer {retention('token', *arguments, var=company / 'var').stdout.strip()}"
    }


def test_hr_gets_a_person_whose_factors_give_the_risk_and_nobody_else_does(
    bearer: Callable[..., dict[str, str]], company: Path, server: str
) -> None:
    people = pl.read_parquet(company / "scores.parquet")["employee_id"]
    place = pl.read_parquet(company / "tables" / "assignments.parquet").drop_nulls("manager_id")
    stranger = next(person for person in place["manager_id"].unique().sort() if person in set(people))
    own = set(place.filter(pl.col("manager_id") == stranger)["employee_id"])
    person = next(person for person in people if person not in own | {stranger})
    url = f"{server}/v1/employees/{person}/risk?purpose=retention_conversation"

    answer = httpx2.get(url, headers=bearer("--role", "hr")).json()
    log_odds = answer["base_log_odds"] + sum(factor["contribution"] for factor in answer["factors"])
    assert 1 / (1 + math.exp(-log_odds)) == pytest.approx(answer["risk"], abs=1e-6)

    assert httpx2.get(url).status_code == 401
    assert httpx2.get(url, headers=bearer("--role", "manager", "--person", stranger)).status_code == 403


def test_groups_services_and_the_champion_are_served(
    bearer: Callable[..., dict[str, str]], company: Path, server: str, report: dict[str, Any]
) -> None:
    headers = bearer("--role", "data_scientist")
    groups = httpx2.get(f"{server}/v1/groups/department", headers=headers).json()["groups"]
    shown = [group for group in groups if not group["is_suppressed"]]
    people = pl.read_parquet(company / "scores.parquet").height
    assert people * 0.8 < sum(group["people"] for group in shown) <= people
    services = httpx2.get(f"{server}/v1/internal-services", headers=headers).json()["services"]
    assert [pair for pair in services if not pair["is_suppressed"] and 1 <= pair["rating"] <= 5 and pair["hours"] > 0]
    champion = httpx2.get(f"{server}/v1/models/champion", headers=headers, timeout=30).json()
    assert champion["report"]["metrics"] == report["metrics"]


def test_lists_hold_at_most_the_capacity_and_no_probability(company: Path) -> None:
    pages = sorted((company / "var" / "lists" / "2025-12").glob("*.csv"))
    assert pages
    for page in pages:
        listed = pl.read_csv(page).filter(pl.col("change") != "resolved")
        assert listed.group_by("manager_id").len()["len"].max() in (None, 1, 2, 3, 4)
        assert not {"risk", "log_odds"} & set(listed.columns)
