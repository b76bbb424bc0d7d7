"""`retention outlook` on a simulated company: what it prints, writes, publishes and refuses."""

import csv
import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from features.simulation.run import simulate
from features.source import load_source
from pipeline.commands.main import app
from pipeline.dataset.outcome import left_within_horizon
from pipeline.outlook.past import left_voluntarily
from pipeline.settings import Settings
from pipeline.store.erasure import erase
from pipeline.store.groups.outlook_figures import newest_outlook
from pipeline.store.publication import Publication
from pipeline.store.store import Store
from pipeline.turnover.staff.stays import stays_of

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("company")
    simulate(folder, 300, 24, 1)
    return folder


def publish(settings: Settings, source: Path, folder: Path, day: date) -> int:
    """Publish the same risk for everyone employed on a day, in two departments; returns the number of people."""
    loaded = load_source(source, folder)
    staff = stays_of(loaded).filter(pl.col("entry") <= day, pl.col("kind").is_null() | (pl.col("end") > day))
    ids = staff["employee_id"].unique().sort()
    half = pl.int_range(pl.len()) % 2 == 0
    scores = ids.to_frame().with_columns(
        **{name: pl.lit(0.12) for name in ("risk", "risk_6m", "risk_low", "risk_high")},
        risk_3m=pl.lit(0.06),
        risk_12m=pl.lit(0.2),
        evidence=pl.lit("enough"),
        base_log_odds=pl.lit(0.12 / 0.88).log(),
        log_odds=pl.lit(0.12 / 0.88).log(),
        department=pl.when(half).then(pl.lit("Sales")).otherwise(pl.lit("Plant")),
        level=pl.lit(1),
        job=pl.lit("Clerk"),
        location=pl.lit("Riga"),
        manager_id=pl.lit(None, pl.String),
    )
    kinds = {"employee_id": pl.String, "feature": pl.String, "driver": pl.String, "value": pl.String}
    factors = pl.DataFrame(schema=kinds | {"peer_value": pl.String, "contribution": pl.Float64})
    with Store.of(settings) as store:
        store.publish(Publication(loaded.name, day, "1", 6, {"features": {}}, scores, factors))
    return len(ids)


def test_the_command_prints_publishes_and_writes(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETENTION_VAR", str(tmp_path / "var"))
    for month in (3, 6):
        publish(Settings(), source, tmp_path / f"tables{month}", date(2025, month, 30 if month == 6 else 31))
    people = publish(Settings(), source, tmp_path / "tables", date(2025, 12, 31))
    plan, out, written = tmp_path / "hires.csv", tmp_path / "out", tmp_path / "outlook.json"
    plan.write_text("month,number,department\n2026-02,3,Sales\n2026-11,4,\n")
    assert CliRunner().invoke(app, ["turnover", str(source)]).exit_code == 0
    command = ["outlook", str(source), "--planned", str(plan), "--out", str(out), "--json", str(written)]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    document = json.loads(written.read_text())
    rows = {(row["by"], row["group"], row["horizon_months"]): row for row in document["rows"]}
    whole = rows["everyone", None, 6]
    assert (whole["people"], whole["expected"], whole["planned_hires"]) == (people, round(0.12 * people, 1), 3)
    assert whole["head_count"] == pytest.approx(people - whole["expected"] - whole["other"] + 3, abs=0.11)
    assert rows["everyone", None, 12]["planned_hires"] == 7
    assert rows["department", "Sales", 3]["planned_hires"] == 3
    assert rows["job", "Clerk", 6]["expected"] == whole["expected"]
    assert {(each["horizon_months"], each["months"]) for each in document["held"]} == {(3, 2), (6, 2)}
    with (out / "outlook.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == len(document["rows"])
    assert {path.name for path in out.iterdir()} == {"outlook.csv", "outlook.xlsx", "outlook.json"}
    with Store.of(Settings()) as store, store.reading() as scores:
        stored = newest_outlook(scores.connection, document["source"])
    assert stored is not None
    assert stored.month == "2025-12"
    again = CliRunner().invoke(app, ["outlook", str(source), "--json", str(written)])
    assert again.exit_code == 0
    assert json.loads(written.read_text()) == document  # the plan is kept


def test_an_erasure_changes_no_outlook_of_the_same_scores(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Less what was published before, the outlook of the others would be the risk of the person."""
    monkeypatch.setenv("RETENTION_VAR", str(tmp_path / "var"))
    publish(Settings(), source, tmp_path / "tables", date(2025, 12, 31))
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    assert CliRunner().invoke(app, ["outlook", str(source), "--json", str(first)]).exit_code == 0
    with Store.of(Settings()) as store:
        with store.reading() as scores:
            published = scores.current()
            assert published is not None
            person = scores.posts_and_risks(published)["employee_id"][0]
        with store.changing() as connection:
            erase(connection, person)
    assert CliRunner().invoke(app, ["outlook", str(source), "--json", str(second)]).exit_code == 0
    assert json.loads(second.read_text())["rows"] == json.loads(first.read_text())["rows"]


def test_before_the_first_scores_it_says_what_to_do(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RETENTION_VAR", str(tmp_path / "var"))
    done = CliRunner().invoke(app, ["outlook", str(source)])
    assert "no scores are published" in str(done.exception)
    assert "not a way to group people" in str(CliRunner().invoke(app, ["outlook", str(source), "--by", "x"]).exception)


def test_who_left_is_what_training_calls_an_outcome(source: Path, tmp_path: Path) -> None:
    loaded = load_source(source, tmp_path / "tables")
    day = date(2025, 3, 31)
    mine = left_voluntarily(stays_of(loaded), day, date(2025, 9, 30))
    rows = mine.select("employee_id", snapshot_date=pl.lit(day))
    theirs = left_within_horizon(loaded, rows, [day], 6).select("employee_id", "left")
    assert mine["left"].sum() > 5
    assert mine.sort("employee_id").equals(theirs.sort("employee_id"))
