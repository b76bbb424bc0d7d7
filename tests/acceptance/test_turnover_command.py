"""`retention turnover` on a simulated company: what it prints, writes and publishes."""

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from features.simulation.run import simulate
from pipeline.commands.main import app
from pipeline.settings import Settings
from pipeline.store.groups.turnover_figures import newest_turnover
from pipeline.store.store import Store

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("company")
    simulate(folder, 300, 24, 1)
    return folder


def test_the_command_prints_publishes_and_writes(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETENTION_VAR", str(tmp_path / "var"))
    out, written = tmp_path / "out", tmp_path / "turnover.json"
    done = CliRunner().invoke(
        app, ["turnover", str(source), "--by", "department", "--json", str(written), "--out", str(out)]
    )
    assert done.exit_code == 0, done.output
    document = json.loads(written.read_text())
    assert {row["by"] for row in document["months"]} == {"everyone", "department"}
    names = {path.name for path in out.iterdir()}
    assert {"turnover.csv", "turnover.xlsx", "groups.csv", "groups.xlsx", "turnover.json"} <= names
    assert {"rate_over_time.svg", "by_department.svg", "still_employed.svg"} <= names
    for name in ("rate_over_time", "by_department", "still_employed"):
        assert (out / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    with (out / "turnover.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == len(document["months"])
    with Store.of(Settings()) as store, store.reading() as scores:
        published = newest_turnover(scores.connection, document["source"], only_large_groups=False)
    assert published is not None
    assert published["complete_until"] == document["complete_until"]
    assert {"level", "tenure", "cohort"} <= {row["by"] for row in published["groups"]}


def test_the_sum_of_departments_is_everyone(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETENTION_VAR", str(tmp_path / "var"))
    written = tmp_path / "turnover.json"
    CliRunner().invoke(app, ["turnover", str(source), "--by", "tenure", "--from", "2025-06", "--json", str(written)])
    months = json.loads(written.read_text())["months"]
    assert min(row["month"] for row in months) == "2025-06"
    for month in {row["month"] for row in months}:
        rows = [row for row in months if row["month"] == month and row["person_months"] is not None]
        parts = [row for row in rows if row["by"] == "tenure"]
        if len(parts) == len([row for row in months if row["month"] == month]) - 1:
            whole = next(row for row in rows if row["by"] == "everyone")
            assert sum(row["exits"] for row in parts) == whole["exits"]
            assert sum(row["person_months"] for row in parts) == pytest.approx(whole["person_months"], abs=0.01)


@pytest.mark.parametrize(
    ("arguments", "says"), [(["--by", "team"], "not a way to group people"), (["--from", "June"], "not a month")]
)
def test_bad_usage_names_the_rule_and_the_remedy(source: Path, arguments: list[str], says: str) -> None:
    done = CliRunner().invoke(app, ["turnover", str(source), *arguments])
    assert says in str(done.exception)
