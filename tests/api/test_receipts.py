"""A person's rights: a receipt, a contest, erasure with a proof; and answers to the lists."""

from pathlib import Path
from typing import Any

import pytest
from api_server import Bearer
from fastapi.testclient import TestClient
from published import AuditRows
from sqlalchemy import text

from pipeline.lists.written.month_folder import write_lists
from pipeline.store.audit.audit import Link
from pipeline.store.list_folders import note_folder
from pipeline.store.schema import METADATA
from pipeline.store.store import Store
from serving.settings import ServerSettings

pytestmark = pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)
ANSWER = "/v1/lists/2026-09/A/answer"
POINT = {"ground": "wrong", "feature": "pay_against_market", "statement": "Мою зарплату подняли в сентябре."}


def test_an_answer_is_stored_and_the_last_one_counts(client: TestClient, bearer: Bearer, audit_rows: AuditRows) -> None:
    manager = bearer("manager", "M1")
    assert client.post(ANSWER, json={"outcome": "disagree"}, headers=manager).status_code == 201
    answer = client.post(ANSWER, json={"outcome": "acted", "drivers": ["pay"]}, headers=manager).json()
    assert (answer["employee_id"], answer["month"], answer["who"], answer["outcome"]) == ("A", "2026-09", "M1", "acted")
    [own] = client.get("/v1/lists/2026-09", headers=manager).json()["lists"]
    given = {entry["employee_id"]: entry["answer"] for entry in own["entries"]}
    assert (given["A"]["outcome"], given["A"]["drivers"], given["B"]) == ("acted", ["pay"], None)
    assert [(row["whom"], row["result"]) for row in audit_rows()][:2] == [("A", "answered")] * 2


def test_an_answer_to_one_month_does_not_count_for_another(client: TestClient, bearer: Bearer) -> None:
    client.post(ANSWER, json={"outcome": "left"}, headers=bearer("hr"))
    august = client.get("/v1/lists/2026-08?manager_id=M1", headers=bearer("hr")).json()["lists"][0]
    assert [entry["answer"] for entry in august["entries"]] == [None]


@pytest.mark.parametrize("person", ["C", "D", "M1", "NOBODY"])
def test_a_manager_answers_only_for_listed_people_of_their_own_line(
    client: TestClient, bearer: Bearer, person: str
) -> None:
    values = {"outcome": "left"}
    refused = client.post(f"/v1/lists/2026-09/{person}/answer", json=values, headers=bearer("manager", "M1"))
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:retention:problem:not-in-your-line")
    status = client.post(f"/v1/lists/2026-09/{person}/answer", json=values, headers=bearer("hr")).status_code
    assert status == (201 if person == "D" else 404)


@pytest.mark.parametrize(
    "body",
    [{}, {"outcome": "fired"}, {"outcome": "acted", "drivers": ["context?"]}, {"outcome": "left", "note": "is ill"}],
)
def test_an_answer_accepts_no_other_fields(client: TestClient, bearer: Bearer, body: dict[str, Any]) -> None:
    assert client.post(ANSWER, json=body, headers=bearer("hr")).status_code == 422


def test_a_receipt_contains_scores_factors_answers_contests_and_looks(
    client: TestClient, bearer: Bearer, audit_rows: AuditRows
) -> None:
    client.get("/v1/employees/A/risk?purpose=retention_conversation", headers=bearer("manager", "M1"))
    client.post(ANSWER, json={"outcome": "talked"}, headers=bearer("manager", "M1"))
    client.post("/v1/employees/A/contest", json=POINT, headers=bearer("hr", "H1"))
    receipt = client.get("/v1/employees/A/receipt", headers=bearer("hr", "H1")).json()
    assert [score["snapshot_date"] for score in receipt["scores"]] == ["2026-09-30", "2026-08-31"]
    assert [factor["text"] for factor in receipt["factors"]] == [
        "Pay against the market: -18.1% (peers: +0.0%). It raises the risk."
    ]
    assert [(each["month"], each["outcome"]) for each in receipt["answers"]] == [("2026-09", "talked")]
    assert receipt["contests"] == [POINT]
    looked = [(each["who"], each["role"], each["purpose"], each["result"]) for each in receipt["looked"]]
    assert looked == [
        ("H1", "hr", "data_subject_request", "contested"),
        ("M1", "manager", "retention_conversation", "answered"),
        ("M1", "manager", "retention_conversation", "released"),
    ]
    assert receipt["looks"] == 3
    assert audit_rows()[-1]["purpose"] == "data_subject_request"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"ground": "wrong"},
        {"ground": "anger", "statement": "x"},
        {"ground": "wrong", "statement": ""},
        {"ground": "wrong", "statement": "x" * 2001},
        {"ground": "wrong", "statement": "\x00"},
    ],
)
def test_an_empty_contest_is_422(client: TestClient, bearer: Bearer, body: dict[str, str]) -> None:
    assert client.post("/v1/employees/A/contest", json=body, headers=bearer("hr")).status_code == 422


def test_erasure_leaves_only_the_audit_of_a_person(
    client: TestClient, bearer: Bearer, store: Store, settings: ServerSettings
) -> None:
    client.post("/v1/lists/2026-09/D/answer", json={"outcome": "talked"}, headers=bearer("manager", "M2"))
    client.post("/v1/employees/D/contest", json=POINT, headers=bearer("hr"))
    write_lists(store, settings.var / "lists", settings.list_rules, "2026-09")
    write_lists(store, settings.var / "lists", settings.list_rules, "2026-08")
    answer = client.delete("/v1/employees/D", headers=bearer("hr")).json()
    assert {kind: number for kind, number in answer["removed"].items() if number} == {
        "score": 2,
        "list_answer": 1,
        "contest": 1,
        "lists": 1,
    }
    assert {path.name for path in (settings.var / "lists").iterdir()} == {"2026-08"}  # D was not on it
    with store.reading() as scores:
        for table in METADATA.sorted_tables:
            rows = scores.connection.execute(table.select()).mappings()
            held = [row for row in rows if "D" in row.values()]
            assert bool(held) is (table.name == "audit"), table.name
    assert client.get("/v1/employees/D/receipt", headers=bearer("hr")).status_code == 404
    assert client.delete("/v1/employees/D", headers=bearer("hr")).status_code == 404
    assert client.get("/v1/employees/A/receipt", headers=bearer("hr")).status_code == 200


def test_the_proof_of_an_erasure_is_its_row_in_the_audit(
    client: TestClient, bearer: Bearer, store: Store, audit_rows: AuditRows
) -> None:
    proof = client.delete("/v1/employees/D", headers=bearer("hr", "H1")).json()["proof"]
    [tombstone] = [row for row in audit_rows() if row["result"] == "erased"]
    assert (tombstone["id"], tombstone["who"], tombstone["whom"]) == (proof["audit_id"], "H1", "D")
    assert store.verify_audit(Link(proof["audit_id"], proof["hash"])).is_whole


def test_erasing_a_manager_removes_the_name_from_other_peoples_scores(
    client: TestClient, bearer: Bearer, store: Store
) -> None:
    removed = client.delete("/v1/employees/M1", headers=bearer("hr")).json()["removed"]
    assert removed["manager_of"] == 6  # A, B and C in two months
    with store.reading() as scores:
        assert "M1" not in scores.connection.execute(text("SELECT manager_id FROM score")).scalars().all()
    assert client.get("/v1/employees/A/receipt", headers=bearer("hr")).status_code == 200


def test_an_erasure_without_its_audit_row_erases_nothing(
    client: TestClient, bearer: Bearer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no")

    with monkeypatch.context() as patch:
        patch.setattr("serving.access.audit.append", fail)
        assert client.delete("/v1/employees/D", headers=bearer("hr")).status_code == 500
    assert client.get("/v1/employees/D/receipt", headers=bearer("hr")).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/employees/A/receipt", None),
        ("POST", "/v1/employees/A/contest", POINT),
        ("DELETE", "/v1/employees/A", None),
    ],
)
def test_a_persons_rights_go_through_hr(
    client: TestClient, bearer: Bearer, method: str, path: str, body: dict[str, str] | None
) -> None:
    for role in ("manager", "data_scientist", "auditor"):
        assert client.request(method, path, json=body, headers=bearer(role, "M1")).status_code == 403
    refused = client.request(method, path, params={"purpose": "dismissal"}, json=body, headers=bearer("hr"))
    assert refused.status_code == 403
    assert client.request(method, path, json=body, headers=bearer("hr")).status_code in (200, 201)


def test_an_id_with_a_slash_is_a_single_id(client: TestClient, bearer: Bearer) -> None:
    for path in ("/v1/employees/A%2Frisk", "/v1/employees/x%2Fy%2Fz"):
        assert client.delete(path, headers=bearer("hr")).json()["type"] == "urn:retention:problem:nothing-held"


def test_an_erasure_reports_the_lists_that_it_could_not_reach(
    client: TestClient, bearer: Bearer, settings: ServerSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note_folder(settings.var, tmp_path / "hr" / "2026-09")
    (tmp_path / "hr" / "2026-09").mkdir(parents=True)
    (tmp_path / "hr" / "2026-09" / "index.csv").touch()
    with monkeypatch.context() as patch:
        patch.setattr("pipeline.store.list_folders._is_deletable", lambda _: False)
        stays = client.delete("/v1/employees/D", headers=bearer("hr")).json()["stays"]
    assert "Lists of 1 month are in folders where this server may not delete them" in stays
    assert "Lists of" not in client.delete("/v1/employees/C", headers=bearer("hr")).json()["stays"]
