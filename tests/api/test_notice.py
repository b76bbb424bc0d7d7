"""Before people are informed that they are scored, nobody's risk leaves by any command, function, route or page."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from api_server import Bearer
from fastapi.testclient import TestClient
from typer.main import get_command
from typer.testing import CliRunner

import pipeline
from features.errors import BadInput, Refused
from pipeline.commands.main import app as commands
from pipeline.identity.tokens import issue_token
from pipeline.lists.delivery.mailing import deliver
from pipeline.settings import Settings
from pipeline.store.store import Store
from serving.app import create_app
from serving.settings import ServerSettings

NO_PERSON = {
    "simulate": "invented people",
    "draft": "queries and questions",
    "check": "counts of rows",
    "turnover": "what happened, by group",
    "outlook": "what is coming, by group",
    "features": "features, no risk",
    "monitor": "figures of a month",
    "effect": "figures of two parts",
    "purge": "counts",
    "privacy": "counts",
    "documents": "settings and counts",
    "receipt": "what is held, without an estimate before the notice: `test_receipt_command.py`",
    "token": "a token",
    "halt": "nothing",
    "notify": "counts and a link",
    "remind": "counts and a link",
    "settings check": "settings",
    "resume": "nothing",
    "audit verify": "counts",
    "models list": "versions",
    "models promote": "figures of a model",
    "models card": "figures of a model",
}
"""The commands that write nobody's risk, and what they write instead."""

GATED = {
    "train": ["{source}", "--predictions", "{out}"],
    "score": ["{source}", "--out", "{out}"],
    "monthly": ["{source}"],
    "lists": [],
    "deliver": [],
    "demo": [],
}
"""The commands that write somebody's risk, with the arguments with which they do."""


def names_of(command: Any, before: str = "") -> Iterator[str]:
    for name, each in getattr(command, "commands", {}).items():
        full = f"{before} {name}".strip()
        yield from names_of(each, full) if getattr(each, "commands", None) else [full]


def test_every_command_is_known_to_write_a_risk_or_none() -> None:
    assert set(names_of(get_command(commands))) == NO_PERSON.keys() | GATED.keys()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "employees.csv").write_text("employee_id\nA\n")
    return folder


@pytest.fixture
def addresses(tmp_path: Path) -> Path:
    file = tmp_path / "addresses.csv"
    file.write_text("manager_id,address\nM1,m1@example.org\n")
    return file


def files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.suffix in (".html", ".parquet", ".csv")}


@pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy
@pytest.mark.parametrize("name", GATED)
def test_no_command_writes_a_risk_before_the_notice(
    store: Store,
    settings: ServerSettings,
    source: Path,
    addresses: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    """The months in the store were published before the setting was made."""
    assert store.is_ready()
    variables = {
        "VAR": str(settings.var),
        "NOTICE_REQUIRED": "true",
        "MAIL_INCLUDES_LIST": "true",
        "ADDRESSES": str(addresses),
        "SMTP_HOST": "127.0.0.1",
        "SMTP_ATTEMPTS": "1",
        "SMTP_FROM": "hr@example.org",
    }
    for variable, value in variables.items():
        monkeypatch.setenv(f"RETENTION_{variable}", value)
    before = files(tmp_path)
    arguments = [each.format(source=source, out=tmp_path / "out.parquet") for each in GATED[name]]
    refused = CliRunner().invoke(commands, [name, *arguments])
    assert isinstance(refused.exception, Refused), refused.output
    assert "have not been informed" in str(refused.exception)
    assert files(tmp_path) == before


@pytest.mark.filterwarnings("default")
def test_training_without_predictions_needs_no_notice(source: Path, settings: ServerSettings) -> None:
    """A model names nobody. The source has no table, so training ends at the next step, with an error about that."""
    gated = settings.model_copy(update={"notice_required": True})
    with pytest.raises(Refused):
        pipeline.train(source, settings=gated)
    with pytest.raises(BadInput):
        pipeline.train(source, settings=gated, predictions=False)


@pytest.mark.filterwarnings("default")
def test_records_are_not_scored_in_a_notebook_before_the_notice(trained: Settings) -> None:
    record, model = {"tenure_months": 8.0}, pipeline.load_model(settings=trained)
    assert pipeline.score(model, [record], settings=trained).scores.height == 1
    today = datetime.now(UTC).date()
    for update in ({"notice_required": True}, {"notice_given": {"tiny": today + timedelta(days=2)}}):
        with pytest.raises(Refused):
            pipeline.score(model, [record], settings=trained.model_copy(update=update))


SHOWS_NO_RISK = {
    "/v1/employees/{employee_id}/receipt": "what is held, which a person may always ask for",
    "/v1/employees/{employee_id}/contest": "what was sent",
    "/v1/employees/{employee_id}/objection": "what was withdrawn",
    "/v1/employees/{employee_id}": "a proof of erasure",
    "/v1/briefing": "a text for managers",
    "/v1/briefing/confirmation": "that a manager has read it",
    "/v1/me/receipt": "what is held, without an estimate: `test_own_receipt.py`",
    "/v1/me/contest": "what was sent",
    "/v1/me/objection": "whether the person objects",
    "/v1/people": "names and posts",
    "/v1/contests": "what is contested",
    "/v1/groups/{dimension}": "figures of groups",
    "/v1/internal-services": "figures of groups",
    "/v1/turnover": "what happened, by group",
    "/v1/outlook": "what is coming, by group",
    "/v1/plans": "sums over whole groups",
    "/v1/plans/{name}": "sums over whole groups",
    "/v1/audit": "who looked",
    "/v1/halt": "whether the system is halted",
    "/v1/representation": "figures of models and of use, never of people",
    "/v1/models/champion": "figures of a model",
    "/v1/models/{version}": "figures of a model",
    "/health/live": "nothing",
    "/health/ready": "nothing",
    "/metrics": "counts of requests",
}
"""The routes that show nobody's risk, and what they show instead."""

BODIES: dict[str, Any] = {
    "/v1/scores": {"records": [{"tenure_months": 8.0}]},
    "/v1/employees/{employee_id}/what-if": {"promotion": True},
    "/v1/lists/{month}/{employee_id}/answer": {"outcome": "talked"},
    "/v1/lists/{month}/nominations": {"employee_ids": ["A"]},
}
FOR_MANAGERS = {"/v1/groups/line", "/v1/lists/{month}/nominations"}


@pytest.mark.filterwarnings("default")
def test_no_route_shows_a_risk_before_the_notice(
    store: Store, settings: ServerSettings, trained: Settings, bearer: Bearer
) -> None:
    """Each route that is not known to show nobody's risk is refused, and answers once people were informed."""
    assert store.is_ready()
    uses = {"mlflow_tracking_uri": trained.mlflow_tracking_uri}
    required = settings.model_copy(update={"notice_required": True, **uses})
    informed = required.model_copy(update={"notice_given": {"tiny": date(2026, 1, 1)}})
    statuses: dict[str, list[int]] = {}
    for each in (required, informed):
        with TestClient(create_app(each)) as client:
            paths = client.get("/openapi.json").json()["paths"]
            assert SHOWS_NO_RISK.keys() <= paths.keys()
            for path, operations in paths.items():
                if path in SHOWS_NO_RISK:
                    continue
                for method in operations:
                    url = path.format(employee_id="A", month="2026-09")
                    params = {"purpose": "retention_conversation"}
                    headers = bearer(*(("manager", "M1") if path in FOR_MANAGERS else ("hr",)))
                    answer = client.request(method, url, params=params, headers=headers, json=BODIES.get(path))
                    statuses.setdefault(path, []).append(answer.status_code)
                    if each is required:
                        assert answer.json()["type"] == "urn:retention:problem:not-informed", path
    # the model of the registry did not make the published scores, so a what-if finds no model
    expected = {path: [403, 200] for path in statuses}
    expected |= {
        "/v1/employees/{employee_id}/what-if": [403, 404],
        "/v1/lists/{month}/{employee_id}/answer": [403, 201],
        "/v1/lists/{month}/nominations": [403, 201],
    }
    assert statuses == expected


PAGES_WITH_RISKS = ("/people", "/people/A", "/list?manager_id=M1", "/lists")


def test_no_page_shows_a_risk_before_the_notice(store: Store, settings: ServerSettings) -> None:
    assert store.is_ready()
    required = settings.model_copy(update={"notice_required": True})
    informed = required.model_copy(update={"notice_given": {"tiny": date(2026, 1, 1)}})
    statuses = []
    for each in (required, informed):
        with TestClient(create_app(each), base_url="https://testserver") as client:
            token = form_token(client.get("/sign-in").text)
            client.post("/sign-in", data={"form_token": token, "token": issue_token(settings, "hr")})
            token = form_token(client.get("/people/A/receipt").text)
            client.post("/purpose", data={"form_token": token, "purpose": "retention_conversation"})
            statuses.append([client.get(page).status_code for page in (*PAGES_WITH_RISKS, "/people/A/receipt")])
    assert statuses == [[403, 403, 403, 403, 200], [200, 200, 200, 200, 200]]


def form_token(page: str) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found
    return found[1]


def test_no_list_is_mailed_before_the_day_of_notice(store: Store, settings: ServerSettings, addresses: Path) -> None:
    more: dict[str, Any] = {"smtp_host": "127.0.0.1", "smtp_from": "hr@example.org", "mail_includes_list": True}
    more |= {"addresses": addresses}
    tomorrow = {"tiny": datetime.now(UTC).date() + timedelta(days=2)}
    with pytest.raises(Refused):
        deliver(store, settings.model_copy(update=more | {"notice_given": tomorrow}), "2026-09", is_rehearsal=True)
    assert deliver(store, settings.model_copy(update=more), "2026-09", is_rehearsal=True).month == "2026-09"
