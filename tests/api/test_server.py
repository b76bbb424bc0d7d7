"""What every route has: problems, request ids, headers, health, OpenAPI; and the real server process."""

import logging
import pkgutil
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx2
import pytest
from api_server import Bearer, becomes
from fastapi.testclient import TestClient
from pydantic import BaseModel

from serving import schemas
from serving.app import create_app
from serving.settings import ServerSettings

Server = Any  # conftest.Server
PROBLEM = "application/problem+json"


def test_an_unknown_path_is_a_problem_document(client: TestClient) -> None:
    answer = client.get("/v1/nothing")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, PROBLEM)
    assert answer.json()["request_id"] == answer.headers["X-Request-ID"]


def test_an_unknown_method_is_a_problem_document_with_the_allowed_ones(client: TestClient) -> None:
    answer = client.delete("/v1/risks")
    assert (answer.status_code, answer.headers["Content-Type"]) == (405, PROBLEM)
    assert answer.headers["Allow"] == "GET"


def test_a_validation_error_does_not_repeat_the_value(client: TestClient, bearer: Bearer) -> None:
    answer = client.get("/v1/risks?purpose=model_review&limit=secret", headers=bearer("hr"))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == "query.limit"
    assert "secret" not in answer.text


@pytest.mark.parametrize(("given", "is_kept"), [("walk-1", True), ("a" * 65, False), ("a b", False), ("ü", False)])
def test_a_plain_request_id_is_preserved(client: TestClient, given: str, is_kept: bool) -> None:
    answer = client.get("/health/live", headers={"X-Request-ID": given.encode()})
    assert (answer.headers["X-Request-ID"] == given) is is_kept


def test_nothing_is_cached_or_sniffed(client: TestClient) -> None:
    headers = client.get("/health/live").headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_log_has_the_route_template_and_no_person(
    client: TestClient, bearer: Bearer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "retention.server"):
        client.get("/v1/employees/E-4711/risk?purpose=model_review", headers=bearer("hr"))
    assert "GET /v1/employees/{employee_id:path}/risk 404" in caplog.text
    assert "E-4711" not in caplog.text


def test_the_404_before_the_first_publication_says_what_to_do(settings: ServerSettings, bearer: Bearer) -> None:
    with TestClient(create_app(settings)) as client:
        assert client.get("/health/ready").status_code == 200
        answer = client.get("/v1/employees/A/risk?purpose=model_review", headers=bearer("hr"))
        assert answer.status_code == 404
        assert "retention score" in answer.json()["detail"]


def test_a_store_outage_is_503_and_readiness_recovers(settings: ServerSettings, bearer: Bearer, tmp_path: Path) -> None:
    place = tmp_path / "elsewhere"
    place.write_text("a file where a folder should be")
    away = settings.model_copy(update={"database_url": f"sqlite:///{place}/store.db"})
    with TestClient(create_app(away)) as client:
        assert client.get("/health/ready").status_code == 503
        answer = client.get("/v1/employees/A/risk?purpose=model_review", headers=bearer("hr"))
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert client.get("/health/live").status_code == 200
        place.unlink()
        assert becomes(lambda: client.get("/health/ready").status_code, 200)


def test_every_operation_documents_its_problems_and_an_example(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()
    assert "HTTPValidationError" not in schema["components"]["schemas"]
    for path, operations in schema["paths"].items():
        for operation in operations.values():
            for status, answer in operation["responses"].items():
                if path.startswith("/v1") and int(status) >= 400:
                    assert list(answer["content"]) == [PROBLEM]
                if status in ("200", "201") and path.startswith("/v1"):
                    text = answer["content"]["application/json"]["schema"]
                    for each in text.get("anyOf", [text]):
                        assert schema["components"]["schemas"][each["$ref"].rpartition("/")[2]]["examples"]
            body = operation.get("requestBody", {"content": {}})["content"]
            for text in body.values():
                assert schema["components"]["schemas"][text["schema"]["$ref"].rpartition("/")[2]]["examples"]


def test_examples_are_valid_answers() -> None:
    result = 0
    for module in pkgutil.iter_modules(schemas.__path__, "serving.schemas."):
        for model in vars(import_module(module.name)).values():
            if isinstance(model, type) and issubclass(model, BaseModel) and model.__module__ == module.name:
                for example in (model.model_config.get("json_schema_extra") or {}).get("examples", []):
                    model.model_validate(example)
                    result += 1
    assert result >= 21


def test_the_real_server_answers_and_logs_no_person(server: Server, bearer: Bearer) -> None:
    url = "/v1/employees/A/risk?purpose=retention_conversation"
    with httpx2.Client(base_url=server.url) as client:
        answers: dict[str, Any] = {
            "hr": client.get(url, headers=bearer("hr")),
            "none": client.get(url),
            "stranger": client.get(url, headers=bearer("manager", "M2")),
            "own": client.get(url, headers=bearer("manager", "M1")),
        }
        assert client.get("/health/ready").json() == {"status": "ready"}
    statuses = {asker: answer.status_code for asker, answer in answers.items()}
    assert statuses == {"hr": 200, "none": 401, "stranger": 403, "own": 200}
    assert "/employees/A" not in server.log.read_text()
