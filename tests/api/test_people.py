"""A person's risk: what HR gets, what a manager gets, and what nobody gets."""

import math
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from api_server import Bearer
from fastapi.testclient import TestClient

from pipeline.store.store import Store

pytestmark = pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)
TALK = {"purpose": "retention_conversation"}


def risk_of(client: TestClient, person: str, headers: dict[str, str] | None, **params: Any) -> Any:
    return client.get(f"/v1/employees/{person}/risk", params=TALK | params, headers=headers)


def test_base_and_factors_add_up_to_the_risk(client: TestClient, bearer: Bearer) -> None:
    answer = risk_of(client, "B", bearer("hr")).json()
    log_odds = answer["base_log_odds"] + sum(factor["contribution"] for factor in answer["factors"])
    assert log_odds == pytest.approx(-0.6, abs=1e-12)
    assert answer["risk"] == pytest.approx(1 / (1 + math.exp(-log_odds)), abs=1e-12)


def test_hr_gets_curve_range_evidence_and_factors_in_words(client: TestClient, bearer: Bearer) -> None:
    answer = risk_of(client, "A", bearer("hr")).json()
    assert answer["snapshot_date"] == "2026-09-30"
    assert answer["model_version"] == "4"
    assert answer["evidence"] == "enough"
    assert answer["band"] == "moderate"
    assert [point["months"] for point in answer["curve"]] == [3, 6, 12]
    assert answer["range"]["low"] < answer["risk"] < answer["range"]["high"]
    assert answer["drivers"] == {"pay": 1.5, "conditions": 0, "relationships": 0, "growth": 0, "context": 0}
    assert answer["factors"] == [
        {
            "feature": "pay_against_market",
            "driver": "pay",
            "actionable": True,
            "related": None,
            "label": "Pay against the market",
            "value": -0.2,
            "peer_value": 0.0,
            "contribution": 1.5,
            "text": "Pay against the market: -18.1% (peers: +0.0%). It raises the risk.",
        }
    ]


def test_another_horizon_comes_from_the_curve_and_names_the_horizon_of_the_factors(
    client: TestClient, bearer: Bearer
) -> None:
    answer = risk_of(client, "A", bearer("hr"), horizon_months=12).json()
    assert answer["risk"] == answer["curve"][2]["risk"]
    assert (answer["horizon_months"], answer["factors_horizon_months"], answer["range"]) == (12, 6, None)


def test_an_unscored_horizon_is_reported(client: TestClient, bearer: Bearer) -> None:
    answer = risk_of(client, "A", bearer("hr"), horizon_months=9)
    assert answer.status_code == 422
    assert "3, 6, 12" in answer.json()["detail"]


def test_a_score_without_enough_evidence_has_no_band(client: TestClient, bearer: Bearer) -> None:
    answer = risk_of(client, "C", bearer("hr")).json()
    assert (answer["evidence"], answer["band"]) == ("too little is known", None)


def test_an_unknown_person_is_404_for_hr(client: TestClient, bearer: Bearer) -> None:
    assert risk_of(client, "NOBODY", bearer("hr")).status_code == 404


@pytest.mark.parametrize("person", ["a b", "ü", "a%2Fb", "..%2F..%2Fetc", "x';--", "%00", "%F0%9F%98%80", "x" * 300])
def test_no_id_causes_an_error(client: TestClient, bearer: Bearer, person: str) -> None:
    assert risk_of(client, person, bearer("hr")).status_code in (404, 422)


def test_a_manager_gets_a_band_and_words_and_no_number(client: TestClient, bearer: Bearer) -> None:
    answer = risk_of(client, "A", bearer("manager", "M1"))
    assert answer.status_code == 200
    assert answer.json() == {
        "employee_id": "A",
        "name": None,
        "snapshot_date": "2026-09-30",
        "model_version": "4",
        "horizon_months": 6,
        "band": "moderate",
        "evidence": "enough",
        "reasons": [{"driver": "pay", "text": "Pay against the market: lower than for peers"}],
        "guidance": [
            {
                "ask": "Does what you earn fit what you do now, and what you see around you?",
                "offer": "A pay review against the market. Ask for it before you promise anything.",
                "involve": "HR, for the pay review",
            }
        ],
    }


def test_survey_answers_stay_confidential(client: TestClient, bearer: Bearer) -> None:
    answer = risk_of(client, "B", bearer("manager", "M1")).json()
    assert answer["reasons"] == [{"driver": "conditions", "text": "How the conditions of work are seen"}]


def test_a_head_sees_nobody_below_the_direct_reports(client: TestClient, bearer: Bearer) -> None:
    assert risk_of(client, "A", bearer("manager", "BOSS")).status_code == 403
    assert risk_of(client, "A", bearer("manager", "M1")).status_code == 200


@pytest.mark.parametrize("person", ["D", "C", "M1", "BOSS", "NOBODY"])
def test_a_manager_gets_the_same_403_for_strangers_unlisted_and_unknown_people(
    client: TestClient, bearer: Bearer, person: str
) -> None:
    answer = risk_of(client, person, bearer("manager", "M1"))
    assert answer.status_code == 403
    assert answer.json() | {"request_id": ""} == {
        "type": "urn:retention:problem:not-in-your-line",
        "title": "Forbidden",
        "status": 403,
        "detail": "You can see only people who report to you and are on this month's list.",
        "request_id": "",
    }
    assert person != "D" or risk_of(client, "D", bearer("manager", "M2")).status_code == 200


def test_paging_shows_everyone_once_highest_risk_first(client: TestClient, bearer: Bearer) -> None:
    seen: list[str] = []
    cursor: dict[str, str] = {}
    for _ in range(3):
        page = client.get("/v1/risks", params=TALK | {"limit": 3} | cursor, headers=bearer("hr")).json()
        seen += [person["employee_id"] for person in page["people"]]
        cursor = {"cursor": page["next_cursor"]}
    assert seen == ["C", "A", "B", "D", "E", "M1", "M2", "BOSS"]
    assert page["next_cursor"] is None


def test_paging_stays_in_the_publication_it_began_with(
    client: TestClient, bearer: Bearer, store: Store, publish_month: Callable[[date], int]
) -> None:
    first = client.get("/v1/risks", params=TALK | {"limit": 3}, headers=bearer("hr")).json()
    publish_month(date(2026, 10, 31))
    second = client.get("/v1/risks", params=TALK | {"cursor": first["next_cursor"]}, headers=bearer("hr")).json()
    assert second["snapshot_date"] == "2026-09-30"
    assert client.get("/v1/risks", params=TALK, headers=bearer("hr")).json()["snapshot_date"] == "2026-10-31"


@pytest.mark.parametrize(
    ("wanted", "people"),
    [
        ({"department": "Sales"}, ["C", "A", "B"]),
        ({"level": 3}, ["M1", "M2"]),
        ({"band": "moderate"}, ["A", "B", "D"]),
        ({"band": "typical"}, ["E", "M1", "M2", "BOSS"]),
        ({"band": "high"}, []),
        ({"location": "Riga", "manager_id": "M2"}, ["D", "E"]),
    ],
)
def test_pages_can_be_filtered(client: TestClient, bearer: Bearer, wanted: dict[str, Any], people: list[str]) -> None:
    page = client.get("/v1/risks", params=TALK | wanted, headers=bearer("hr")).json()
    assert [person["employee_id"] for person in page["people"]] == people


@pytest.mark.parametrize(
    ("sort", "people"),
    [
        ("risk", ["BOSS", "M2", "M1", "E", "D", "B", "A", "C"]),
        ("employee_id", ["A", "B", "BOSS", "C", "D", "E", "M1", "M2"]),
        ("-employee_id", ["M2", "M1", "E", "D", "C", "BOSS", "B", "A"]),
        ("department", ["D", "E", "M1", "M2", "BOSS", "C", "A", "B"]),  # Plant, Sales; highest risk first within
        ("-level", ["M1", "M2", "C", "A", "B", "D", "E", "BOSS"]),
    ],
)
def test_paging_in_any_sort_order_shows_everyone_once(
    client: TestClient, bearer: Bearer, sort: str, people: list[str]
) -> None:
    seen: list[str] = []
    page: dict[str, Any] = {"next_cursor": None}
    while len(seen) < 9:
        cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else {}
        page = client.get("/v1/risks", params=TALK | {"limit": 3, "sort": sort} | cursor, headers=bearer("hr")).json()
        seen += [person["employee_id"] for person in page["people"]]
        if page["next_cursor"] is None:
            break
    assert seen == people


def test_a_csv_page_names_the_next_one_in_a_header(client: TestClient, bearer: Bearer) -> None:
    headers = bearer("hr") | {"Accept": "text/csv"}
    first = client.get("/v1/risks", params=TALK | {"limit": 6}, headers=headers)
    assert (
        first.content.decode("utf-8-sig")
        .splitlines()[0]
        .startswith('"snapshot_date","model_version","employee_id","name","risk","band"')
    )
    [following] = re.findall(r'^<(.+)>; rel="next"$', first.headers["Link"])
    rest = client.get(following, headers=headers)
    assert [line.split(",")[2] for line in rest.text.splitlines()[1:]] == ['"M2"', '"BOSS"']
    assert "Link" not in rest.headers


def test_a_client_that_has_the_answer_gets_304_and_an_audit_row(
    client: TestClient, bearer: Bearer, audit_rows: Callable[[], list[dict[str, Any]]]
) -> None:
    first = risk_of(client, "A", bearer("hr"))
    tag = first.headers["ETag"]
    again = risk_of(client, "A", bearer("hr") | {"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    assert again.headers["Cache-Control"] == "private, no-cache"
    assert risk_of(client, "B", bearer("hr") | {"If-None-Match": tag}).status_code == 200
    assert [row["whom"] for row in audit_rows()] == ["A", "A", "B"]


def test_a_new_month_has_another_etag(client: TestClient, bearer: Bearer, publish_month: Callable[[date], int]) -> None:
    tag = client.get("/v1/risks", params=TALK, headers=bearer("hr")).headers["ETag"]
    publish_month(date(2026, 10, 31))
    headers = bearer("hr") | {"If-None-Match": tag}
    assert client.get("/v1/risks", params=TALK, headers=headers).status_code == 200


def test_an_invalid_cursor_is_refused(client: TestClient, bearer: Bearer) -> None:
    assert client.get("/v1/risks", params=TALK | {"cursor": "999-1"}, headers=bearer("hr")).status_code == 422


def test_only_hr_pages_through_everyone(client: TestClient, bearer: Bearer) -> None:
    statuses = {
        role: client.get("/v1/risks", params=TALK, headers=bearer(role, "M1")).status_code
        for role in ("hr", "manager", "data_scientist", "auditor")
    }
    assert statuses == {"hr": 200, "manager": 403, "data_scientist": 403, "auditor": 403}


def test_factors_and_reasons_are_in_the_requested_language(client: TestClient, bearer: Bearer) -> None:
    url, russian = "/v1/employees/A/risk?purpose=retention_conversation", {"Accept-Language": "ru, en;q=0.5"}
    for headers, name in ((bearer("hr"), "factors"), (bearer("manager", "M1"), "reasons")):
        body, answer = client.get(url, headers=headers | russian), client.get(url, headers=headers)
        assert "Accept-Language" in body.headers["Vary"]
        assert re.search("[а-я]", body.json()[name][0]["text"])
        assert not re.search("[а-я]", answer.text)
        assert body.headers["ETag"] != answer.headers["ETag"]
