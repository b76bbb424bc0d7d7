"""Sizes, compression, other origins, counters and the log."""

import gzip
import json
import logging
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from api_server import Bearer
from fastapi.testclient import TestClient
from servers import free_port

from pipeline.store.store import Store
from serving.app import create_app
from serving.http.logs import JsonLines
from serving.settings import ServerSettings

RISKS = "/v1/risks?purpose=workforce_planning"
CONTEST = "/v1/employees/A/contest"


@pytest.fixture
def local(settings: ServerSettings, store: Store) -> Iterator[TestClient]:
    with TestClient(create_app(settings), client=("127.0.0.1", 50000)) as client:
        yield client


def test_a_body_that_is_too_large_is_413_with_or_without_a_length(client: TestClient, bearer: Bearer) -> None:
    large = json.dumps({"ground": "wrong", "statement": "x" * 5_000_000}).encode()
    pieces: Iterator[bytes] = (large[start : start + 4096] for start in range(0, len(large), 4096))
    for content in (large, pieces):
        answer = client.post(CONTEST, content=content, headers=bearer("hr"))
        assert (answer.status_code, answer.json()["type"]) == (413, "urn:retention:problem:too-large")
    sound = {"ground": "wrong", "statement": "x" * 2000}
    assert client.post(CONTEST, json=sound, headers=bearer("hr")).status_code == 201


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b'{"ground": NaN, "statement": Infinity}'])
def test_invalid_json_is_422_without_the_value(client: TestClient, bearer: Bearer, body: bytes) -> None:
    answer = client.post(CONTEST, content=body, headers=bearer("hr") | {"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_long_answers_are_compressed_for_clients_that_accept_it(client: TestClient, bearer: Bearer) -> None:
    with client.stream("GET", RISKS, headers=bearer("hr") | {"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert len(json.loads(gzip.decompress(b"".join(answer.iter_raw())))["people"]) == 8
    assert "Content-Encoding" not in client.get(RISKS, headers=bearer("hr") | {"Accept-Encoding": "identity"}).headers


def test_other_origins_are_refused_unless_a_setting_names_them(
    client: TestClient, settings: ServerSettings, store: Store
) -> None:
    asked = {"Origin": "https://hr.example", "Access-Control-Request-Method": "GET"}
    assert "Access-Control-Allow-Origin" not in client.options("/v1/risks", headers=asked).headers
    with TestClient(create_app(settings.model_copy(update={"cors_origins": ("https://hr.example",)}))) as opened:
        assert opened.options("/v1/risks", headers=asked).headers["Access-Control-Allow-Origin"] == "https://hr.example"
        other = opened.options("/v1/risks", headers=asked | {"Origin": "https://evil.example"})
        assert "Access-Control-Allow-Origin" not in other.headers


@pytest.mark.parametrize("path", ["/health/live", "/v1/nothing", RISKS])
def test_every_answer_has_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Strict-Transport-Security"].startswith("max-age=")
    assert headers["Cache-Control"] == "no-store"
    assert "server" not in headers


def test_counters_show_served_and_refused_requests_and_name_nobody(local: TestClient, bearer: Bearer) -> None:
    local.get("/v1/employees/E-4711/risk?purpose=model_review", headers=bearer("hr", "H-0815"))
    local.get(RISKS, headers=bearer("hr"))
    local.get(RISKS, headers=bearer("auditor"))
    text = local.get("/metrics").text
    assert "retention_people_served_total 8.0" in text
    assert 'retention_refusals_total{route="/v1/risks",status="403"} 1.0' in text
    assert 'retention_audit_rows_total{result="released"} 8.0' in text
    assert 'retention_request_seconds_count{method="GET",route="/v1/risks",status="200"} 1.0' in text
    assert "E-4711" not in text
    assert "H-0815" not in text


@pytest.mark.parametrize(
    ("setting", "here", "elsewhere"), [("local", 200, 404), ("open", 200, 200), ("closed", 404, 404)]
)
def test_counters_are_local_only_unless_a_setting_says_otherwise(
    settings: ServerSettings, setting: str, here: int, elsewhere: int
) -> None:
    app = create_app(settings.model_copy(update={"metrics": setting}))
    for client, status in (("127.0.0.1", here), ("10.0.0.7", elsewhere)):
        with TestClient(app, client=(client, 50000)) as asking:
            assert asking.get("/metrics").status_code == status


def test_the_inner_port_has_the_counters_and_nothing_else(settings: ServerSettings) -> None:
    port = free_port()
    with TestClient(create_app(settings.model_copy(update={"inner_port": port, "metrics": "closed"}))) as client:
        client.get("/health/live")
        text = httpx2.get(f"http://127.0.0.1:{port}/metrics").text
    assert 'route="/health/live"' in text


def test_the_log_is_json_and_an_error_is_logged_without_its_message(
    client: TestClient, bearer: Bearer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("Employee E-4711 has a risk of 0.3775")

    monkeypatch.setattr(Store, "append_audit", fail)
    with caplog.at_level(logging.INFO, "retention.server"):
        client.get("/v1/employees/E-4711/risk?purpose=model_review", headers=bearer("hr") | {"X-Request-ID": "walk-1"})
    lines: list[dict[str, Any]] = [json.loads(JsonLines().format(record)) for record in caplog.records]
    assert lines[-1] | {"at": "", "milliseconds": 0, "message": ""} == {
        "at": "",
        "level": "info",
        "logger": "retention.server",
        "message": "",
        "request_id": "walk-1",
        "method": "GET",
        "route": "/v1/employees/{employee_id:path}/risk",
        "status": 500,
        "milliseconds": 0,
    }
    assert "RuntimeError at" in lines[-2]["message"]
    assert not any("4711" in json.dumps(line) or "0.3775" in json.dumps(line) for line in lines)
