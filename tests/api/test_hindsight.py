"""A month scored by a model that had learned from later exits is marked wherever its figures are shown."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from api_server import Bearer
from fastapi.testclient import TestClient
from published import SEPTEMBER, publication

from pipeline.model.stored_model import StoredModel
from pipeline.store.schema import HINDSIGHT
from pipeline.store.store import Store
from serving.app import create_app
from serving.settings import ServerSettings

JULY, AUGUST = date(2026, 7, 31), date(2026, 8, 31)


def model(manifest: Mapping[str, Any]) -> StoredModel:
    return StoredModel(6, {}, {}, manifest)


def test_a_model_has_seen_what_follows_a_day_if_it_learned_from_later_exits() -> None:
    trained = model({"outcomes_until": "2026-08-31"})
    assert trained.has_seen_after(JULY)
    assert not trained.has_seen_after(AUGUST)


@pytest.mark.parametrize("manifest", [{}, {"outcomes_until": None}])
def test_a_model_without_dates_or_from_before_this_was_kept_has_not(manifest: Mapping[str, Any]) -> None:
    assert not model(manifest).has_seen_after(JULY)


def publish(store: Store, day: date, version: str, is_hindsight: bool) -> None:
    made = publication(day, SEPTEMBER, version)
    store.publish(replace(made, manifest={**made.manifest, HINDSIGHT: is_hindsight}))


def marked(store: Store) -> set[date]:
    with store.reading() as scores:
        return set(scores.hindsight("tiny"))


def test_the_store_names_the_months_that_are_served_with_hindsight(store: Store) -> None:
    assert marked(store) == set()
    publish(store, AUGUST, "5", True)
    publish(store, JULY, "5", True)
    assert marked(store) == {JULY, AUGUST}
    publish(store, AUGUST, "6", False)
    assert marked(store) == {JULY}


def test_the_page_of_groups_names_the_months_that_are_no_forecast(
    store: Store, settings: ServerSettings, bearer: Bearer
) -> None:
    lead = "Scored with a model that had already learned from later exits, so no forecast:"
    with TestClient(create_app(settings), base_url="https://testserver") as client:
        assert lead not in groups_page(client, bearer)
        publish(store, JULY, "5", True)
        page = groups_page(client, bearer)
    assert re.search(rf"{lead}\s+July 2026\s", page)


def groups_page(client: TestClient, bearer: Bearer) -> str:
    token = bearer("data_scientist")["Authorization"].removeprefix("Bearer ")
    form = re.search(r'name="form_token" value="([^"]+)"', client.get("/sign-in").text)
    assert form
    client.post("/sign-in", data={"form_token": form[1], "token": token})
    answer = client.get("/groups")
    assert answer.status_code == 200
    return answer.text
