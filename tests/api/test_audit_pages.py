"""Reading the audit, and the models' reports."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from api_server import Bearer
from fastapi.testclient import TestClient
from published import AuditRows

from features.errors import BadInput, Finding, Unavailable
from pipeline.registry import documents as registry
from pipeline.registry.described import Described

pytestmark = pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def looked(client: TestClient, bearer: Bearer) -> None:
    """H1 looked at A, B and A again, M2 tried A."""
    for number, person in enumerate("ABA"):
        headers = bearer("hr", "H1") | {"X-Request-ID": f"walk-{number}"}
        client.get(f"/v1/employees/{person}/risk?purpose=model_review", headers=headers)
    client.get("/v1/employees/A/risk?purpose=retention_conversation", headers=bearer("manager", "M2"))


@pytest.mark.usefixtures("looked")
@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({}, [6, 5, 4, 3, 2, 1]),
        ({"whom": "A"}, [6, 5, 3]),
        ({"who": "H1"}, [5, 4, 3]),
        ({"role": "manager"}, [6]),
        ({"result": "refused"}, [6]),
        ({"request_id": "walk-1"}, [4]),
        ({"what": "GET /v1/risks"}, []),
        ({"what": "retention score"}, [2, 1]),  # the two published months
        ({"since": "2100-01-01T00:00:00Z"}, []),
        ({"until": "2100-01-01T00:00:00+05:00"}, [6, 5, 4, 3, 2, 1]),
    ],
)
def test_the_audit_is_read_newest_first_with_filters(
    client: TestClient, bearer: Bearer, wanted: dict[str, str], ids: list[int]
) -> None:
    answer = client.get("/v1/audit", params=wanted, headers=bearer("auditor")).json()
    assert [row["id"] for row in answer["rows"]] == ids


@pytest.mark.usefixtures("looked")
def test_paging_through_a_growing_audit_shows_every_row_once(client: TestClient, bearer: Bearer) -> None:
    first = client.get("/v1/audit?limit=4", headers=bearer("auditor")).json()
    second = client.get(f"/v1/audit?limit=4&cursor={first['next_cursor']}", headers=bearer("auditor")).json()
    assert [row["id"] for row in first["rows"] + second["rows"]] == [6, 5, 4, 3, 2, 1]
    assert second["next_cursor"] is None


@pytest.mark.usefixtures("looked")
def test_times_follow_the_clock(client: TestClient, bearer: Bearer) -> None:
    rows = client.get("/v1/audit", headers=bearer("auditor")).json()["rows"]
    ages = [datetime.now(UTC) - datetime.fromisoformat(row["at"]) for row in rows]
    assert all(timedelta(0) <= age < timedelta(minutes=5) for age in ages)


@pytest.mark.parametrize("since", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "yesterday", "NaN"])
def test_an_invalid_time_is_422(client: TestClient, bearer: Bearer, since: str) -> None:
    assert client.get("/v1/audit", params={"since": since}, headers=bearer("auditor")).status_code == 422


def test_the_auditors_own_look_is_audited_too(client: TestClient, bearer: Bearer, audit_rows: AuditRows) -> None:
    client.get("/v1/audit?whom=A", headers=bearer("auditor", "X1"))
    [row] = audit_rows()
    assert (row["who"], row["whom"], row["result"]) == ("X1", "A", "released")


@pytest.mark.usefixtures("looked")
def test_the_audit_is_available_as_csv(client: TestClient, bearer: Bearer) -> None:
    answer = client.get("/v1/audit", headers=bearer("auditor") | {"Accept": "text/csv"})
    text = answer.content.decode("utf-8-sig")
    assert [row["whom"] for row in csv.DictReader(io.StringIO(text))] == ["A", "A", "B", "A", "", ""]


def test_only_auditors_read_the_audit(client: TestClient, bearer: Bearer) -> None:
    statuses = {
        role: client.get("/v1/audit", headers=bearer(role, "M1")).status_code
        for role in ("auditor", "hr", "manager", "data_scientist")
    }
    assert statuses == {"auditor": 200, "hr": 403, "manager": 403, "data_scientist": 403}


@pytest.mark.parametrize("path", ["/v1/models/champion", "/v1/models/4"])
def test_model_reports_are_for_everyone_but_managers(
    client: TestClient, bearer: Bearer, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    report = {"metrics": {"auc": {"value": 0.75}}, "shuffled_auc": float("nan")}
    described = Described("4", True, "r", datetime(2026, 10, 1, tzinfo=UTC), report)
    monkeypatch.setattr(
        registry, "described", lambda _settings, version: described if version in (None, "4") else 1 / 0
    )
    for role in ("hr", "data_scientist", "auditor"):
        answer = client.get(path, headers=bearer(role))
        assert answer.json()["report"] == {"metrics": {"auc": {"value": 0.75}}, "shuffled_auc": None}
    assert client.get(path, headers=bearer("manager", "M1")).status_code == 403


def test_an_unknown_model_is_404_and_a_registry_outage_is_503(
    client: TestClient, bearer: Bearer, monkeypatch: pytest.MonkeyPatch
) -> None:
    finding = Finding("rule", "registry", "", 0, "remedy")
    for error, status in ((BadInput(finding), 404), (Unavailable(finding), 503)):

        def fail(*_: object, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(registry, "described", fail)
        assert client.get("/v1/models/9", headers=bearer("hr")).status_code == status
    assert client.get("/v1/risks?purpose=model_review", headers=bearer("hr")).status_code == 200


@pytest.mark.parametrize("version", ["0", "-1", "latest", "1.5", "9" * 10, "..%2Fx"])
def test_an_invalid_version_is_not_looked_up(client: TestClient, bearer: Bearer, version: str) -> None:
    assert client.get(f"/v1/models/{version}", headers=bearer("hr")).status_code in (404, 422)
