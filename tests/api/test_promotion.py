"""Promotion on a real registry and store: ledger, reasons, going back, processes that race and one that is killed."""

import json
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import mlflow
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import delete, update
from sqlalchemy.exc import SQLAlchemyError
from typer.testing import CliRunner

from features.errors import BadInput, Refused
from pipeline.commands import main as entry
from pipeline.judgement.statistics.figures import Bounded
from pipeline.registry import promotion
from pipeline.registry import versions as registry
from pipeline.registry.loading import load
from pipeline.settings import Settings
from pipeline.store.schema import MODEL_LEDGER
from pipeline.store.store import Store
from serving.app import create_app
from serving.settings import ServerSettings

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy
SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture
def refused_version(trained: Settings) -> str:
    """Registers a version with far too extreme risks, which the gate refuses."""
    _, model = load(trained, "1")
    report = registry.report_of(registry.connect(trained), "1")
    metrics = replace(report.metrics, calibration_slope=Bounded(0.5, 0.4, 0.6))
    outcome = promotion.record(trained, model, replace(report, metrics=metrics))
    assert not outcome.promoted
    return str(outcome.model_version)


def champion(settings: Settings) -> str | None:
    return registry.champion_version(registry.connect(settings))


def events(settings: Settings, version: str | None = None) -> list[tuple[str, str, str | None]]:
    return [(entry.event, entry.version, entry.replaces) for entry in promotion.history(settings, version)]


def test_the_first_model_is_champion_and_the_ledger_shows_since_when(trained: Settings) -> None:
    first = promotion.history(trained)[0]
    assert (first.event, first.version, first.replaces, first.source) == ("promoted", "1", None, "tiny")
    assert [entry["gate"] for entry in first.gate] == ["calibration slope"]


def test_a_refused_promotion_says_why_and_an_override_is_recorded_beside_it(
    trained: Settings, refused_version: str
) -> None:
    before = champion(trained)
    with pytest.raises(
        Refused, match=r"calibration slope: 0.500 \(0.400 to 0.600\), required 0.8 to 1.25, short by 0.300"
    ):
        promotion.promote(trained, refused_version, None)
    assert champion(trained) == before

    reason = "Agreed with the works council on 3 November."
    offered = promotion.promote(trained, refused_version, reason)
    assert (offered.event, offered.replaces, champion(trained)) == ("overridden", before, refused_version)
    tags = registry.connect(trained).get_model_version(registry.MODEL_NAME, refused_version).tags
    assert tags["reason"] == reason
    assert tags["gate"].startswith("refused: calibration slope")
    assert not all(entry["passed"] for entry in json.loads(tags["gate.results"]))
    last = promotion.history(trained)[-1]
    assert (last.event, last.reason, last.version) == ("overridden", reason, refused_version)
    assert [entry for entry in last.gate if not entry["passed"]]

    back = promotion.promote(trained, str(before), "Back: the new one is on probation.")
    assert (champion(trained), back.replaces) == (before, refused_version)
    assert events(trained, refused_version)[-2:] == [
        ("overridden", refused_version, before),
        (back.event, before, refused_version),
    ]


def test_promoting_the_champion_changes_nothing(trained: Settings) -> None:
    before, holder = promotion.history(trained), champion(trained)
    assert promotion.promote(trained, str(holder), None).event is None
    assert promotion.history(trained) == before


@pytest.mark.parametrize("reason", ["", "  ", "x" * 1001])
def test_a_reason_that_is_empty_or_too_long_is_refused(trained: Settings, reason: str) -> None:
    with pytest.raises(BadInput, match="the reason is empty or too long"):
        promotion.promote(trained, "1", reason)


def test_an_alias_moved_past_the_gate_is_detected_and_recorded(trained: Settings, refused_version: str) -> None:
    holder = str(champion(trained))
    registry.make_champion(registry.connect(trained), refused_version)
    promotion.promote(trained, holder, "Put back what the gate chose.")
    assert events(trained)[-2][:2] == ("found", refused_version)
    assert champion(trained) == holder


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_the_ledger_cannot_be_changed(
    database: str, trained: Settings, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    on_postgresql = database == "postgresql"
    url = str(request.getfixturevalue("postgresql_url")) if on_postgresql else f"sqlite:///{tmp_path / 'store.db'}"
    with Store(url) as store:
        with store.promoting(), store.changing() as connection:
            promotion.ledger.append(connection, promotion.history(trained)[0])
        for change in (update(MODEL_LEDGER).values(who="nobody"), delete(MODEL_LEDGER)):
            with pytest.raises(SQLAlchemyError, match="append-only"), store.changing() as connection:
                connection.execute(change)
        with store.reading() as scores:
            assert promotion.ledger.entries(scores.connection) == promotion.history(trained)[:1]


def promote_often(settings: Settings, versions: list[str]) -> None:
    for version in versions * 3:
        promotion.promote(settings, version, f"Process {os.getpid()} takes its turn.")


def test_simultaneous_promotions_leave_one_consistent_ledger(trained: Settings, refused_version: str) -> None:
    pairs = (["1", refused_version], [refused_version, "1"])
    racers = [SPAWN.Process(target=promote_often, args=[trained, pair]) for pair in pairs]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(300)
        assert racer.exitcode == 0
    served = [entry for entry in promotion.history(trained) if entry.event != "refused"]
    assert not [entry for entry in served[1:] if entry.event == "found" and "alias was moved" not in str(entry.reason)]
    for earlier, later in pairwise(served):
        assert later.replaces == earlier.version, "each takes over from the one before"
    assert champion(trained) == served[-1].version


def test_plots_and_a_card_that_fail_never_end_a_training(trained: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("a font is missing")

    monkeypatch.setattr("pipeline.registry.promotion.model_card", fail)
    monkeypatch.setattr("pipeline.registry.runs._log_plots", fail)
    _, model = load(trained, "1")
    report = registry.report_of(registry.connect(trained), "1")
    outcome = promotion.record(trained, model, report, {"gain.svg": b"<svg/>"})
    assert outcome.model_version
    assert [str(each) for each in outcome.missing_illustrations] == ["plots (ValueError)", "model_card (ValueError)"]
    client = registry.connect(trained)
    stored = registry.report_of(client, str(outcome.model_version))
    assert stored.missing_illustrations == outcome.missing_illustrations
    tags = client.get_model_version(registry.MODEL_NAME, str(outcome.model_version)).tags
    assert tags["missing_illustrations"] == "plots (ValueError), model_card (ValueError)"


def stop_before_registering(settings: Settings, text: Any) -> None:
    """Log a model, and stop for good before its version exists."""
    _, model = load(settings, "1")
    report = registry.report_of(registry.connect(settings), "1")

    def halt(*_: object, **__: object) -> None:
        text.send("logged")
        time.sleep(600)

    mlflow.register_model = halt
    promotion.record(settings, model, report)


def test_a_killed_training_leaves_no_version_and_the_next_one_marks_its_run(
    trained: Settings, promote: Callable[[Settings], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = registry.connect(trained)
    before = [entry.version for entry in registry.versions(client)]
    ours, theirs = SPAWN.Pipe(duplex=False)
    process = SPAWN.Process(target=stop_before_registering, args=[trained, theirs])
    process.start()
    assert ours.recv() == "logged"
    os.kill(int(str(process.pid)), signal.SIGKILL)
    process.join()
    assert [entry.version for entry in registry.versions(client)] == before

    experiment = client.get_experiment_by_name("tiny")
    [run] = client.search_runs([experiment.experiment_id], max_results=1)
    client.update_run(run.info.run_id, status="RUNNING")  # as if it had been killed a little earlier
    promote(trained)
    assert client.get_run(run.info.run_id).info.status == "KILLED"
    assert len(registry.versions(client)) == len(before) + 1


def test_a_run_shows_the_figures_to_compare(trained: Settings) -> None:
    client = registry.connect(trained)
    run = client.get_run(registry.run_of(trained, "1"))
    assert run.data.metrics["average_precision"] == 0.5
    assert run.data.params["features"] == "4"
    assert run.inputs.dataset_inputs[0].dataset.name == "tiny"
    files = {entry.path for entry in client.list_artifacts(run.info.run_id)}
    assert {"report.json", "features.json", "model_card.html", "model_card.md"} <= files


def run_cli(settings: Settings, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Any:
    monkeypatch.setenv("RETENTION_VAR", str(settings.var))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", settings.tracking_uri)
    return CliRunner().invoke(entry.app, ["models", *arguments])


def test_the_commands_list_versions_promote_and_write_the_card(
    trained: Settings, refused_version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for arguments in ((), ("list", "--json", str(tmp_path / "models.json"))):
        assert run_cli(trained, monkeypatch, *arguments).exit_code == 0
    listed = json.loads((tmp_path / "models.json").read_text())
    assert [entry["champion"] for entry in listed].count(True) == 1

    refusal = run_cli(trained, monkeypatch, "promote", refused_version)
    assert isinstance(refusal.exception, Refused)
    assert refusal.exception.exit_code == 3
    absent = run_cli(trained, monkeypatch, "promote", "999")
    assert isinstance(absent.exception, BadInput)

    card = run_cli(trained, monkeypatch, "card", refused_version)
    assert "Refused by the gate" in card.stdout
    assert run_cli(trained, monkeypatch, "card", "champion", "--out", str(tmp_path / "card.html")).exit_code == 0
    page = (tmp_path / "card.html").read_text()
    assert "Champion since" in page
    assert "http" not in page.replace("http://www.w3.org", "")


def test_the_api_serves_the_ledger_and_the_card_by_accept(
    trained: Settings, settings: ServerSettings, bearer: Callable[..., dict[str, str]]
) -> None:
    here = settings.model_copy(
        update={"mlflow_tracking_uri": trained.tracking_uri, "database_url": f"sqlite:///{trained.var / 'store.db'}"}
    )
    headers = bearer("auditor")
    with TestClient(create_app(here)) as client:
        answer = client.get("/v1/models/1", headers=headers).json()
        page = client.get("/v1/models/1", headers=headers | {"Accept": "text/html"})
        text = client.get("/v1/models/champion", headers=headers | {"Accept": "text/markdown"})
        other = client.get("/v1/models/1", headers=headers | {"Accept": "image/png"})
    assert (answer["ledger"][0]["event"], answer["ledger"][0]["version"]) == ("promoted", "1")
    assert page.headers["Content-Type"].startswith("text/html")
    assert "img-src data:" in page.headers["Content-Security-Policy"]
    assert "Who is affected, and their rights" in page.text
    assert text.text.startswith("# Risk of leaving voluntarily within 6 months")
    assert other.status_code == 406
