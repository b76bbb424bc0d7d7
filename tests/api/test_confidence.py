"""Answers to surveys, given in confidence: HR sees by name how they push a score, and no answer."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from api_server import Bearer
from fastapi.testclient import TestClient
from published import FEATURES

TALK = "purpose=retention_conversation"
OPEN = pytest.mark.parametrize("settings", [{"surveys_confidential": False}], indirect=True)
Ask = Callable[[str], Any]


@pytest.fixture
def as_hr(client: TestClient, bearer: Bearer) -> Ask:
    return lambda url: client.get(url, headers=bearer("hr")).json()


def test_hr_sees_the_sum_of_a_drivers_answers_and_no_answer(as_hr: Ask) -> None:
    """B answered 2, peers 7; the answer adds 1.2 and the tenure of 3 months 0.2."""
    factors = {factor["feature"]: factor for factor in as_hr(f"/v1/employees/B/risk?{TALK}")["factors"]}
    assert factors["survey_answers_conditions"] == {
        "feature": "survey_answers_conditions",
        "driver": "conditions",
        "actionable": True,
        "related": None,
        "label": "How the conditions of work are seen",
        "value": None,
        "peer_value": None,
        "contribution": 1.2,
        "text": "How the conditions of work are seen. It raises the risk.",
    }
    assert (factors["tenure_months"]["value"], set(factors)) == (3, {"survey_answers_conditions", "tenure_months"})


@OPEN
def test_hr_sees_answers_where_the_company_says_that_they_are_not_confidential(as_hr: Ask) -> None:
    factors = {factor["feature"]: factor for factor in as_hr(f"/v1/employees/B/risk?{TALK}")["factors"]}
    assert (factors["survey_mood_last"]["value"], factors["survey_mood_last"]["peer_value"]) == (2, 7)


@OPEN
def test_a_manager_never_sees_an_answer(client: TestClient, bearer: Bearer) -> None:
    answer = client.get(f"/v1/employees/B/risk?{TALK}", headers=bearer("manager", "M1")).json()
    assert answer["reasons"] == [{"driver": "conditions", "text": "How the conditions of work are seen"}]


def test_the_receipt_that_hr_hands_out_holds_no_answer(as_hr: Ask) -> None:
    texts = [factor["text"] for factor in as_hr("/v1/employees/B/receipt")["factors"]]
    assert "How the conditions of work are seen. It raises the risk." in texts
    assert not any("Mood" in text for text in texts)


@OPEN
def test_the_receipt_holds_answers_that_are_not_confidential(as_hr: Ask) -> None:
    texts = [factor["text"] for factor in as_hr("/v1/employees/B/receipt")["factors"]]
    assert any("Mood" in text for text in texts)


@pytest.mark.parametrize(
    "url",
    [
        f"/v1/employees/B/risk?{TALK}",
        f"/v1/risks?{TALK}",
        "/v1/employees/B/receipt",
        "/v1/lists/2026-09?manager_id=M1",
    ],
)
def test_no_answer_of_the_api_names_an_item(as_hr: Ask, url: str) -> None:
    label = FEATURES["survey_mood_last"][1]
    text = json.dumps(as_hr(url))
    assert '"B"' in text
    assert label.partition(":")[0] not in text
    assert "survey_mood_last" not in text
