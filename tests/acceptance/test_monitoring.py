"""A simulated company monitored over a year: trained once, then scored and listed twelve times as outcomes mature.

Training's metrics come true, the lists find leavers, a planted drift in pay is detected in its month and none before,
and a killed month resumes to the lists of an undisturbed one.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from features.calendar import month_end
from features.contract.tables import OWN_DATE
from features.simulation.run import simulate
from features.source import Source, load_source
from pipeline.dataset.outcome import left_within_horizon
from pipeline.listing.selection import listed
from pipeline.lists.risk_list import BANDS
from pipeline.lists.written.month_folder import write_lists
from pipeline.monitoring.results import MonitoringResults
from pipeline.monthly import monthly
from pipeline.scoring.job import score_and_publish
from pipeline.settings import Settings
from pipeline.store.store import Store

pytestmark = pytest.mark.filterwarnings("default")  # MLflow raises warnings about itself

PEOPLE = int(os.environ.get("RETENTION_YEAR_PEOPLE", "1000"))
"""More people give narrower intervals; fewer save CI time."""
TRAINED, TODAY = date(2024, 9, 30), date(2026, 1, 5)
DAYS = [month_end(TRAINED, months) for months in range(1, 13)]
CUT = "2025-07"
"""In this month everyone's pay rises by a random share between zero and a half."""
MATURED = 9
"""The number of the twelve months that matured: the records end six months after the last of them."""


@dataclass(frozen=True)
class Year:
    """The results of the year: the state, the source at its end, the true hazards, and the monitor's report."""

    var: Path
    source: Path
    truth: Path
    done: Any
    report: dict[str, Any]


@pytest.fixture(scope="module")
def watched(retention: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Year:
    """Trained on what was known by September 2024, scored at the end of each month, monitored at the end of 2025."""
    folder = tmp_path_factory.mktemp("watched")
    var, early, late = folder / "var", folder / "early", folder / "late"
    simulate(late, PEOPLE, 54, 4)
    (late / "truth.parquet").rename(folder / "truth.parquet")
    _plant(late / "compensation.parquet")
    _known_then(late, early)
    retention("train", early, "--quick", var=var)
    for day in DAYS:
        score_and_publish(late, Settings(var=var), day, None, TODAY)
    page = ("--html", folder / "report.html")
    done = retention("monitor", late, "--json", folder / "report.json", *page, var=var, exit_code=3)
    return Year(var, late, folder / "truth.parquet", done, json.loads((folder / "report.json").read_text()))


def _plant(path: Path) -> None:
    rows = pl.read_parquet(path)
    day = date(2025, 7, 3)
    last = rows.filter(pl.col("effective_date") < day).sort("effective_date").group_by("employee_id").last()
    more = 1 + np.random.default_rng(1).uniform(0, 0.5, last.height)
    raised = last.sort("employee_id").with_columns(
        pl.lit(day).cast(rows.schema["effective_date"]).alias("effective_date"),
        base_pay=(pl.col("base_pay") * more).cast(rows.schema["base_pay"]),
    )
    if "recorded_at" in rows.columns:
        raised = raised.with_columns(pl.lit(day).cast(rows.schema["recorded_at"]).alias("recorded_at"))
    pl.concat([rows, raised.select(rows.columns)]).write_parquet(path)


def _known_then(late: Path, early: Path) -> None:
    """The extract that the same systems would have exported on the day of training."""
    early.mkdir()
    for path in late.glob("*.parquet"):
        rows = pl.read_parquet(path)
        own = [OWN_DATE[path.stem]] if path.stem in OWN_DATE else ["opened_at", "closed_at"]
        for name in {*own, "recorded_at"} & set(rows.columns):
            rows = rows.filter(pl.col(name).is_null() | (pl.col(name).cast(pl.Date) <= TRAINED))
        rows.write_parquet(early / path.name)
    settings = (late / "source.toml").read_text()
    settings = settings.replace("2025-12-31", str(TRAINED))
    (early / "source.toml").write_text(settings)


def test_a_drift_in_pay_is_detected_in_its_month_and_none_before(watched: Year) -> None:
    drifted = {month["month"]: {entry["name"] for entry in month["drifted"]} for month in watched.report["months"]}
    before = set().union(*(names for month, names in drifted.items() if month < CUT))
    assert not {name for name in before if "pay" in name or "raise" in name}
    assert len(before) <= 5  # a reorganisation and what it brought with it: they did move
    assert {name for name in drifted[CUT] - before if "pay" in name or "raise" in name}
    assert "the distribution has shifted" in " ".join(watched.done.stderr.split())


def test_published_scores_are_as_accurate_as_training_estimated(watched: Year) -> None:
    live, promised = watched.report["live"]["auc"], watched.report["backtest"]["auc"]
    assert live["low"] <= promised["high"]
    assert promised["low"] <= live["high"]
    months = watched.report["months"]
    assert [month["metrics"] is not None for month in months] == [True] * MATURED + [False] * (len(DAYS) - MATURED)
    for month in months[:MATURED]:
        assert month["intervals"]["auc"]["low"] <= month["metrics"]["auc"] <= month["intervals"]["auc"]["high"]


@dataclass(frozen=True)
class Found:
    """The listed people of all matured months: their number, the share who left, and their mean true risk."""

    people: int
    left: float
    true_risk: float


def found(lists: list[pl.DataFrame]) -> Found:
    rows = pl.concat(lists)
    return Found(rows.height, float(rows["left"].mean()), float(rows["true_risk"].mean()))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def lists(watched: Year, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Found]:
    """The figures of everyone scored, of our lists, and of lists made from the true hazard by the same rules."""
    source = load_source(watched.source, tmp_path_factory.mktemp("tables"))
    assert isinstance(source, Source)
    truth = pl.read_parquet(watched.truth).select(
        "employee_id", "snapshot_date", true_risk=1 - (1 - pl.col("hazard")) ** 6
    )
    found_by: dict[str, list[pl.DataFrame]] = {"everyone": [], "ours": [], "high": [], "truth": []}
    settings = Settings(var=watched.var)
    with Store(settings.store_url) as store, store.reading() as scores:
        for head in scores.history(source.name)[:MATURED]:
            rows = scores.risks(head).with_columns(snapshot_date=pl.lit(head.snapshot_date))
            rows = left_within_horizon(source, rows, [head.snapshot_date], 6).join(
                truth, on=["employee_id", "snapshot_date"], validate="1:1"
            )
            teams = scores.teams(head)
            by_truth = teams.drop("risk").join(rows.select("employee_id", risk="true_risk"), on="employee_id")
            mean = float(rows["true_risk"].mean())  # type: ignore[arg-type]
            ours = listed(teams, head.mean_risk, settings.list_rules)
            chosen = {
                "ours": ours,
                "high": ours.filter(pl.col("risk") >= BANDS["high"] * head.mean_risk),
                "truth": listed(by_truth, mean, settings.list_rules),
            }
            found_by["everyone"].append(rows)
            for name, people in chosen.items():
                found_by[name].append(rows.join(people, on="employee_id", how="semi"))
    return {name: found(rows) for name, rows in found_by.items()}


def test_the_listed_leave_three_times_as_often_as_everyone_and_nearly_as_often_as_the_truth_could_find(
    lists: dict[str, Found],
) -> None:
    """Measured by actual exits, and by the true risk, which has no chance in it."""
    everyone, ours, truth = lists["everyone"], lists["ours"], lists["truth"]
    lift, best = ours.left / everyone.left, truth.left / everyone.left
    true_lift, true_best = ours.true_risk / everyone.true_risk, truth.true_risk / everyone.true_risk
    text = f"lift {lift:.2f} of {best:.2f}, by true risk {true_lift:.2f} of {true_best:.2f}; {ours} {truth} {everyone}"
    sys.stdout.write(f"\n{text}\n")  # pytest -s shows what was measured
    assert lift >= 3, text
    assert true_lift >= 3, text
    assert lift > 0.75 * best, text
    assert true_lift > 0.75 * true_best, text


def test_the_high_band_leaves_three_times_as_often_as_its_name_says(lists: dict[str, Found]) -> None:
    assert lists["high"].left > 3 * lists["everyone"].left
    assert lists["high"].true_risk > 3 * lists["everyone"].true_risk
    assert lists["high"].people > 100


def test_the_report_shows_the_same_figures_for_the_lists(watched: Year, lists: dict[str, Found]) -> None:
    months = [month for month in watched.report["months"] if month["lists"]]
    people = sum(month["lists"]["people"] for month in months)
    left = sum(month["lists"]["people"] * month["lists"]["precision"] for month in months)
    assert (people, left / people) == (lists["ours"].people, pytest.approx(lists["ours"].left))


def test_the_report_names_nobody(watched: Year) -> None:
    page = (watched.source.parent / "report.html").read_text()
    keys = {"source", "complete_until", "months", "live", "backtest", "alerts", "lost_tables", "without_reference"}
    assert set(watched.report) == keys | {"data", "data_before"}
    assert watched.report["without_reference"] == []
    assert "E0" not in json.dumps(watched.report) + watched.done.stderr
    assert page.count("<svg ") == 4
    assert page.count("nothing to show yet") == 1  # nobody answered
    assert not [name for name in pl.read_parquet(watched.source / "employees.parquet")["employee_id"] if name in page]


MONTH = "2025-09"
_KILLED = """
import os, signal, sys
import pipeline.lists.written.month_folder
written = []
whole = pipeline.lists.written.month_folder.list_page
def page(*arguments):
    written.append(arguments)
    if len(written) == 10:
        os.kill(os.getpid(), signal.SIGKILL)
    return whole(*arguments)
pipeline.lists.written.month_folder.list_page = page
from datetime import date
from pathlib import Path
from pipeline.lists.written.month_folder import write_lists
from pipeline.monthly import monthly
from pipeline.settings import Settings
monthly(Path(sys.argv[1]), Settings(), sys.argv[2], date(2026, 1, 5))
"""


def test_a_killed_month_resumes_to_the_same_lists(
    watched: Year, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed while it writes the tenth page, and interrupted again before monitoring."""
    with Store(Settings(var=watched.var).store_url) as store:
        undisturbed = write_lists(store, tmp_path / "undisturbed", Settings().list_rules, MONTH)
    shutil.copytree(watched.var, tmp_path / "var", ignore=shutil.ignore_patterns("ml*"))
    registry = f"sqlite:///{watched.var / 'mlflow.db'}"
    settings = Settings(var=tmp_path / "var").model_copy(update={"mlflow_tracking_uri": registry})
    environment = os.environ | {"RETENTION_VAR": str(settings.var), "MLFLOW_TRACKING_URI": registry}
    command = [sys.executable, "-c", _KILLED, str(watched.source), MONTH]
    assert subprocess.run(command, env=environment, check=False).returncode == -signal.SIGKILL
    lists = settings.var / "lists"
    assert [path.name for path in lists.iterdir() if not path.name.startswith(".")] == []
    monkeypatch.setattr("pipeline.monthly.monitor", interrupted)
    with pytest.raises(KeyboardInterrupt):
        monthly(watched.source, settings, MONTH, TODAY)
    results = MonitoringResults("simulated", watched.report["complete_until"], ())
    monkeypatch.setattr("pipeline.monthly.monitor", lambda *_: results)
    run = monthly(watched.source, settings, MONTH, TODAY)
    assert run.earlier == ["score", "lists", "deliver"]
    assert [path.name for path in lists.iterdir()] == [MONTH]  # no draft is left behind
    files = [
        {path.name: path.read_bytes() for path in folder.iterdir()} for folder in (undisturbed.folder, lists / MONTH)
    ]
    assert len(files[0]) > 100
    assert files[0] == files[1]
    assert run.done["lists"]["people"] == undisturbed.people


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt
