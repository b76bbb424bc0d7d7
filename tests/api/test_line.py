"""A manager's own organisation: whole groups, lists as counts, and nobody alone below the direct reports."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from api_server import Bearer
from briefed import brief
from fastapi.testclient import TestClient
from led_company import CALM_RISK, RISK_OF_A, led_company
from names import directory
from published import AuditRows
from sqlalchemy import insert

from pipeline.store.schema import ROLLOUT
from pipeline.store.store import Store
from serving.settings import ServerSettings


@pytest.fixture
def store(settings: ServerSettings) -> Iterator[Store]:
    with Store.of(settings) as store:
        store.publish(led_company())
        brief(store)
        yield store


@pytest.fixture
def line(client: TestClient, bearer: Bearer) -> Callable[[str], Any]:
    return lambda manager: client.get("/v1/groups/line", headers=bearer("manager", manager)).json()


def test_a_head_sees_whole_groups_and_lists_as_counts(
    client: TestClient, bearer: Bearer, line: Callable[[str], Any], audit_rows: AuditRows
) -> None:
    """Twenty people: HEAD, three leads, and teams of six, seven and three; three are too few, and so are the leads."""
    client.post("/v1/lists/2026-09/A0/answer", json={"outcome": "talked"}, headers=bearer("manager", "M1"))
    answer = line("HEAD")
    assert answer["people"] == 20
    assert [(each["group"], each["people"]) for each in answer["departments"]] == [("Plant", 20)]
    expected = 2 * RISK_OF_A + 18 * CALM_RISK
    assert answer["total"]["people"] == 20
    assert answer["total"]["expected_exits"] == pytest.approx(expected, abs=0.06)
    low, high = answer["total"]["range"].values()
    assert low < answer["total"]["expected_exits"] < high
    teams = {each["group"]: (each["people"], each["listed"], each["answered"]) for each in answer["teams"]}
    assert teams["HEAD"] == teams["M3"] == (None, None, None)
    assert teams["M1"] == (6, 2, 1)
    assert set(teams) == {"HEAD", "M1", "M2", "M3"}
    looks = [row for row in audit_rows() if row["what"] == "GET /v1/groups/line"]
    assert {row["whom"] for row in looks} == {"HEAD", "M1", "M2", "M3"}
    assert {(row["role"], row["purpose"]) for row in looks} == {("manager", "workforce_planning")}


def test_a_head_sees_the_names_of_the_managers_below_and_of_nobody_else(
    store: Store, line: Callable[[str], Any]
) -> None:
    names = {"M1": "Mia Lang", "M3": "Max Old", "A0": "Anna One", "X0": "Xeno Four"}
    store.publish(replace(led_company(), directory=directory(names)))
    answer = line("HEAD")
    assert {each["group"]: each["manager_name"] for each in answer["teams"]} == {
        "HEAD": None,
        "M1": "Mia Lang",
        "M2": None,
        "M3": "Max Old",
    }
    assert not {"Anna One", "Xeno Four"} & set(str(answer).split("'"))


def test_a_team_lead_sees_the_own_team(line: Callable[[str], Any]) -> None:
    answer = line("M1")
    assert answer["people"] == 7
    assert answer["total"]["people"] == 6
    assert answer["departments"] == []
    assert [(each["group"], each["is_own"], each["listed"]) for each in answer["teams"]] == [("M1", True, 2)]


def test_a_team_of_three_has_no_figure(line: Callable[[str], Any]) -> None:
    answer = line("M3")
    assert answer["total"] == {
        name: True if name == "is_suppressed" else None
        for name in ("group", "is_suppressed", "people", "expected_exits", "range", "drivers")
    }
    assert [each["is_suppressed"] for each in answer["teams"]] == [True]


def test_nobody_below_the_direct_reports_is_shown_alone(client: TestClient, bearer: Bearer) -> None:
    """A0 is on M1's list; HEAD is M1's manager."""
    url = "/v1/employees/A0/risk?purpose=retention_conversation"
    assert client.get(url, headers=bearer("manager", "M1")).status_code == 200
    assert client.get(url, headers=bearer("manager", "HEAD")).status_code == 403
    answered = [
        client.post("/v1/lists/2026-09/A0/answer", json={"outcome": "talked"}, headers=bearer("manager", manager))
        for manager in ("M1", "HEAD")
    ]
    assert [each.status_code for each in answered] == [201, 403]


def test_somebody_to_whom_nobody_reports_has_no_organisation(client: TestClient, bearer: Bearer) -> None:
    statuses = [client.get("/v1/groups/line", headers=bearer("manager", who)).status_code for who in ("M1", "A0", "?")]
    assert statuses == [200, 404, 404]


def test_lists_that_wait_are_not_counted_and_a_waiting_manager_sees_nothing(
    client: TestClient, bearer: Bearer, store: Store, line: Callable[[str], Any]
) -> None:
    rows = [
        {"source": "tiny", "manager_id": name, "gets_lists": name != "M1", "stratum": "", "share": 0.5, "seed": 1}
        | {"from_month": "2026-09", "until_month": None, "at": datetime.now(UTC)}
        for name in ("HEAD", "M1", "M2", "M3")
    ]
    with store.changing() as connection:
        connection.execute(insert(ROLLOUT), rows)
    assert client.get("/v1/groups/line", headers=bearer("manager", "M1")).status_code == 404
    teams = {each["group"]: each for each in line("HEAD")["teams"]}
    assert (teams["M1"]["people"], teams["M1"]["listed"], teams["M1"]["answered"]) == (6, None, None)
    assert teams["M2"]["listed"] == 0
