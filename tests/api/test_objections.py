"""An objection: nothing that a manager gets shows who objected, and it holds until the person withdraws it."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from api_server import Bearer
from briefed import brief
from fastapi.testclient import TestClient
from published import SEPTEMBER, AuditRows, publication
from sqlalchemy import text

from features.errors import BadInput
from pipeline.identity.keys import OBJECTION_KEY
from pipeline.identity.tokens import issue_token
from pipeline.listing.rules import ListRules
from pipeline.lists.written.month_folder import write_lists
from pipeline.store.objections import Objections
from pipeline.store.schema import CONTEST, OBJECTION
from pipeline.store.store import Store
from serving.app import create_app
from serving.settings import ServerSettings

POINT = {"ground": "objection", "statement": "I do not want this."}
TALKED = {"outcome": "talked"}
OCTOBER = date(2026, 10, 31)


@pytest.fixture
def settings(settings: ServerSettings) -> ServerSettings:
    """One person a list, so that B moves up when A, who is at a higher risk, is taken off."""
    return settings.model_copy(update={"list_capacity": 1})


@pytest.fixture
def object_to(client: TestClient, bearer: Bearer) -> Callable[[str], None]:
    def done(person: str) -> None:
        answer = client.post(f"/v1/employees/{person}/contest", json=POINT, headers=bearer("hr"))
        assert answer.status_code == 201

    return done


def list_of(client: TestClient, headers: dict[str, str], month: str = "2026-09") -> dict[str, Any]:
    [own] = client.get(f"/v1/lists/{month}", headers=headers).json()["lists"]
    return dict(own)


def named(own: dict[str, Any]) -> list[str]:
    return [entry["employee_id"] for entry in own["entries"]]


def test_the_team_stays_as_large_as_it_is(client: TestClient, bearer: Bearer, object_to: Callable[[str], None]) -> None:
    manager = bearer("manager", "M1")
    before = list_of(client, manager)
    object_to("A")
    after = list_of(client, manager)
    assert (named(before), named(after)) == (["A"], ["B"])
    assert (before["team_size"], after["team_size"]) == (3, 3)  # A, B and C


def test_the_person_who_moves_up_is_an_ordinary_listed_person(
    client: TestClient, bearer: Bearer, object_to: Callable[[str], None]
) -> None:
    manager = bearer("manager", "M1")
    object_to("A")
    [entry] = list_of(client, manager)["entries"]
    assert (entry["employee_id"], entry["change"]) == ("B", "new")  # A was on August's list, and B was not
    assert client.post("/v1/lists/2026-09/B/answer", json=TALKED, headers=manager).status_code == 201
    risk = client.get("/v1/employees/B/risk?purpose=retention_conversation", headers=manager)
    assert risk.status_code == 200


def test_a_manager_gets_the_same_answer_for_an_objector_as_for_anyone_unlisted(
    client: TestClient, bearer: Bearer, object_to: Callable[[str], None]
) -> None:
    manager = bearer("manager", "M1")
    object_to("A")

    def problems(person: str) -> list[dict[str, Any]]:
        answers = [
            client.post(f"/v1/lists/{month}/{person}/answer", json=TALKED, headers=manager)
            for month in ("2026-09", "2026-08")
        ]
        answers.append(client.get(f"/v1/employees/{person}/risk?purpose=retention_conversation", headers=manager))
        return [answer.json() | {"request_id": ""} for answer in answers]

    assert {each["status"] for each in problems("A")} == {403}
    assert problems("A") == problems("C") == problems("NOBODY")  # C is in the team and on no list


def test_an_objector_is_never_named_as_resolved_and_nobody_else_is_in_their_place(
    client: TestClient, bearer: Bearer, store: Store, object_to: Callable[[str], None]
) -> None:
    """A was on September's list, from which B was crowded out. In October neither stands out: A is resolved."""
    calm = {**SEPTEMBER, "A": SEPTEMBER["E"], "B": SEPTEMBER["E"]}
    store.publish(publication(OCTOBER, calm))
    manager = bearer("manager", "M1")
    assert list_of(client, manager, "2026-10")["resolved"] == ["A"]
    object_to("A")
    assert list_of(client, manager, "2026-10")["resolved"] == []  # nor B, who was on no list


def test_a_manager_whose_only_report_objects_still_has_a_list(
    client: TestClient, bearer: Bearer, store: Store, object_to: Callable[[str], None]
) -> None:
    store.publish(publication(OCTOBER, {name: SEPTEMBER[name] for name in ("D", "M2", "BOSS")}))
    object_to("D")
    own = list_of(client, bearer("manager", "M2"), "2026-10")
    assert (own["team_size"], own["entries"]) == (1, [])


def test_no_file_that_is_written_names_an_objector(
    store: Store, settings: ServerSettings, object_to: Callable[[str], None]
) -> None:
    object_to("D")
    folder = write_lists(store, settings.var / "lists", ListRules(4, 1.5)).folder
    listed = (folder / "index.csv").read_text(encoding="utf-8-sig")
    assert '"A"' in listed
    assert '"D"' not in listed


def test_hr_sees_an_objectors_risk_in_the_receipt_only(
    client: TestClient, bearer: Bearer, object_to: Callable[[str], None]
) -> None:
    hr = bearer("hr")
    groups = client.get("/v1/groups/manager", headers=hr).json()
    object_to("A")
    for method, path, body in (("GET", "risk", None), ("POST", "what-if", {"promotion": True})):
        url = f"/v1/employees/A/{path}?purpose=retention_conversation"
        answer = client.request(method, url, json=body, headers=hr)
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:retention:problem:objected")
    people = client.get("/v1/risks?purpose=retention_conversation", headers=hr).json()["people"]
    assert {each["employee_id"] for each in people} == SEPTEMBER.keys() - {"A"}
    receipt = client.get("/v1/employees/A/receipt", headers=hr).json()
    assert receipt["objected_at"] is not None
    assert len(receipt["scores"]) == 2
    # a group's figures with and without a person would give that person's risk
    assert client.get("/v1/groups/manager", headers=hr).json() == groups


def test_an_objection_outlives_erasure_and_names_nobody(
    client: TestClient, bearer: Bearer, store: Store, object_to: Callable[[str], None]
) -> None:
    object_to("A")
    assert client.delete("/v1/employees/A", headers=bearer("hr")).status_code == 200
    store.publish(publication(OCTOBER, SEPTEMBER))  # A is still in the company's tables
    assert named(list_of(client, bearer("manager", "M1"), "2026-10")) == ["B"]
    with store.reading() as scores:
        [row] = scores.connection.execute(OBJECTION.select()).mappings()
        assert not scores.connection.execute(CONTEST.select()).all()
    assert "A" not in row.values()


def test_the_same_id_has_another_hash_in_another_installation_and_source(tmp_path: Any) -> None:
    hashes = []
    for folder in ("one", "two"):
        with Store(f"sqlite:///{tmp_path / folder / 'store.db'}") as store, store.changing() as connection:
            for source in ("tiny", "other"):
                Objections(connection, tmp_path / folder).record(source, "A", datetime.now(UTC))
            hashes += list(connection.execute(text("SELECT person_hash FROM objection")).scalars())
    assert len(set(hashes)) == 4


def test_a_newcomer_objects_before_the_first_score(
    client: TestClient, bearer: Bearer, store: Store, object_to: Callable[[str], None]
) -> None:
    object_to("NEW")
    people = {**SEPTEMBER, "NEW": SEPTEMBER["A"]}
    managers = {"A": "M1", "B": "M1", "C": "M1", "D": "M2", "E": "M2", "NEW": "M2"}
    managers |= dict.fromkeys(("M1", "M2"), "BOSS")
    store.publish(publication(OCTOBER, people, manager_of={**managers, "BOSS": None}))
    own = list_of(client, bearer("manager", "M2"), "2026-10")
    assert (named(own), own["team_size"]) == ([], 3)
    client.delete("/v1/employees/NEW/objection", headers=bearer("hr"))
    assert named(list_of(client, bearer("manager", "M2"), "2026-10")) == ["NEW"]


def test_a_wrong_figure_can_only_be_contested_where_one_is_held(client: TestClient, bearer: Bearer) -> None:
    point = POINT | {"ground": "wrong"}
    assert client.post("/v1/employees/NEW/contest", json=point, headers=bearer("hr")).status_code == 404
    assert client.post("/v1/employees/A/contest", json=point, headers=bearer("hr")).status_code == 201


def test_a_withdrawn_objection_puts_the_person_back(
    client: TestClient, bearer: Bearer, object_to: Callable[[str], None], audit_rows: AuditRows
) -> None:
    hr, manager = bearer("hr", "H1"), bearer("manager", "M1")
    before = list_of(client, manager)
    assert client.delete("/v1/employees/A/objection", headers=hr).json()["was_held"] is False
    object_to("A")
    object_to("A")
    assert client.delete("/v1/employees/A/objection", headers=bearer("manager", "M1")).status_code == 403
    answer = client.delete("/v1/employees/A/objection", headers=hr)
    assert (answer.status_code, answer.json()["source"], answer.json()["was_held"]) == (200, "tiny", True)
    assert list_of(client, manager) == before
    assert client.get("/v1/employees/A/risk?purpose=model_review", headers=hr).status_code == 200
    assert client.delete("/v1/employees/A/objection", headers=hr).json()["was_held"] is False
    assert [row["who"] for row in audit_rows() if row["result"] == "objection withdrawn"] == ["H1"]


def test_without_the_key_no_list_is_made(
    client: TestClient, bearer: Bearer, settings: ServerSettings, store: Store, object_to: Callable[[str], None]
) -> None:
    """A new key would match no hash, and everyone who objected would be listed again."""
    object_to("A")
    manager, key = bearer("manager", "M1"), settings.var / "keys" / OBJECTION_KEY
    assert key.stat().st_mode & 0o077 == 0
    kept = key.read_bytes()
    key.unlink()
    assert client.get("/v1/lists/2026-09", headers=manager).status_code == 503
    with pytest.raises(BadInput, match="another key"):
        write_lists(store, settings.var / "lists", ListRules(4, 1.5))
    key.write_bytes(kept)
    assert named(list_of(client, manager)) == ["B"]


def test_objections_of_earlier_versions_count_and_outlive_erasure(
    client: TestClient, bearer: Bearer, store: Store
) -> None:
    """They are statements only, without a hash."""
    with store.changing() as connection:
        row = {"at": datetime.now(UTC), "who": "H", "employee_id": "A", "ground": "objection", "statement": "No."}
        connection.execute(CONTEST.insert().values(row | {"source": "tiny"}))
    assert named(list_of(client, bearer("manager", "M1"))) == ["B"]
    client.delete("/v1/employees/A", headers=bearer("hr"))
    store.publish(publication(OCTOBER, SEPTEMBER))
    assert named(list_of(client, bearer("manager", "M1"), "2026-10")) == ["B"]


def test_before_the_first_month_the_source_must_be_named(settings: ServerSettings, bearer: Bearer) -> None:
    with TestClient(create_app(settings)) as client:
        hr, url = bearer("hr"), "/v1/employees/A/contest"
        assert client.post(url, json=POINT, headers=hr).status_code == 422
        assert client.post(f"{url}?source=tiny", json=POINT, headers=hr).status_code == 201
        with Store.of(settings) as store:
            store.publish(publication(date(2026, 9, 30), SEPTEMBER))
            brief(store)
        assert named(list_of(client, bearer("manager", "M1"))) == ["B"]


def test_hr_records_and_withdraws_an_objection_on_the_pages(
    settings: ServerSettings,
    store: Store,
    audit_rows: AuditRows,
) -> None:
    with TestClient(create_app(settings), base_url="https://testserver") as browser:

        def send(page: str, action: str, **fields: str) -> str:
            found = re.search(r'name="form_token" value="([^"]+)"', browser.get(page).text)
            assert found
            return browser.post(action, data={"form_token": found[1], **fields}).text

        send("/sign-in", "/sign-in", token=issue_token(settings, "hr", "H1"))
        send("/people/A/receipt", "/purpose", purpose="data_subject_request")
        assert "NEW" in send("/people", "/people/objection", employee_id="NEW")
        assert "Objects to being scored since:" in browser.get("/people/NEW/receipt").text
        assert "Objects to being scored since:" in send("/people/A/receipt", "/people/A/contest", **POINT)
        assert browser.get("/people/A").status_code == 403
        after = send("/people/A/receipt", "/people/A/objection", source="tiny")
        assert "The objection is withdrawn." in after
        assert "Objects to being scored since:" not in after
        assert browser.get("/people/A").status_code == 200
        assert "People" in send("/people/NEW/receipt", "/people/NEW/objection", source="tiny")  # no receipt is left
    results = [row["result"] for row in audit_rows() if row["what"].startswith("POST /people")]
    assert results == ["contested", "contested", "objection withdrawn", "objection withdrawn"]
