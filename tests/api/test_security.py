"""The first attempts of an attacker with a token of some role, or with none."""

from itertools import product
from urllib.parse import quote

import pytest
from api_server import Bearer
from documents import named_tests, page, section, table_lines
from fastapi.testclient import TestClient
from published import AuditRows

WHY = "purpose=retention_conversation"
HOSTILE = [
    "A' OR '1'='1",
    'A"; DROP TABLE score; --',
    "../../../etc/passwd",
    "..\\..\\windows",
    "A/risk",
    "%",
    "_",
    "*",
    "\u202eA",
    "А",  # Cyrillic
    "𝔸",
    "A\u0000",
    "A\r\nSet-Cookie: x=1",
    "{{7*7}}",
    "${jndi:ldap://x}",
    "x" * 8000,
    "\ud800",
]
ROUTES = {
    "GET /v1/employees/A/risk": {"hr", "manager"},
    "GET /v1/risks": {"hr"},
    "GET /v1/groups/department": {"hr", "data_scientist"},
    "GET /v1/internal-services": {"hr", "data_scientist"},
    "GET /v1/plans": {"hr"},
    "GET /v1/groups/line": {"manager"},
    "GET /v1/lists/2026-09": {"hr", "manager"},
    "POST /v1/lists/2026-09/A/answer": {"hr", "manager"},
    "GET /v1/employees/A/receipt": {"hr"},
    "POST /v1/employees/A/contest": {"hr"},
    "GET /v1/audit": {"auditor"},
    "DELETE /v1/employees/B": {"hr"},
}
"""The roles that each route accepts; M1 is the manager of A. The models' routes are in
`test_audit_pages.py` and `test_representation.py`."""
BODIES = {"answer": {"outcome": "talked"}, "contest": {"ground": "wrong", "statement": "x"}}


@pytest.mark.parametrize("route", ROUTES)
def test_each_route_lets_its_roles_through_and_no_other(client: TestClient, bearer: Bearer, route: str) -> None:
    method, path = route.split()
    body = BODIES.get(path.rpartition("/")[2])
    statuses = {
        role: client.request(method, f"{path}?{WHY}", json=body, headers=bearer(role, "M1")).status_code
        for role in ("manager", "data_scientist", "auditor", "representative", "employee", "hr")
    }
    assert {role for role, status in statuses.items() if status in (200, 201)} == ROUTES[route]
    assert {status for role, status in statuses.items() if role not in ROUTES[route]} == {403}
    assert client.request(method, f"{path}?{WHY}", json=body).status_code == 401


def test_no_id_opens_anything_or_causes_an_error(client: TestClient, bearer: Bearer, audit_rows: AuditRows) -> None:
    people = [quote(hostile, safe="", errors="surrogatepass") for hostile in HOSTILE]
    asked = [("GET", f"/v1/employees/{person}/{what}") for person in people for what in ("risk", "receipt")]
    asked += [("DELETE", f"/v1/employees/{person}") for person in people]
    asked += [("GET", f"/v1/{what}/{person}x") for person in people for what in ("groups", "models")]
    tokens = bearer("hr"), bearer("manager", "M1")
    for (method, path), headers in product(asked, tokens):
        answer = client.request(method, f"{path}?{WHY}", headers=headers)
        assert answer.status_code in (403, 404, 405, 422), path
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert "Set-Cookie" not in answer.headers
        assert len(answer.text) < 1000  # what was sent is not sent back
    assert client.get(f"/v1/employees/A/receipt?{WHY}", headers=bearer("hr")).status_code == 200
    assert {row["result"] for row in audit_rows()[:-1]} <= {"refused", "not found", "invalid"}


@pytest.mark.parametrize("name", ["department", "location", "manager_id", "cursor", "sort", "limit", "level", "band"])
def test_no_filter_opens_anything_or_causes_an_error(client: TestClient, bearer: Bearer, name: str) -> None:
    headers = bearer("hr")
    for hostile in HOSTILE:
        wanted = quote(hostile, safe="", errors="surrogatepass")
        answer = client.get(f"/v1/risks?{WHY}&{name}={wanted}", headers=headers)
        assert answer.status_code == 422 or answer.json()["people"] == [], hostile


def test_a_manager_never_gets_a_figure(client: TestClient, bearer: Bearer) -> None:
    headers = bearer("manager", "M1")
    texts = [
        client.get(path, headers=headers).text
        for path in (
            f"/v1/employees/A/risk?{WHY}",
            f"/v1/employees/A/risk?{WHY}&horizon_months=12",
            "/v1/lists/2026-09",
        )
    ]
    for text, name in product(texts, ("risk_", '"risk"', "0.37", "contribution", "log_odds", "peer_value", "curve")):
        assert name not in text


def test_a_role_or_person_in_a_header_or_query_is_ignored(client: TestClient, bearer: Bearer) -> None:
    headers = bearer("manager", "M2") | {"X-Role": "hr", "X-Forwarded-User": "M1", "X-Person": "M1"}
    assert client.get(f"/v1/employees/A/risk?{WHY}&role=hr&manager_id=M1", headers=headers).status_code == 403


def test_the_method_cannot_be_smuggled(client: TestClient, bearer: Bearer) -> None:
    headers = bearer("hr") | {"X-HTTP-Method-Override": "DELETE"}
    client.get(f"/v1/employees/A/receipt?{WHY}&_method=DELETE", headers=headers)
    assert client.get(f"/v1/employees/A/receipt?{WHY}", headers=bearer("hr")).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "PATCH", "TRACE", "CONNECT", "PROPFIND"])
def test_other_methods_are_405(client: TestClient, bearer: Bearer, method: str) -> None:
    assert client.request(method, "/v1/employees/A/risk", headers=bearer("hr")).status_code == 405


def test_every_threat_of_the_table_has_a_test_that_exists() -> None:
    rows = table_lines(section(page("docs/security.md"), "OWASP API Security Top 10 (2023)"))
    assert [row.split("|")[1].strip().partition(" ")[0] for row in rows] == [f"API{number}" for number in range(1, 11)]
    assert all(named_tests(row) for row in rows)
