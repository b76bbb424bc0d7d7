"""A simulated company watched over a year: trained once, scored and listed twelve times while outcomes matured.

Promises are kept, the lists find leavers, a drift planted in pay is found in its month and none before, and a month's
run that is killed gives the lists of one that was not.
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
from features.known import OWN_DATE
from features.simulation.run import simulate
from pipeline.scoring import score_and_publish
from pipeline.settings import Settings

PEOPLE = int(os.environ.get("RETENTION_YEAR_PEOPLE", "1000"))
"""More for a proof with narrower intervals; fewer months of CI's time otherwise."""
TRAINED = date(2024, 9, 30)
DAYS = [month_end(TRAINED, months) for months in range(1, 13)]
CUT = "2025-07"
"""In this month everyone's pay is set anew, by anything from nothing to a half more."""
MATURED = 9
"""Of the twelve: six months later the records end."""


@dataclass(frozen=True)
class Year:
    """What was left behind: the state, the source as of its end, what the simulation knew, and the monitor's report."""

    var: Path
    source: Path
    truth: Path
    done: Any
    report: dict[str, Any]


@pytest.fixture(scope="module")
def watched(retention: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Year:
    """Trained on what was known until September 2024, scored at the end of each month, watched at the end of 2025."""
    folder = tmp_path_factory.mktemp("watched")
    var, early, late = folder / "var", folder / "early", folder / "late"
    simulate(late, PEOPLE, 54, 4)
    (late / "truth.parquet").rename(folder / "truth.parquet")
    _plant(late / "compensation.parquet")
    _known_then(late, early)
    retention("train", early, "--quick", var=var)
    for day in DAYS:
        score_and_publish(late, Settings(var=var), day, None, date(2026, 1, 5))
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
    """The extract that the same systems would have given on the day of training."""
    early.mkdir()
    for path in late.glob("*.parquet"):
        rows = pl.read_parquet(path)
        own = [OWN_DATE[path.stem]] if path.stem in OWN_DATE else ["opened_at", "closed_at"]
        for name in {*own, "recorded_at"} & set(rows.columns):
            rows = rows.filter(pl.col(name).is_null() | (pl.col(name).cast(pl.Date) <= TRAINED))
        rows.write_parquet(early / path.name)
    settings = (late / "source.toml").read_text()
    (early / "source.toml").write_text(settings.replace("2025-12-31", str(TRAINED)))


def test_a_drift_in_pay_is_found_in_its_month_and_none_before(watched: Year) -> None:
    drifted = {month["month"]: {entry["name"] for entry in month["drifted"]} for month in watched.report["months"]}
    before = set().union(*(names for month, names in drifted.items() if month < CUT))
    assert not {name for name in before if "pay" in name or "raise" in name}
    assert len(before) <= 5  # a reorganisation and what it brought with it: they did move
    assert {name for name in drifted[CUT] - before if "pay" in name or "raise" in name}
    assert "has moved" in " ".join(watched.done.stderr.split())


def test_what_was_published_came_true_as_training_promised(watched: Year) -> None:
    live, promised = watched.report["live"]["auc"], watched.report["backtest"]["auc"]
    assert live["low"] <= promised["high"]
    assert promised["low"] <= live["high"]
    months = watched.report["months"]
    assert [month["metrics"] is not None for month in months] == [True] * MATURED + [False] * (len(DAYS) - MATURED)
    for month in months[:MATURED]:
        assert month["intervals"]["auc"]["low"] <= month["metrics"]["auc"] <= month["intervals"]["auc"]["high"]


def precision_and_base(report: dict[str, Any]) -> tuple[float, float]:
    """Over all matured months: the share of the listed who left, and of everyone."""
    months = [month for month in report["months"] if month["lists"]]
    people = sum(month["lists"]["people"] for month in months)
    precision = sum(month["lists"]["people"] * month["lists"]["precision"] for month in months) / people
    return precision, sum(month["happened"] for month in months) / len(months)


def test_the_lists_find_leavers(watched: Year) -> None:
    precision, base = precision_and_base(watched.report)
    assert precision > 1.5 * base


def test_the_report_names_nobody(watched: Year) -> None:
    page = (watched.source.parent / "report.html").read_text()
    assert set(watched.report) == {"source", "complete_until", "months", "live", "backtest", "alerts"}
    assert "E0" not in json.dumps(watched.report) + watched.done.stderr
    assert page.count("<svg ") == 5
    assert not [name for name in pl.read_parquet(watched.source / "employees.parquet")["employee_id"] if name in page]


MONTH = "2025-09"
_KILLED = """
import os, signal, sys
import pipeline.month
def die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)
setattr(pipeline.month, sys.argv[1], die)
from datetime import date
from pathlib import Path
from pipeline.settings import Settings
pipeline.month.monthly(Path(sys.argv[2]), Settings(), sys.argv[3], date(2026, 1, 5))
"""


def test_a_months_run_that_is_killed_at_each_step_gives_the_lists_of_one_that_is_not(
    watched: Year, retention: Callable[..., Any], tmp_path: Path
) -> None:
    undisturbed, broken = tmp_path / "undisturbed", tmp_path / "broken"
    for var in (undisturbed, broken):
        shutil.copytree(watched.var, var)
    here = {"MLFLOW_TRACKING_URI": f"sqlite:///{watched.var / 'mlflow.db'}"}
    for step in ("write_lists", "monitor"):
        command = [sys.executable, "-c", _KILLED, step, str(watched.source), MONTH]
        ended = subprocess.run(command, env=os.environ | here | {"RETENTION_VAR": str(broken)}, check=False)
        assert ended.returncode == -signal.SIGKILL
    told = {}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in here.items():
            patch.setenv(name, value)
        for var in (undisturbed, broken):
            said = tmp_path / f"{var.name}.json"
            retention("monthly", watched.source, "--month", MONTH, "--json", said, var=var, exit_code=3)
            told[var.name] = json.loads(said.read_text())
    assert told["undisturbed"]["earlier"] == []
    assert told["broken"]["earlier"] == ["score", "lists", "deliver"]
    files = [
        {path.name: path.read_bytes() for path in (var / "lists" / MONTH).iterdir()} for var in (undisturbed, broken)
    ]
    assert files[0]
    assert files[0] == files[1]
    assert told["broken"]["done"]["lists"]["people"] == told["undisturbed"]["done"]["lists"]["people"]
