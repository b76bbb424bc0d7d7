"""`retention receipt`: the person's own page as a file, from the command line."""

from datetime import date
from pathlib import Path

import pytest
from published import SEPTEMBER, AuditRows, publication
from stopping import halt
from typer.testing import CliRunner, Result

from features.errors import BadInput
from pipeline.commands.main import app as commands
from pipeline.settings import Settings
from pipeline.store.publication import Publication
from pipeline.store.store import Store
from serving.settings import ServerSettings

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy


@pytest.fixture
def run(settings: ServerSettings, store: Store, trained: Settings, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    assert store.is_ready()
    monkeypatch.setenv("RETENTION_VAR", str(settings.var))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", trained.tracking_uri)
    return lambda *arguments: CliRunner().invoke(commands, ["receipt", *map(str, arguments)])


def test_it_writes_the_receipt_and_leaves_a_row_of_the_audit(run, tmp_path: Path, audit_rows: AuditRows) -> None:  # type: ignore[no-untyped-def]
    out = tmp_path / "receipt.html"
    done: Result = run("A", "--out", out)
    assert done.exit_code == 0, done.output
    text = out.read_text(encoding="utf-8")
    assert "between 19 and 69 leave within six months" in text
    assert "A" not in done.output.split()  # no id in what is printed
    row = audit_rows()[-1]
    assert (row["who"], row["role"], row["whom"], row["purpose"], row["result"], row["source"]) == (
        "retention receipt",
        "operator",
        "A",
        "data_subject_request",
        "released",
        "tiny",
    )


def test_it_is_in_the_language_asked_for(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    out = tmp_path / "receipt.html"
    assert run("A", "--out", out, "--language", "ru").exit_code == 0
    assert "Что о вас хранится" in out.read_text(encoding="utf-8")
    assert isinstance(run("A", "--out", out, "--language", "xx").exception, BadInput)


def test_before_the_notice_and_while_halted_it_holds_no_estimate(
    run,  # type: ignore[no-untyped-def]
    tmp_path: Path,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = tmp_path / "receipt.html"
    monkeypatch.setenv("RETENTION_NOTICE_REQUIRED", "true")
    assert run("A", "--out", out).exit_code == 0
    before = out.read_text(encoding="utf-8")
    monkeypatch.setenv("RETENTION_NOTICE_GIVEN", '{"tiny": "2026-01-01"}')
    halt(store)
    assert run("A", "--out", out).exit_code == 0
    for text in (before, out.read_text(encoding="utf-8")):
        assert "leave within six months" not in text
        assert "38%" not in text
        assert "Estimates, each with your post" in text
    assert "not been informed yet" in before


def test_a_person_of_whom_nothing_is_held_or_several_sources_hold_one_is_an_error(
    run, tmp_path: Path, store: Store
) -> None:  # type: ignore[no-untyped-def]
    out = tmp_path / "receipt.html"
    assert "no data is held" in str(run("NOBODY", "--out", out).exception)
    first = publication(
        date(2026, 9, 30), {"A": SEPTEMBER["A"], "Z": SEPTEMBER["B"]}, manager_of={"A": None, "Z": None}
    )
    for name in ("east", "west"):
        store.publish(Publication(**{**vars(first), "source": name}))
    store.publish(publication(date(2026, 11, 30), SEPTEMBER))
    assert "several sources" in str(run("Z", "--out", out).exception)
    assert not out.exists()
    assert run("Z", "--out", out, "--source", "west").exit_code == 0
    assert "west" in out.read_text(encoding="utf-8")
