"""Tokens, roles, purposes and the audit."""

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from api_server import Bearer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi.testclient import TestClient
from published import AuditRows
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from pipeline.identity.keys import signing_key
from pipeline.identity.tokens import AUDIENCE, ISSUER
from pipeline.store.store import Store
from serving.settings import ServerSettings

URL = "/v1/employees/A/risk?purpose=retention_conversation"
NOW = datetime.now(UTC)
CLAIMS = {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "sub": "x",
    "role": "hr",
    "jti": "1",
    "iat": NOW,
    "exp": NOW + timedelta(hours=1),
}


def test_the_401_without_a_token_says_how_to_authenticate(client: TestClient, bearer: Bearer) -> None:
    answer = client.get(URL)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="retention"'
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert client.get(URL, headers=bearer("hr")).status_code == 200


def test_an_expired_token_is_401(client: TestClient, bearer: Bearer) -> None:
    answer = client.get(URL, headers=bearer("hr", lifetime=timedelta(seconds=-1)))
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "others"},
        {"iss": "others"},
        {"role": "owner"},
        {"role": ["hr", "auditor"]},
        {"role": []},
        {"role": "manager"},
        {"person": 7},
        {"exp": None},
        {"sub": None},
    ],
)
def test_wrong_claims_are_401(client: TestClient, settings: ServerSettings, wrong: dict[str, Any]) -> None:
    claims = {name: value for name, value in (CLAIMS | wrong).items() if value is not None}
    token = jwt.encode(claims, signing_key(settings), "EdDSA")
    assert client.get(URL, headers={"Authorization": f"Bearer {token}"}).status_code == 401


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")  # the forger's key is short
def test_forged_tokens_are_401(client: TestClient, settings: ServerSettings) -> None:
    public = signing_key(settings).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    forged = [
        jwt.encode(CLAIMS, Ed25519PrivateKey.generate(), "EdDSA"),
        jwt.encode(CLAIMS, None, "none"),  # type: ignore[arg-type]
        jwt.encode(CLAIMS, public, "HS256"),
        "not.a.token",
        "",
    ]
    statuses = [client.get(URL, headers={"Authorization": f"Bearer {token}"}).status_code for token in forged]
    assert statuses == [401] * len(forged)


def test_the_key_is_readable_by_its_owner_only_and_stays(settings: ServerSettings) -> None:
    first = signing_key(settings).private_bytes_raw()
    path = settings.var / "keys" / "embedded-issuer.pem"
    assert path.stat().st_mode & 0o077 == 0
    assert signing_key(settings).private_bytes_raw() == first
    assert [each.name for each in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("role", ["data_scientist", "auditor"])
def test_roles_that_see_no_names_are_403(client: TestClient, bearer: Bearer, role: str) -> None:
    assert client.get(URL, headers=bearer(role)).status_code == 403


@pytest.mark.parametrize(
    "purpose", ["retention_conversation", "workforce_planning", "model_review", "data_subject_request"]
)
def test_the_four_purposes_are_accepted(client: TestClient, bearer: Bearer, purpose: str) -> None:
    assert client.get(f"/v1/employees/A/risk?purpose={purpose}", headers=bearer("hr")).status_code == 200


@pytest.mark.parametrize("purpose", ["dismissal", "redundancy", "pay_cut", "anything", "", "Retention_Conversation"])
@pytest.mark.parametrize("path", ["/v1/employees/A/risk", "/v1/risks", "/v1/lists/2026-09"])
def test_any_other_purpose_is_403_with_the_reason(client: TestClient, bearer: Bearer, purpose: str, path: str) -> None:
    answer = client.get(path, params={"purpose": purpose}, headers=bearer("hr"))
    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:retention:problem:purpose-refused"
    assert "Allowed purposes: retention_conversation" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/v1/employees/A/risk", "/v1/risks"])
def test_a_missing_purpose_is_422_and_named(client: TestClient, bearer: Bearer, path: str) -> None:
    answer = client.get(path, headers=bearer("hr"))
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"where": "query.purpose", "rule": "Field required"}]


def test_the_audit_says_who_looked_at_whom_and_why(client: TestClient, bearer: Bearer, audit_rows: AuditRows) -> None:
    client.get(URL, headers=bearer("hr", "H1") | {"X-Request-ID": "walk-1"})
    [row] = audit_rows()
    assert row.pop("at") is not None
    assert row == {
        "id": 3,  # after the seals of two publications
        "request_id": "walk-1",
        "who": "H1",
        "role": "hr",
        "what": "GET /v1/employees/{employee_id:path}/risk",
        "whom": "A",
        "purpose": "retention_conversation",
        "result": "released",
        "source": "tiny",
    }


def test_the_audit_has_a_row_for_each_person_on_a_list(
    client: TestClient, bearer: Bearer, audit_rows: AuditRows
) -> None:
    client.get("/v1/lists/2026-09", headers=bearer("hr"))
    assert [(row["whom"], row["purpose"]) for row in audit_rows()] == [
        (person, "retention_conversation") for person in ("A", "B", "D", "E")
    ]


def test_refusals_are_audited_too(client: TestClient, bearer: Bearer, audit_rows: AuditRows) -> None:
    client.get(URL, headers=bearer("auditor"))
    client.get(URL, headers=bearer("manager", "M2"))
    client.get("/v1/employees/A/risk?purpose=dismissal", headers=bearer("hr"))
    client.get("/v1/employees/NOBODY/risk?purpose=model_review", headers=bearer("hr"))
    client.get("/v1/employees/A/risk", headers=bearer("hr"))
    assert [(row["whom"], row["purpose"], row["result"]) for row in audit_rows()] == [
        ("A", None, "refused"),
        ("A", "retention_conversation", "refused"),
        ("A", "dismissal", "refused"),
        ("NOBODY", "model_review", "not found"),
        ("A", None, "invalid"),
    ]


def test_no_answer_is_released_without_its_audit_row(
    client: TestClient, bearer: Bearer, audit_rows: AuditRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("Employee A has a risk of 0.3775")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "append_audit", fail)
        answer = client.get(URL, headers=bearer("hr"))
    assert answer.status_code == 500
    assert answer.json()["detail"] == "Something went wrong on our side. No data was released."
    assert "0.3775" not in answer.text
    assert audit_rows() == []


@pytest.mark.parametrize("change", ["UPDATE audit SET who = 'nobody'", "DELETE FROM audit"])
def test_the_audit_is_append_only(
    client: TestClient, bearer: Bearer, audit_rows: AuditRows, settings: ServerSettings, change: str
) -> None:
    client.get(URL, headers=bearer("hr"))
    engine = create_engine(settings.store_url)
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(change))
    engine.dispose()
    assert [row["who"] for row in audit_rows()] == ["local-hr"]
