"""A month published by version 0.1 has the feature descriptions of that version, and is shown as before."""

import pytest
from api_server import Bearer
from fastapi.testclient import TestClient

from pipeline.store.store import Store

OF_0_1 = {"feature", "driver", "label", "unit", "worse", "actionable", "kind"}
URL = "/v1/employees/B/risk?purpose=retention_conversation"


@pytest.fixture(autouse=True)
def _is_of_0_1(store: Store) -> None:
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
