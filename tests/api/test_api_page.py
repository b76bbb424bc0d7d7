"""The API page is current, and every example on it is answered."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from fastapi.testclient import TestClient

from pipeline.outlook.outlook_json import stored
from pipeline.outlook.report import Outlook, OutlookRow
from pipeline.registry.loading import load
from pipeline.settings import Settings
from pipeline.store.groups.outlook_figures import StoredOutlook, write_outlook
from pipeline.store.groups.turnover_figures import TurnoverFigures, write_turnover
from pipeline.store.store import Store
from pipeline.turnover.report import Turnover
from pipeline.turnover.turnover_json import as_json
from serving.api_page import examples, page
from serving.app import create_app
from serving.settings import ServerSettings

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy
PAGE = Path(__file__).parents[2] / "docs/api.md"
ROLE_OF = {
    "/audit": "auditor",
    "/groups/line": "manager",
    "/briefing": "manager",
    "/nominations": "manager",
    "/representation": "representative",
    "/me/": "employee",
}
"""Parts of addresses that hr may not use."""
IN_PLACE_OF = {"E-1042": "A", "/models/4": "/models/1"}
"""The person and version of the page, and those that exist here."""
COMING = stored(Outlook("tiny", date(2026, 10, 31), 3, (OutlookRow("everyone", None, 6, 9, 2.0, 0, 4),)))
HAPPENED = as_json(Turnover("tiny", date(2024, 1, 1), date(2026, 10, 31), date(2025, 11, 30), date(2026, 10, 31)))


@pytest.fixture
def client(trained: Settings, settings: ServerSettings, store: Store) -> Iterator[TestClient]:
    """A registry with a champion, which has scored A to E in October."""
    from pipeline.scoring.job import score_people
    from pipeline.scoring.population import POST

    people = pl.DataFrame({"employee_id": list("ABCDE")}).with_columns(pl.lit(None).alias(name) for name in POST)
    people = people.with_columns(manager_id=pl.lit("M1"))
    figures = {"pay_against_market": [-0.3, 0.2, 0.1, -0.1, 0.0], "contract": ["fixed"] * 5}
    _, model = load(trained, "1")
    X = pl.DataFrame(figures).with_columns(client_rating_12m=pl.lit(3.0), tenure_months=pl.lit(12.0))
    store.publish(score_people(model, "1", "tiny", "", date(2026, 10, 31), people, X.select(list(model.features))))
    with store.changing() as connection:
        write_turnover(connection, TurnoverFigures("tiny", "2026-10", HAPPENED, HAPPENED, {}), ())
        write_outlook(connection, StoredOutlook("tiny", "2026-10", 3, COMING))
    here = settings.model_copy(update={"mlflow_tracking_uri": trained.tracking_uri, "metrics": "open"})
    here = here.model_copy(update={"employee_access": True, "nominations": True})
    with TestClient(create_app(here)) as client:
        yield client


def held_here(example: str) -> str:
    """An example with the people and the version that exist here."""
    for shown, held in IN_PLACE_OF.items():
        example = example.replace(shown, held)
    return example


def test_the_page_matches_the_servers_own_description() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_example_of_the_page_is_answered(client: TestClient, bearer: Callable[..., dict[str, str]]) -> None:
    described: dict[str, Any] = client.get("/openapi.json").json()
    answered = {}
    last = sorted(examples(described), key=lambda example: (example[0] == "DELETE", "/halt" in example[1]))
    for method, address, body in last:
        url, body = held_here(address), json.loads(held_here(json.dumps(body)))
        role = next((role for part, role in ROLE_OF.items() if part in url), "hr")
        headers = bearer(role, {"manager": "M1", "employee": "A"}.get(role))
        answered[f"{method} {address}"] = client.request(method, url, json=body, headers=headers).status_code
    assert {call: status for call, status in answered.items() if not 200 <= status < 300} == {}
    assert len(answered) >= 17
