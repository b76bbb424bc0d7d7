"""A month published by version 0.1 has the feature descriptions of that version, and is shown as before."""

import re
from datetime import date

import pytest
from api_server import Bearer
from fastapi.testclient import TestClient
from published import AUGUST, SEPTEMBER, publication

from pipeline.identity.tokens import issue_token
from pipeline.store.store import Store
from serving.app import create_app
from serving.settings import ServerSettings

OF_0_1 = {"feature", "driver", "label", "unit", "worse", "actionable", "kind"}
URL = "/v1/employees/B/risk?purpose=retention_conversation"


@pytest.fixture(autouse=True)
def _is_of_0_1(store: Store) -> None:
    store.publish(publication(date(2026, 8, 31), AUGUST, is_of_0_1=True))
    store.publish(publication(date(2026, 9, 30), SEPTEMBER, is_of_0_1=True))
    with store.reading() as scores:
        published = scores.current()
        assert published is not None
        assert all(set(feature) == OF_0_1 for feature in published.features)


def test_a_manager_does_not_see_survey_answers(client: TestClient, bearer: Bearer) -> None:
    answer = client.get(URL, headers=bearer("manager", "M1")).json()
    assert [reason["text"] for reason in answer["reasons"]] == ["How the conditions of work are seen"]


@pytest.mark.parametrize("settings", [{"surveys_confidential": False}], indirect=True)
@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Mood: last: 2 on a scale of 0 to 10 (peers: 7). It raises the risk."),
        ("ru", "Mood: последнее значение: 2 по шкале от 0 до 10 (у коллег: 7). Это повышает риск."),
    ],
)
def test_the_name_of_an_item_stays_and_the_rest_is_translated(
    client: TestClient, bearer: Bearer, language: str, text: str
) -> None:
    answer = client.get(URL, headers=bearer("hr") | {"Accept-Language": language}).json()
    [factor] = [factor for factor in answer["factors"] if factor["feature"] == "survey_mood_last"]
    assert (factor["text"], factor["label"]) == (text, text.rpartition(": 2 ")[0])


def test_a_range_that_described_the_calibration_is_no_range_of_a_risk(client: TestClient, bearer: Bearer) -> None:
    """Both months have ranges in the store; those of 0.1 held the risk of one person in five, not of nine in ten."""
    assert client.get(URL, headers=bearer("hr")).json()["range"] is None
    people = client.get("/v1/risks?purpose=retention_conversation", headers=bearer("hr")).json()["people"]
    assert [person["range"] for person in people] == [None] * len(SEPTEMBER)


def test_the_receipt_has_the_range_as_held_and_says_what_it_describes(
    client: TestClient, store: Store, bearer: Bearer
) -> None:
    """It is data about the person, so it is in the receipt; the month after was published by this version."""
    store.publish(publication(date(2026, 10, 31), SEPTEMBER))
    url = "/v1/employees/A/receipt?purpose=data_subject_request"
    scores = client.get(url, headers=bearer("hr")).json()["scores"]
    assert [score["snapshot_date"] for score in scores][:2] == ["2026-10-31", "2026-09-30"]
    assert [score["is_range_of_calibration"] for score in scores][:2] == [False, True]
    assert scores[1]["range"] == pytest.approx({"low": 0.18877, "high": 0.68877}, abs=1e-5)


def test_the_range_of_all_exits_is_said_to_know_chance_alone(settings: ServerSettings) -> None:
    with TestClient(create_app(settings), base_url="https://testserver") as client:
        form = re.search(r'name="form_token" value="([^"]+)"', client.get("/sign-in").text)
        assert form
        client.post("/sign-in", data={"form_token": form[1], "token": issue_token(settings, "hr", "H1")})
        page = client.get("/groups").text
    assert "Allowing for chance alone, the number will be between" in page
    assert "how well the risks are known" not in page
