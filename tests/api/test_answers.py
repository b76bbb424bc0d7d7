"""The effects of an answer to a list: who leaves the list, and what HR learns about the data."""

from typing import Any

import pytest
from api_server import Bearer
from fastapi.testclient import TestClient

from pipeline.lists.rollout import allocate
from pipeline.store.store import Store
from serving.settings import ServerSettings

ANSWER = "/v1/lists/2026-09/A/answer"


def listed(client: TestClient, headers: dict[str, str], month: str = "2026-09") -> list[str]:
    lists = client.get(f"/v1/lists/{month}", headers=headers).json()["lists"]
    return [entry["employee_id"] for each in lists for entry in each["entries"]]


@pytest.mark.parametrize("outcome", ["talked", "offered", "agreed", "acted", "not_needed", "already_known"])
def test_each_answer_is_stored_and_leaves_the_person_on_the_list(
    client: TestClient, bearer: Bearer, outcome: str
) -> None:
    manager = bearer("manager", "M1")
    assert client.post(ANSWER, json={"outcome": outcome}, headers=manager).status_code == 201
    assert listed(client, manager) == ["A", "B"]


def test_a_person_answered_as_left_is_off_the_list_until_corrected(client: TestClient, bearer: Bearer) -> None:
    manager = bearer("manager", "M1")
    client.post(ANSWER, json={"outcome": "left"}, headers=manager)
    assert listed(client, manager) == ["B"]
    [own] = client.get("/v1/lists/2026-09", headers=manager).json()["lists"]
    assert own["resolved"] == []  # gone is not resolved
    assert client.post(ANSWER, json={"outcome": "talked"}, headers=manager).status_code == 201
    assert listed(client, manager) == ["A", "B"]


def test_a_person_who_objects_is_on_no_list(client: TestClient, bearer: Bearer) -> None:
    point = {"ground": "objection", "statement": "I do not want this."}
    client.post("/v1/employees/B/contest", json=point, headers=bearer("hr"))
    assert listed(client, bearer("manager", "M1")) == ["A"]


def test_only_a_disagreeing_answer_states_a_reason(client: TestClient, bearer: Bearer) -> None:
    manager = bearer("manager", "M1")
    answer = client.post(ANSWER, json={"outcome": "disagree", "because": "content"}, headers=manager).json()
    assert (answer["outcome"], answer["because"]) == ("disagree", "content")
    assert client.post(ANSWER, json={"outcome": "talked", "because": "content"}, headers=manager).status_code == 422
    assert (
        client.post(ANSWER, json={"outcome": "disagree", "because": "she is ill"}, headers=manager).status_code == 422
    )


def contested(client: TestClient, headers: dict[str, str]) -> list[tuple[Any, ...]]:
    answer = client.get("/v1/contests", headers=headers).json()
    return [tuple(each[name] for name in ("employee_id", "by", "ground", "feature")) for each in answer["contests"]]


def test_contested_data_is_flagged_to_hr(client: TestClient, bearer: Bearer, audit_rows: Any) -> None:
    point = {"ground": "wrong", "feature": "pay_against_market", "statement": "My pay was raised."}
    client.post("/v1/employees/B/contest", json=point, headers=bearer("hr"))
    client.post(ANSWER, json={"outcome": "disagree", "because": "outdated"}, headers=bearer("manager", "M1"))
    client.post(
        "/v1/lists/2026-09/D/answer",
        json={"outcome": "disagree", "because": "content"},
        headers=bearer("manager", "M2"),
    )
    assert contested(client, bearer("hr", "H1")) == [
        ("A", "manager", "outdated", None),
        ("B", "person", "wrong", "pay_against_market"),
    ]
    assert {row["whom"] for row in audit_rows() if row["who"] == "H1" and row["result"] == "released"} == {"A", "B"}
    client.post(ANSWER, json={"outcome": "talked"}, headers=bearer("manager", "M1"))  # taken back
    assert [each[0] for each in contested(client, bearer("hr"))] == ["B"]


@pytest.mark.parametrize("role", ["manager", "data_scientist", "auditor"])
def test_contested_data_is_for_hr_only(client: TestClient, bearer: Bearer, role: str) -> None:
    assert client.get("/v1/contests", headers=bearer(role, "M1")).status_code == 403
    assert client.get("/v1/contests", headers=bearer("hr")).status_code == 200


def test_a_manager_whose_lists_start_later_gets_none_yet(
    client: TestClient, bearer: Bearer, store: Store, settings: ServerSettings
) -> None:
    with store.reading() as scores:
        published = scores.of_month("2026-09")
    assert published is not None
    parts = allocate(store, settings.model_copy(update={"rollout_share": 0.5}), published)
    status = {each.manager_id: 200 if each.gets_lists else 404 for each in parts}
    assert {
        manager: client.get("/v1/lists/2026-09", headers=bearer("manager", manager)).status_code for manager in status
    } == status
