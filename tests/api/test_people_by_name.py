"""Names beside ids: who sees them, in which form, and that no odd name does harm; and how HR finds a person."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from api_server import Bearer
from fastapi.testclient import TestClient
from names import ODD_NAMES, directory
from openpyxl import load_workbook
from published import SEPTEMBER, AuditRows, publication

from pipeline.identity.scopes import Scope
from pipeline.identity.tokens import issue_token
from pipeline.store.store import Store
from serving.app import create_app
from serving.settings import ServerSettings

NAMES = {"A": "Анна Ёлкина", "B": "Bea Müller", "D": "Dora d’Arcy", "M1": "Mia Lang", "M2": "Max Old", "BOSS": "Bo Ss"}
PURPOSE = {"purpose": "retention_conversation"}


def name_everyone(store: Store, names: dict[str, str], **columns: dict[str, str]) -> None:
    month = publication(date(2026, 9, 30), SEPTEMBER)
    store.publish(replace(month, directory=directory(names, **columns)))


@pytest.fixture
def named(settings: ServerSettings, store: Store) -> Iterator[TestClient]:
    name_everyone(store, NAMES, language={"M1": "ru"})
    with TestClient(create_app(settings)) as client:
        yield client


def test_hr_sees_the_name_beside_every_id(named: TestClient, bearer: Bearer) -> None:
    hr = bearer("hr", "H1")
    risk = named.get("/v1/employees/A/risk", params=PURPOSE, headers=hr).json()
    assert (risk["employee_id"], risk["name"]) == ("A", "Анна Ёлкина")
    page = named.get("/v1/risks", params=PURPOSE, headers=hr).json()["people"]
    assert {(each["employee_id"], each["name"], each["manager_name"]) for each in page} >= {
        ("A", "Анна Ёлкина", "Mia Lang"),
        ("C", None, "Mia Lang"),
        ("BOSS", "Bo Ss", None),
    }
    lists = named.get("/v1/lists/2026-09", headers=hr).json()["lists"]
    assert [(each["manager_id"], each["manager_name"]) for each in lists] == [("M1", "Mia Lang"), ("M2", "Max Old")]
    receipt = named.get("/v1/employees/A/receipt", headers=hr)
    assert receipt.json()["directory"] == {"name": "Анна Ёлкина", "email": None, "language": None}
    assert not [name for name in NAMES.values() if name in receipt.text and name != NAMES["A"]]


@pytest.mark.parametrize(("query", "found"), [("Анна", ["A"]), ("Dora", []), ("D", []), ("C", ["C"])])
def test_hr_with_a_scope_finds_nobody_outside_it(
    named: TestClient, settings: ServerSettings, query: str, found: list[str]
) -> None:
    """A, B and C are in Sales; C has no name, and is found by the id."""
    token = issue_token(settings, "hr", "H1", scope=Scope(department=("Sales",)))
    headers = {"Authorization": f"Bearer {token}"}
    answer = named.get("/v1/people", params=PURPOSE | {"query": query}, headers=headers)
    assert answer.status_code == 200
    assert [each["employee_id"] for each in answer.json()["people"]] == found


def test_a_manager_sees_the_names_of_the_own_list_only(named: TestClient, bearer: Bearer) -> None:
    manager = bearer("manager", "M1")
    answer = named.get("/v1/lists/2026-09", headers=manager)
    [own] = answer.json()["lists"]
    assert {each["employee_id"]: each["name"] for each in own["entries"]} == {"A": "Анна Ёлкина", "B": "Bea Müller"}
    assert "Dora" not in answer.text
    assert "Max Old" not in answer.text
    assert named.get("/v1/employees/A/risk", params=PURPOSE, headers=manager).json()["name"] == "Анна Ёлкина"
    refused = named.get("/v1/employees/D/risk", params=PURPOSE, headers=manager)
    assert refused.status_code == 403
    assert "Dora" not in refused.text


def test_a_list_without_an_asked_language_is_in_that_of_its_manager(named: TestClient, bearer: Bearer) -> None:
    html = {"Accept": "text/html", "Accept-Language": ""}
    own = named.get("/v1/lists/2026-09", headers=bearer("manager", "M1") | html)
    assert '<html lang="ru"' in own.text
    assert "Здравствуйте, Mia Lang!" in own.text
    asked = named.get("/v1/lists/2026-09", headers=bearer("manager", "M1") | html | {"Accept-Language": "en"})
    assert '<html lang="en"' in asked.text
    assert "Dear Mia Lang," in asked.text


@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("data_scientist", "/v1/groups/manager"),
        ("hr", "/v1/groups/manager"),
        ("data_scientist", "/v1/internal-services"),
        ("auditor", "/v1/audit?limit=100"),
    ],
)
def test_groups_scientists_and_auditors_get_no_name(named: TestClient, bearer: Bearer, role: str, path: str) -> None:
    named.get("/v1/people", params=PURPOSE | {"query": "a"}, headers=bearer("hr", "H1"))
    answer = named.get(path, headers=bearer(role, "X1"))
    assert answer.status_code == 200
    assert not [name for name in NAMES.values() if name in answer.text]


@pytest.mark.parametrize("name", ODD_NAMES.values(), ids=ODD_NAMES.keys())
def test_an_odd_name_does_no_harm_in_any_form(
    name: str, settings: ServerSettings, store: Store, bearer: Bearer
) -> None:
    name_everyone(store, {"A": name, "M1": name})
    with TestClient(create_app(settings)) as client:
        answers = {
            form: client.get("/v1/lists/2026-09?manager_id=M1", headers=bearer("hr", "H1") | {"Accept": form})
            for form in ("application/json", "text/csv", XLSX, "text/html")
        }
    assert answers["application/json"].json()["lists"][0]["entries"][0]["name"] == name
    assert "<script>" not in answers["text/html"].text
    assert "49" not in answers["text/html"].text
    row = next(csv.DictReader(io.StringIO(answers["text/csv"].content.decode("utf-8-sig"))))
    assert row["name"].removeprefix("'") == name
    assert not row["name"].startswith(("=", "+", "-", "@"))
    cell = load_workbook(io.BytesIO(answers[XLSX].content)).active["E2"]  # type: ignore[index]
    assert (cell.value, cell.data_type) in ((name, "s"), (f"'{name}", "s"))


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def find(client: TestClient, headers: dict[str, str], query: str, **more: Any) -> Any:
    return client.get("/v1/people", params=PURPOSE | {"query": query} | more, headers=headers)


@pytest.mark.parametrize(
    ("query", "people"),
    [("АННА", ["A"]), ("елкина", ["A"]), ("muller", ["B"]), ("darcy", ["D"]), ("m1", ["M1"]), ("nobody", [])],
)
def test_hr_finds_people_by_parts_of_a_name_or_id(
    named: TestClient, bearer: Bearer, query: str, people: list[str]
) -> None:
    answer = find(named, bearer("hr", "H1"), query)
    assert answer.status_code == 200
    assert [each["employee_id"] for each in answer.json()["people"]] == people


def test_only_hr_finds_people_and_only_for_an_allowed_purpose(named: TestClient, bearer: Bearer) -> None:
    assert find(named, bearer("hr", "H1"), "anna").status_code == 200
    for role in ("manager", "data_scientist", "auditor"):
        assert find(named, bearer(role, "M1"), "anna").status_code == 403
    assert find(named, bearer("hr", "H1"), "anna", purpose="dismissal").status_code == 403
    assert find(named, {}, "anna").status_code == 401


def test_everyone_who_is_found_is_audited_and_the_query_is_not(
    named: TestClient, bearer: Bearer, audit_rows: AuditRows
) -> None:
    found = find(named, bearer("hr", "H1"), "lang")
    assert [each["employee_id"] for each in found.json()["people"]] == ["M1"]
    find(named, bearer("hr", "H1"), "Mia Langstrumpf")
    hit, miss = audit_rows()[-2:]
    assert (hit["what"], hit["whom"], hit["purpose"]) == ("GET /v1/people", "M1", "retention_conversation")
    assert miss["whom"] is None
    assert "Mia" not in str(audit_rows())


def test_the_limit_is_kept_and_more_is_said(named: TestClient, bearer: Bearer) -> None:
    answer = find(named, bearer("hr", "H1"), "m", limit=1).json()
    assert len(answer["people"]) == 1
    assert answer["is_more"] is True
    assert find(named, bearer("hr", "H1"), "m", limit=51).status_code == 422


def test_people_who_object_are_found_only_to_answer_them(named: TestClient, bearer: Bearer, store: Store) -> None:
    hr = bearer("hr", "H1")
    stated = {"ground": "objection", "statement": "no"}
    assert named.post("/v1/employees/B/contest", json=stated, headers=hr).status_code == 201
    assert find(named, hr, "muller").json()["people"] == []
    [own] = find(named, hr, "muller", purpose="data_subject_request").json()["people"]
    assert (own["employee_id"], own["is_scored"]) == ("B", False)


def test_somebody_who_is_not_scored_is_found_with_a_receipt(
    settings: ServerSettings, store: Store, bearer: Bearer
) -> None:
    name_everyone(store, NAMES | {"NEW": "New Here"}, email={"NEW": "new@firm.example"})
    with TestClient(create_app(settings)) as client:
        [found] = find(client, bearer("hr", "H1"), "new h").json()["people"]
        assert (found["employee_id"], found["is_scored"], found["department"]) == ("NEW", False, None)
        receipt = client.get("/v1/employees/NEW/receipt", headers=bearer("hr", "H1"))
        assert receipt.json()["directory"]["email"] == "new@firm.example"
        assert client.delete("/v1/employees/NEW", headers=bearer("hr", "H1")).json()["removed"]["directory"] == 1
        assert find(client, bearer("hr", "H1"), "new h").json()["people"] == []


def test_what_was_searched_for_is_in_no_log(start_server: Callable[..., Any], store: Store, bearer: Bearer) -> None:
    import requests

    name_everyone(store, NAMES)
    server = start_server()
    answer = requests.get(
        f"{server.url}/v1/people", params=PURPOSE | {"query": "Ёлкина"}, headers=bearer("hr", "H1"), timeout=30
    )
    assert answer.json()["people"][0]["name"] == "Анна Ёлкина"
    metrics = requests.get(f"{server.url}/metrics", timeout=30)
    for text in (server.log.read_text(), metrics.text):
        assert not [part for part in ("лкина", "%D0", "Анна") if part in text]
