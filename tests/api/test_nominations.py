"""The question before the list: asked once a month, stored before the list is shown, and never shown to HR."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from api_server import Bearer
from fastapi.testclient import TestClient
from published import AuditRows
from pydantic import ValidationError
from sqlalchemy import insert

from pipeline.identity.tokens import issue_token
from pipeline.settings import Settings
from pipeline.store.audit.audit import AuditEntry
from pipeline.store.erasure import erase
from pipeline.store.schema import ROLLOUT
from pipeline.store.store import Store
from pipeline.store.trials.nominations import Nomination, nominations
from serving.app import create_app
from serving.settings import ServerSettings

ASKING = pytest.mark.parametrize("settings", [{"nominations": True}], indirect=True)
LIST, QUESTION = "/v1/lists/2026-09", "/v1/lists/2026-09/nominations"
OBJECTION = {"ground": "objection", "statement": "No."}


def stored(store: Store) -> list[Nomination]:
    with store.reading() as scores:
        return nominations(scores.connection, "tiny", "2026-09")


def problem(answer: Any) -> str:
    return str(answer.json()["type"].rpartition(":")[2])


@ASKING
def test_a_list_is_shown_once_the_question_is_answered(client: TestClient, bearer: Bearer, store: Store) -> None:
    manager = bearer("manager", "M1")
    refused = client.get(LIST, headers=manager)
    assert (refused.status_code, problem(refused)) == (403, "question-first")
    risk = "/v1/employees/A/risk?purpose=retention_conversation"
    assert problem(client.get(risk, headers=manager)) == "question-first"
    assert client.get("/v1/lists/2026-08", headers=manager).status_code == 200  # an earlier month is not asked about
    assert client.get(LIST, headers=bearer("hr"), params={"manager_id": "M1"}).status_code == 200
    assert client.post(QUESTION, json={"employee_ids": ["B", "C"]}, headers=manager).status_code == 201
    assert client.get(LIST, headers=manager).status_code == 200
    assert client.get(risk, headers=manager).status_code == 200
    [given] = stored(store)
    assert (given.manager_id, given.people, given.is_skipped) == ("M1", {"B", "C"}, False)


@ASKING
def test_an_answer_counts_as_before_the_list_only_if_nobody_of_the_team_was_seen(
    client: TestClient, bearer: Bearer, store: Store
) -> None:
    client.post(QUESTION, json={}, headers=bearer("manager", "M2"))
    client.get("/v1/lists/2026-08", headers=bearer("manager", "M1"))  # after September was published
    client.post(QUESTION, json={"employee_ids": ["A"]}, headers=bearer("manager", "M1"))
    assert {given.manager_id: given.is_before_list for given in stored(store)} == {"M1": False, "M2": True}


@ASKING
def test_an_answer_after_a_mail_with_the_list_does_not_count(client: TestClient, bearer: Bearer, store: Store) -> None:
    """The settings exclude each other, but the list may have been mailed before the question was turned on."""
    row = {"request_id": "", "who": "M2", "role": "manager", "what": "retention deliver", "purpose": None}
    store.append_audit([AuditEntry(at=datetime.now(UTC), whom="D", result="mailed", **row)])
    for name in ("M1", "M2"):  # D reports to M2
        client.post(QUESTION, json={}, headers=bearer("manager", name))
    assert {given.manager_id: given.is_before_list for given in stored(store)} == {"M1": True, "M2": False}


@ASKING
def test_a_second_answer_changes_nothing(
    client: TestClient, bearer: Bearer, store: Store, audit_rows: AuditRows
) -> None:
    for people in (["A"], ["B"]):
        assert client.post(QUESTION, json={"employee_ids": people}, headers=bearer("manager", "M1")).status_code == 201
    assert [given.people for given in stored(store)] == [{"A"}]
    posted = [row for row in audit_rows() if row["what"].startswith("POST")]
    assert [(row["result"], row["whom"]) for row in posted] == [("nominated", None), ("not asked", None)]


@ASKING
def test_only_up_to_three_own_reports_can_be_named(client: TestClient, bearer: Bearer, store: Store) -> None:
    manager = bearer("manager", "M1")
    for people, status in ((["D"], 403), (["M1"], 403), (["X"], 403), (["A", "B", "C", "D"], 422)):
        assert client.post(QUESTION, json={"employee_ids": people}, headers=manager).status_code == status
    assert client.post(QUESTION, json={}, headers=bearer("hr")).status_code == 403
    assert stored(store) == []


@ASKING
def test_a_person_who_objects_can_be_named_and_is_not_stored(client: TestClient, bearer: Bearer, store: Store) -> None:
    client.post("/v1/employees/B/contest", json=OBJECTION, headers=bearer("hr"))
    assert client.post(QUESTION, json={"employee_ids": ["A", "B"]}, headers=bearer("manager", "M1")).status_code == 201
    assert [given.people for given in stored(store)] == [{"A"}]


@ASKING
def test_a_skipped_question_stores_nobody(client: TestClient, bearer: Bearer, store: Store) -> None:
    skipped = {"employee_ids": ["A"], "is_skipped": True}
    client.post(QUESTION, json=skipped, headers=bearer("manager", "M1"))
    assert [(given.is_skipped, given.people) for given in stored(store)] == [(True, frozenset())]
    assert client.get(LIST, headers=bearer("manager", "M1")).status_code == 200


@ASKING
def test_hr_sees_the_number_only_and_erasure_removes_both_sides(
    client: TestClient, bearer: Bearer, store: Store
) -> None:
    client.post(QUESTION, json={"employee_ids": ["A", "B"]}, headers=bearer("manager", "M1"))
    receipt = client.get("/v1/employees/A/receipt", headers=bearer("hr")).json()
    assert receipt["nominations"] == 1
    with store.erasing() as connection:
        assert erase(connection, "A")["nominated"] == 1
    assert [given.people for given in stored(store)] == [{"B"}]
    with store.erasing() as connection:
        removed = erase(connection, "M1")
    assert (removed["nomination"], removed["nominated_by"]) == (1, 1)
    assert stored(store) == []


@ASKING
def test_a_manager_who_waits_in_a_roll_out_is_not_asked(client: TestClient, bearer: Bearer, store: Store) -> None:
    lot = {"source": "tiny", "stratum": "Sales", "share": 0.5, "seed": 1, "from_month": "2026-09"}
    with store.changing() as connection:
        lots = [
            lot | {"manager_id": name, "gets_lists": name == "M2", "at": datetime.now(UTC)} for name in ("M1", "M2")
        ]
        connection.execute(insert(ROLLOUT), lots)
    for name in ("M1", "M2"):
        client.post(QUESTION, json={}, headers=bearer("manager", name))
    assert [given.manager_id for given in stored(store)] == ["M2"]
    assert problem(client.get(LIST, headers=bearer("manager", "M1"))) == "no-list-yet"


def test_nobody_is_asked_unless_the_settings_say_so(client: TestClient, bearer: Bearer, store: Store) -> None:
    assert client.get(LIST, headers=bearer("manager", "M1")).status_code == 200
    client.post(QUESTION, json={"employee_ids": ["A"]}, headers=bearer("manager", "M1"))
    assert stored(store) == []


def test_a_mail_with_the_list_and_the_question_exclude_each_other() -> None:
    with pytest.raises(ValidationError, match="turn off RETENTION_MAIL_INCLUDES_LIST or RETENTION_NOMINATIONS"):
        Settings(nominations=True, mail_includes_list=True)


@pytest.fixture
def page(settings: ServerSettings, store: Store) -> Iterator[TestClient]:
    """M1's browser, signed in."""
    assert store.is_ready()
    with TestClient(create_app(settings), base_url="https://testserver") as client:
        token = form_token(client.get("/sign-in").text)
        client.post("/sign-in", data={"form_token": token, "token": issue_token(settings, "manager", "M1")})
        yield client


def form_token(shown: str) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', shown)
    assert found
    return found[1]


@ASKING
def test_the_page_of_the_list_leads_to_the_question_and_back(page: TestClient, store: Store) -> None:
    asked = page.get("/list")
    assert asked.url.path == "/nominations"
    assert "Whom would you talk to this month?" in asked.text
    assert re.findall(r'name="person" value="(\w+)"', asked.text) == ["A", "B", "C"]  # E and D report to M2
    form = {"form_token": form_token(asked.text), "next": "/list", "person": ["A", "C"]}
    opened = page.post("/nominations/2026-09", data=form)
    assert opened.url.path == "/list"
    assert "worth having" in opened.text
    [given] = stored(store)
    assert (given.people, given.is_before_list) == ({"A", "C"}, True)  # the question itself shows no risk
    assert page.get("/nominations").url.path == "/list"


@ASKING
def test_the_next_month_asks_again(page: TestClient, publish_month: Callable[[date], int], store: Store) -> None:
    form = {"form_token": form_token(page.get("/list").text), "skip": "true"}
    assert page.post("/nominations/2026-09", data=form).url.path == "/list"
    publish_month(date(2026, 10, 31))
    assert page.get("/list").url.path == "/nominations"
    assert [given.is_skipped for given in stored(store)] == [True]
