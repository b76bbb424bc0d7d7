"""The receipt holds everything about one person of one source, and nothing about somebody with an equal id."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from api_server import Bearer
from fastapi.testclient import TestClient
from published import AUGUST, SEPTEMBER, publication
from sqlalchemy import insert

from pipeline.store.audit.audit import AuditEntry
from pipeline.store.publication import Publication
from pipeline.store.schema import DELIVERY, ROLLOUT
from pipeline.store.store import Store
from serving.settings import ServerSettings

SENT = datetime(2026, 10, 1, 7, tzinfo=UTC)
WRONG = {"ground": "wrong", "statement": "My pay was raised."}


def receipt_of(client: TestClient, bearer: Bearer, person: str = "A", **params: str) -> dict[str, Any]:
    answer = client.get(f"/v1/employees/{person}/receipt", params=params, headers=bearer("hr", "H9"))
    assert answer.status_code == 200
    return dict(answer.json())


def test_each_score_has_every_horizon_its_range_rank_place_and_factors(client: TestClient, bearer: Bearer) -> None:
    """B's log-odds were −2 − 1 in August; in September −2 + 1.2 + 0.2. By the fixture, the risk within three months is
    half of that within six, and the risk within twelve halfway to one. In September C and A are above B."""
    september, august = receipt_of(client, bearer, "B")["scores"]
    assert [point["months"] for point in september["curve"]] == [3, 6, 12]
    assert [point["risk"] for point in september["curve"]] == pytest.approx([0.17717, 0.35434, 0.67717], abs=1e-5)
    assert september["range"] == pytest.approx({"low": 0.17717, "high": 0.67717}, abs=1e-5)
    assert (september["rank"], september["people"], september["base_log_odds"]) == (3, 8, -2.0)
    place = [september[name] for name in ("department", "job", "level", "location", "manager_id")]
    assert place == ["Sales", "Clerk", 1, "Riga", "M1"]
    assert [factor["contribution"] for factor in september["factors"]] == [1.2, 0.2]
    assert [factor["contribution"] for factor in august["factors"]] == [-1.0]
    assert september["published_at"] is not None


def test_a_list_that_was_sent_and_the_lot_of_the_manager_are_in_it(
    client: TestClient, bearer: Bearer, store: Store
) -> None:
    delivery = {"source": "tiny", "list_hash": "", "at": SENT, "reason": None}
    lot = {"source": "tiny", "stratum": "Sales", "share": 0.5, "seed": 1, "from_month": "2026-09", "at": SENT}
    with store.changing() as connection:
        connection.execute(
            insert(DELIVERY),
            [
                delivery | {"month": "2026-09", "manager_id": "M1", "state": "sent"},
                delivery | {"month": "2026-09", "manager_id": "M2", "state": "sent"},
                delivery | {"month": "2026-08", "manager_id": "M1", "state": "failed"},
            ],
        )
        connection.execute(
            insert(ROLLOUT), [lot | {"manager_id": manager, "gets_lists": manager == "M1"} for manager in ("M1", "M2")]
        )
    listed = receipt_of(client, bearer)
    assert [(each["month"], each["manager_id"], each["state"], each["named"]) for each in listed["deliveries"]] == [
        ("2026-09", "M1", "sent", "listed")  # August's was not sent
    ]
    assert [(each["manager_id"], each["gets_lists"], each["stratum"]) for each in listed["rollout"]] == [
        ("M1", True, "Sales")
    ]
    assert [each["named"] for each in receipt_of(client, bearer, "E")["deliveries"]] == ["resolved"]
    assert receipt_of(client, bearer, "C")["deliveries"] == []  # in M1's team, and on no list


def test_a_list_names_the_people_whom_it_named_when_it_was_sent(
    client: TestClient, bearer: Bearer, store: Store
) -> None:
    """A objects after the list was sent: the list had named A all the same."""
    row = {"source": "tiny", "month": "2026-09", "manager_id": "M1", "list_hash": "", "state": "sent", "reason": None}
    with store.changing() as connection:
        connection.execute(insert(DELIVERY), [row | {"at": datetime.now(UTC)}])
    client.post("/v1/employees/A/contest", json=WRONG | {"ground": "objection"}, headers=bearer("hr"))
    assert [each["named"] for each in receipt_of(client, bearer)["deliveries"]] == ["listed"]


def test_purposes_recipients_periods_and_rights_are_in_it(
    client: TestClient, bearer: Bearer, settings: ServerSettings
) -> None:
    url = "/v1/employees/A/risk?purpose="
    client.get(f"{url}model_review", headers=bearer("hr", "H1"))
    client.get(f"{url}retention_conversation", headers=bearer("manager", "M1"))
    client.get(f"{url}retention_conversation", headers=bearer("manager", "M2"))  # refused
    content = receipt_of(client, bearer)
    assert content["purposes"] == {"model_review": 1, "retention_conversation": 2}
    assert content["recipients"] == {"hr": 1, "manager": 1}
    assert content["looks"] == 3
    periods = {"scores_months": settings.keep_scores_months, "answers_months": settings.keep_answers_months}
    periods["audit_months"] = settings.keep_audit_months
    assert content["periods"] == periods
    assert [right for right in content["rights"] if "article 21" in right]
    russian = client.get("/v1/employees/A/receipt", headers=bearer("hr") | {"Accept-Language": "ru"}).json()
    assert len(russian["rights"]) == len(content["rights"])
    assert not set(russian["rights"]) & set(content["rights"])


@pytest.fixture
def two_sources(client: TestClient, bearer: Bearer, store: Store) -> None:
    """Two people with the id A: of "tiny", who contests, objects and is looked at; and of "other", who does not."""
    hr = bearer("hr", "H1")
    client.post("/v1/employees/A/contest", json=WRONG, headers=hr)
    client.post("/v1/lists/2026-09/A/answer", json={"outcome": "talked"}, headers=bearer("manager", "M1"))
    client.post("/v1/employees/A/contest", json=WRONG | {"ground": "objection"}, headers=hr)
    old = publication(date(2026, 9, 30), {**AUGUST, "A": SEPTEMBER["A"]}, "9")
    store.publish(Publication(**{**vars(old), "source": "other"}))
    client.get("/v1/employees/A/risk?purpose=model_review", headers=bearer("hr", "H2"))


@pytest.mark.usefixtures("two_sources")
def test_equal_ids_of_two_sources_never_mix(client: TestClient, bearer: Bearer) -> None:
    current, tiny = receipt_of(client, bearer), receipt_of(client, bearer, source="tiny")
    assert (current["source"], current["also_in"], tiny["also_in"]) == ("other", ["tiny"], ["other"])
    assert [score["model_version"] for score in current["scores"]] == ["9"]
    assert [score["model_version"] for score in tiny["scores"]] == ["4", "4"]
    assert (current["answers"], current["contests"], current["objected_at"]) == ([], [], None)
    assert (len(tiny["answers"]), len(tiny["contests"])) == (1, 2)
    assert tiny["objected_at"] is not None
    looked = [{each["who"] for each in content["looked"]} for content in (current, tiny)]
    assert looked == [{"H2"}, {"H1", "M1"}]


@pytest.mark.usefixtures("two_sources")
def test_a_contest_and_an_objection_in_one_source_do_not_count_in_another(client: TestClient, bearer: Bearer) -> None:
    [own] = client.get("/v1/lists/2026-09", headers=bearer("manager", "M1")).json()["lists"]
    assert [entry["employee_id"] for entry in own["entries"]] == ["A"]
    assert own["entries"][0]["answer"] is None
    assert client.get("/v1/contests", headers=bearer("hr")).json()["contests"] == []


@pytest.mark.usefixtures("two_sources")
def test_a_look_of_unknown_source_counts_only_where_one_person_has_the_id(
    client: TestClient, bearer: Bearer, store: Store
) -> None:
    """Rows of earlier versions have no source."""
    about = {"request_id": "", "who": "H0", "role": "hr", "what": "", "purpose": None, "result": "released"}
    store.append_audit([AuditEntry(at=SENT, whom=person, **about) for person in ("A", "Z")])
    assert all(
        "H0" not in {each["who"] for each in receipt_of(client, bearer, source=name)["looked"]}
        for name in ("tiny", "other")
    )
    client.post("/v1/employees/Z/contest", json=WRONG | {"ground": "objection"}, headers=bearer("hr"))
    assert "H0" in {each["who"] for each in receipt_of(client, bearer, "Z")["looked"]}
