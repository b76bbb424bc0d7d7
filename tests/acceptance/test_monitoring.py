"""A simulated company watched over months: promises kept, and a planted drift found in its month and none before."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.known import OWN_DATE

TRAINED = date(2024, 9, 30)
DAYS = ("2024-12-31", "2025-03-31", "2025-04-30")
CUT = "2025-04"
"""From this month on twice the overtime is recorded, and ten hours more."""


@pytest.fixture(scope="module")
def watched(retention: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, dict[str, Any]]:
    """Trained on what was known until September 2024, scored at three dates, watched at the end of 2025."""
    folder = tmp_path_factory.mktemp("watched")
    var, early, late = folder / "var", folder / "early", folder / "late"
    retention("simulate", "--out", late, "--employees", 1000, "--months", 54, "--seed", 4, var=var)
    (late / "truth.parquet").unlink()
    _plant(late / "working_time.parquet")
    _known_then(late, early)
    retention("train", early, "--quick", var=var)
    for day in DAYS:
        retention("score", late, "--snapshot-date", day, var=var)
    done = retention("monitor", late, "--json", folder / "report.json", var=var, exit_code=3)
    return done, json.loads((folder / "report.json").read_text())


def _plant(path: Path) -> None:
    rows = pl.read_parquet(path)
    more = pl.when(pl.col("month") >= pl.date(2025, 4, 1)).then(pl.col("overtime_hours") * 2 + 10)
    rows.with_columns(overtime_hours=more.otherwise("overtime_hours")).write_parquet(path)


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


def test_a_drift_is_found_in_its_month_and_none_before(watched: tuple[Any, dict[str, Any]]) -> None:
    done, report = watched
    drifted = {month["month"]: {entry["name"] for entry in month["drifted"]} for month in report["months"]}
    before = set().union(*(names for month, names in drifted.items() if month < CUT))
    assert not {name for name in before if "overtime" in name}
    assert len(before) <= 5  # a reorganisation and what it brought with it: they did move
    assert "overtime_now" in drifted[CUT] - before
    assert all("overtime" in name for name in drifted[CUT] - before)
    assert "overtime_now has moved" in " ".join(done.stderr.split())


def test_what_was_published_came_true_as_training_promised(watched: tuple[Any, dict[str, Any]]) -> None:
    _, report = watched
    live, promised = report["live"]["auc"], report["backtest"]["auc"]
    assert live["low"] <= promised["high"]
    assert promised["low"] <= live["high"]
    assert [month["metrics"] is not None for month in report["months"]] == [True] * len(DAYS)
    listed = [month["lists"] for month in report["months"]]
    happened = [month["happened"] for month in report["months"]]
    precision = sum(month["people"] * month["precision"] for month in listed) / sum(month["people"] for month in listed)
    assert precision > 1.5 * sum(happened) / len(happened)


def test_the_report_names_nobody(watched: tuple[Any, dict[str, Any]]) -> None:
    done, report = watched
    assert set(report) == {"source", "complete_until", "months", "live", "backtest", "alerts"}
    assert "E0" not in json.dumps(report) + done.stderr
