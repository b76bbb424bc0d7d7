"""The stop button over the API and on the pages: every route while halted, two servers, who may use it, the record."""

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest
from api_server import Bearer, becomes
from fastapi.testclient import TestClient
from published import AuditRows
from stopping import REASON, halt, resume
from typer.testing import CliRunner

import pipeline
from pipeline.commands.main import app as commands
from pipeline.identity.tokens import Role, issue_token
from pipeline.settings import Settings
from pipeline.store.operations.halts import Halted
from pipeline.store.store import Store
from serving.access.halting import FRESH_SECONDS
from serving.app import create_app
from serving.settings import ServerSettings

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy
PERSON = "/v1/employees/A/risk?purpose=retention_conversation"

STOPS = "urn:retention:problem:halted"
GROUPS = {
    "/v1/groups/{dimension}",
    "/v1/internal-services",
    "/v1/turnover",
    "/v1/outlook",
    "/v1/plans",
    "/v1/plans/{name}",
}
GOES_ON = {
    "/v1/employees/{employee_id}/contest": "a right of the person; no score",
    "/v1/employees/{employee_id}/objection": "a right of the person; no score",
    "/v1/employees/{employee_id}": "erasure, a right of the person; no score",
    "/v1/contests": "what people contest; no score",
    "/v1/me/receipt": "what is held, without an estimate: `test_own_receipt.py`",
    "/v1/me/contest": "a right of the person; no score",
    "/v1/me/objection": "a right of the person; no score",
    "/v1/audit": "who looked",
    "/v1/briefing": "a text for managers",
    "/v1/briefing/confirmation": "that a manager has read it",
    "/v1/halt": "the state itself",
    "/v1/representation": "figures of models and of use, never of people",
    "/v1/models/champion": "figures of a model",
    "/v1/models/{version}": "figures of a model",
    "/health/live": "nothing",
    "/health/ready": "nothing",
    "/metrics": "counts",
}
"""The routes that a halt does not stop, and what they show."""
ASKER = {
    "/v1/audit": ("auditor",),
    "/v1/briefing": ("manager", "M1"),
    "/v1/briefing/confirmation": ("manager", "M1"),
    "/v1/lists/{month}/nominations": ("manager", "M1"),
    "/v1/groups/line": ("manager", "M1"),
    "/v1/representation": ("representative",),
    "/v1/me/receipt": ("employee", "A"),
    "/v1/me/contest": ("employee", "A"),
    "/v1/me/objection": ("employee", "A"),
}
"""Who may call a route that is not for HR."""
BODIES: dict[str, Any] = {
    "/v1/scores": {"records": [{"tenure_months": 8.0}]},
    "/v1/employees/{employee_id}/what-if": {"promotion": True},
    "/v1/plans": {"by": "department", "levers": {"promotion": True}},
    "/v1/lists/{month}/{employee_id}/answer": {"outcome": "talked"},
    "/v1/lists/{month}/nominations": {"employee_ids": ["A"]},
    "/v1/employees/{employee_id}/contest": {"ground": "wrong", "statement": "no"},
    "/v1/me/contest": {"ground": "wrong", "statement": "no"},
}


@pytest.fixture
def halted(store: Store) -> Store:
    halt(store)
    return store


@pytest.mark.parametrize("keeps_groups", [True, False])
def test_every_route_while_halted(
    halted: Store, settings: ServerSettings, trained: Settings, bearer: Bearer, keeps_groups: bool
) -> None:
    """A route that is added later stops too, unless it is named above."""
    uses = {"mlflow_tracking_uri": trained.mlflow_tracking_uri, "halt_keeps_groups": keeps_groups}
    uses["employee_access"] = True
    going_on = GOES_ON.keys() | (GROUPS if keeps_groups else set())
    with TestClient(create_app(settings.model_copy(update=uses))) as client:
        described = client.get("/openapi.json").json()["paths"]
        assert going_on <= described.keys()
        calls = [(path, method) for path, operations in described.items() for method in operations]
        for path, method in sorted(calls, key=lambda call: call[1] == "delete"):
            url = path.format(employee_id="A", month="2026-09", dimension="department", version="1", name="Raise")
            params = {"purpose": "retention_conversation"} | ({"query": "A"} if path == "/v1/people" else {})
            headers = bearer(*ASKER.get(path, ("hr",)))
            if (path, method) in {("/v1/halt", "post"), ("/v1/halt", "delete")}:
                continue  # below
            answer = client.request(method, url, params=params, headers=headers, json=BODIES.get(path))
            if path in going_on:
                assert answer.status_code != 503, (path, answer.text)
            else:
                assert answer.status_code == 503, (path, answer.text)
                problem = answer.json()
                assert answer.headers["Content-Type"] == "application/problem+json"
                assert (problem["type"], problem["reason"]) == (STOPS, REASON)


def test_groups_that_name_managers_stop_for_those_who_see_the_names(
    halted: Store, client: TestClient, bearer: Bearer
) -> None:
    assert client.get("/v1/groups/manager", headers=bearer("hr")).status_code == 503
    assert client.get("/v1/groups/department", headers=bearer("hr")).status_code == 200
    assert client.get("/v1/groups/manager", headers=bearer("data_scientist")).status_code == 200


def test_a_manager_is_stopped_too_and_each_attempt_is_audited(
    halted: Store, client: TestClient, bearer: Bearer, audit_rows: AuditRows
) -> None:
    assert client.get("/v1/lists/2026-09", headers=bearer("manager", "M1")).status_code == 503
    answer = client.post("/v1/lists/2026-09/A/answer", json={"outcome": "talked"}, headers=bearer("manager", "M1"))
    assert answer.status_code == 503
    assert [(row["who"], row["result"]) for row in audit_rows()[1:]] == [("M1", "refused"), ("M1", "refused")]


def test_an_answer_that_waited_for_its_audit_row_is_not_released_once_halted(
    client: TestClient, store: Store, settings: ServerSettings, bearer: Bearer, audit_rows: AuditRows
) -> None:
    """On SQLite the row waits while somebody else writes, as a publication does; the answer was read before."""
    with Store.of(settings) as writer, ThreadPoolExecutor(2) as pool:
        with writer.changing():
            answer = pool.submit(client.get, PERSON, headers=bearer("hr", "H1"))
            time.sleep(2 * FRESH_SECONDS)
            pool.submit(halt, store)
            assert becomes(lambda: int(writer.current_halt() is not None), 1)
            time.sleep(2 * FRESH_SECONDS)
            assert not answer.done()
        assert (answer.result(60).status_code, answer.result().json()["reason"]) == (503, REASON)
    assert "refused" in [row["result"] for row in audit_rows() if row["who"] == "H1"]


def test_hr_halts_and_resumes_over_the_api(client: TestClient, bearer: Bearer, audit_rows: AuditRows) -> None:
    hr = bearer("hr", "H1")
    assert client.get("/v1/halt", headers=hr).json() == {
        "is_halted": False,
        "reason": None,
        "since": None,
        "events": [],
    }
    state = client.post("/v1/halt", json={"reason": REASON}, headers=hr).json()
    assert (state["is_halted"], state["reason"], state["events"][0]["who"]) == (True, REASON, "H1")
    assert client.get(PERSON, headers=hr).status_code == 503
    again = client.post("/v1/halt", json={"reason": "another"}, headers=hr).json()
    assert (again["reason"], len(again["events"])) == (REASON, 1)
    ended = client.delete("/v1/halt?reason=Reviewed.", headers=hr).json()
    assert ended["is_halted"] is False
    assert [(each["event"], each["reason"]) for each in ended["events"]] == [
        ("resumed", "Reviewed."),
        ("halted", REASON),
    ]
    assert client.get(PERSON, headers=hr).status_code == 200
    kept = [(row["who"], row["role"], row["what"], row["result"]) for row in audit_rows() if row["whom"] is None]
    assert kept[1:] == [
        ("H1", "hr", "POST /v1/halt", "halted"),
        ("H1", "hr", "POST /v1/halt", "halted before"),
        ("H1", "hr", "DELETE /v1/halt", "resumed"),
    ]


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "  "}, {"reason": "a\x00b"}, {"reason": "x" * 1001}])
def test_a_halt_needs_a_reason(client: TestClient, bearer: Bearer, body: dict[str, str]) -> None:
    assert client.post("/v1/halt", json=body, headers=bearer("hr")).status_code == 422
    assert client.get(PERSON, headers=bearer("hr")).status_code == 200


def test_the_settings_name_the_roles_that_may_halt(store: Store, settings: ServerSettings, bearer: Bearer) -> None:
    assert store.is_ready()
    for roles in ((Role.HR,), (Role.AUDITOR, Role.HR)):
        with TestClient(create_app(settings.model_copy(update={"halt_roles": roles}))) as client:
            for role, person in ((Role.HR, "H1"), (Role.AUDITOR, "X1"), (Role.MANAGER, "M1")):
                headers = bearer(role, person)
                answers = [
                    client.get("/v1/halt", headers=headers),
                    client.post("/v1/halt", json={"reason": REASON}, headers=headers),
                    client.delete("/v1/halt", headers=headers),
                ]
                expected = 200 if role in roles else 403
                assert [answer.status_code for answer in answers] == [expected] * 3, (roles, role)


def test_two_servers_and_a_command_stop_each_other(
    store: Store, settings: ServerSettings, start_server: Any, bearer: Bearer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is a process of its own; a server that is killed right after it confirmed a halt changes nothing."""
    assert store.is_ready()
    first, second = start_server(), start_server()
    hr = bearer("hr")

    def seen_by(server: Any) -> int:
        return httpx2.get(f"{server.url}{PERSON}", headers=hr).status_code

    assert (seen_by(first), seen_by(second)) == (200, 200)
    answer = httpx2.post(f"{first.url}/v1/halt", json={"reason": REASON}, headers=hr)
    first.process.kill()
    first.process.wait()
    assert answer.json()["is_halted"] is True
    assert seen_by(second) == 503  # at once: the store is read for every answer
    assert becomes(lambda: int("retention_halted 1.0" in httpx2.get(f"{second.url}/metrics").text), 1)
    monkeypatch.setenv("RETENTION_VAR", str(settings.var))
    assert CliRunner().invoke(commands, ["resume"]).exit_code == 0
    assert seen_by(second) == 200
    assert CliRunner().invoke(commands, ["halt", "--reason", REASON]).exit_code == 0
    assert seen_by(second) == 503


@pytest.mark.parametrize("settings", [{"metrics": "open"}], indirect=True)
def test_the_server_stays_up_and_says_that_it_is_halted(client: TestClient, store: Store) -> None:
    assert "retention_halted 0.0" in client.get("/metrics").text
    halt(store)

    def ready_says(status: str) -> int:
        answer = client.get("/health/ready")
        assert answer.status_code == 200
        return int(answer.json()["status"] == status)

    assert client.get("/health/live").json() == {"status": "live"}
    assert becomes(lambda: ready_says("halted"), 1)
    assert becomes(lambda: int("retention_halted 1.0" in client.get("/metrics").text), 1)
    resume(store)
    assert becomes(lambda: ready_says("ready"), 1)
    assert becomes(lambda: int("retention_halted 0.0" in client.get("/metrics").text), 1)


STOPPED_PAGES = ("/people", "/people/A", "/people/A/receipt", "/list?manager_id=M1", "/lists")
OTHER_PAGES = ("/overview", "/groups", "/services", "/halt")


@pytest.fixture
def signed_in(settings: ServerSettings, store: Store) -> Iterator[TestClient]:
    assert store.is_ready()
    with TestClient(create_app(settings), base_url="https://testserver") as client:
        token = form_token(client.get("/sign-in").text)
        client.post("/sign-in", data={"form_token": token, "token": issue_token(settings, "hr", "H1")})
        token = form_token(client.get("/overview").text)
        client.post("/purpose", data={"form_token": token, "purpose": "retention_conversation"})
        yield client


def form_token(page: str) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found
    return found[1]


def test_every_page_says_that_the_system_is_halted_and_why(signed_in: TestClient) -> None:
    paths = (*STOPPED_PAGES, *OTHER_PAGES)
    before = {path: signed_in.get(path).status_code for path in paths}
    token = form_token(signed_in.get("/halt").text)
    done = signed_in.post("/halt", data={"form_token": token, "event": "halted", "reason": "Review <b>now</b>"})
    assert done.status_code == 200
    assert "The system is halted" in done.text
    for language, words in (("en", "The system has been halted since"), ("ru", "Система остановлена с")):
        signed_in.cookies.set("retention-language", language)
        pages = {path: signed_in.get(path) for path in paths}
        assert {path: page.status_code for path, page in pages.items()} == before | dict.fromkeys(STOPPED_PAGES, 503)
        for path, page in pages.items():
            assert words in page.text, path
            assert "Review &lt;b&gt;now&lt;/b&gt;" in page.text, path
    signed_in.post("/halt", data={"form_token": token, "event": "resumed"})
    pages = {path: signed_in.get(path) for path in paths}
    assert {path: page.status_code for path, page in pages.items()} == before
    assert "Система остановлена с" not in pages["/lists"].text


def test_the_button_needs_a_reason_and_its_own_form(signed_in: TestClient) -> None:
    token = form_token(signed_in.get("/halt").text)
    assert signed_in.post("/halt", data={"form_token": token, "event": "halted", "reason": " "}).status_code == 422
    assert signed_in.post("/halt", data={"event": "halted", "reason": REASON}).status_code == 403
    assert signed_in.get("/people").status_code == 200


def test_roles_that_may_not_halt_see_the_banner_and_no_button(store: Store, settings: ServerSettings) -> None:
    halt(store)
    with TestClient(create_app(settings), base_url="https://testserver") as client:
        token = form_token(client.get("/sign-in").text)
        assert REASON not in client.get("/sign-in").text  # nobody is signed in
        client.post("/sign-in", data={"form_token": token, "token": issue_token(settings, "manager", "M1")})
        page = client.get("/list")
        assert page.status_code == 503
        assert REASON in page.text
        assert 'href="/halt"' not in page.text
        assert client.get("/halt").status_code == 403


STOPPED = {
    "score": ["{source}", "--out", "{out}"],
    "train": ["{source}", "--predictions", "{out}"],
    "monthly": ["{source}"],
    "lists": [],
    "deliver": [],
    "demo": [],
}
"""The commands that write somebody's risk, as in `test_notice.py`."""


@pytest.mark.parametrize("name", STOPPED)
def test_no_command_writes_a_risk_while_halted(
    halted: Store, settings: ServerSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    source = tmp_path / "tiny"
    source.mkdir()
    (source / "employees.csv").write_text("employee_id\nA\n")
    monkeypatch.setenv("RETENTION_VAR", str(settings.var))
    arguments = [each.format(source=source, out=tmp_path / "out.parquet") for each in STOPPED[name]]
    refused = CliRunner().invoke(commands, [name, *arguments])
    assert isinstance(refused.exception, Halted), refused.output
    assert refused.exception.exit_code == 3
    assert REASON in str(refused.exception)
    assert not (tmp_path / "out.parquet").exists()


def test_records_are_not_scored_in_a_notebook_while_halted(
    halted: Store, settings: ServerSettings, trained: Settings
) -> None:
    model = pipeline.load_model(settings=trained)
    with pytest.raises(Halted):
        pipeline.score(model, [{"tenure_months": 8.0}], settings=settings)
    resume(halted)
    assert pipeline.score(model, [{"tenure_months": 8.0}], settings=settings).scores.height == 1
