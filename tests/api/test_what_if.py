"""The effect of a change, by the model that made the published score."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import polars as pl
import pytest
from api_server import Bearer
from fastapi.testclient import TestClient
from published import AuditRows

from pipeline.registry.loading import load
from pipeline.score_record import Factor
from pipeline.scoring.what_if import Change, WhatIf
from pipeline.settings import Settings
from pipeline.store.store import Store
from serving.app import create_app
from serving.settings import ServerSettings
from serving.views.what_if import changes

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy
FIGURES = {
    "pay_against_market": [-0.3, 0.2, 0.1, -0.1, None],
    "client_rating_12m": [2.0, 4.0, 5.0, 3.0, None],
    "tenure_months": [10.0, 80.0, 30.0, 3.0, 5.0],
    "contract": ["fixed", "open", "open", "open", None],
}


@pytest.fixture
def asked(trained: Settings, bearer: Bearer, settings: ServerSettings, store: Store) -> Iterator[Callable[..., Any]]:
    """Requests what-ifs for A to E, scored by version 1; the store's own fixtures were published before."""
    from pipeline.scoring.job import score_people
    from pipeline.scoring.population import POST

    people = pl.DataFrame({"employee_id": list("ABCDE")}).with_columns(pl.lit(None).alias(name) for name in POST)
    _, model = load(trained, "1")
    store.publish(score_people(model, "1", "tiny", "", date(2026, 10, 31), people, pl.DataFrame(FIGURES)))
    here = settings.model_copy(update={"mlflow_tracking_uri": trained.tracking_uri})
    with TestClient(create_app(here)) as client:

        def ask(person: str, role: str = "hr", purpose: str = "retention_conversation", **levers: Any) -> Any:
            url = f"/v1/employees/{person}/what-if?purpose={purpose}"
            return client.post(url, json=levers, headers=bearer(role, "M1"))

        yield ask


def test_a_raise_lowers_the_risk_and_the_factors_say_where(asked: Callable[..., Any]) -> None:
    answer = asked("A", raise_percent=20).json()
    assert answer["risk_after"] < answer["risk_before"]
    assert answer["changes"][0]["feature"] == "pay_against_market"
    assert answer["changes"][0]["value_after"] > answer["changes"][0]["value_before"] == -0.3
    moved = sum(change["contribution_after"] - change["contribution_before"] for change in answer["changes"])
    assert moved == pytest.approx(answer["log_odds_after"] - answer["log_odds_before"], abs=1e-9)
    assert "not a promise" in answer["means"]


def test_the_risk_before_is_the_published_one(asked: Callable[..., Any], store: Store) -> None:
    before = asked("B", service_rating=5).json()["risk_before"]
    with store.reading() as scores:
        published = scores.current()
        assert published
        score = scores.score_of(published, "B")
    assert score
    assert before == pytest.approx(score.risk, abs=1e-6)


def test_unknown_values_stay_unknown_and_a_lever_without_effect_says_so(asked: Callable[..., Any]) -> None:
    nothing = asked("E", raise_percent=5)
    assert (nothing.status_code, nothing.json()["type"]) == (422, "urn:retention:problem:nothing-moves")
    assert asked("A").json()["type"] == "urn:retention:problem:no-lever"


@pytest.mark.parametrize(
    "levers",
    [{"tenure_months": 1}, {"service_rating": 6}, {"raise_percent": -5}, {"overtime_hours": -1}, {"remote_share": 2}],
)
def test_an_impossible_change_is_refused(asked: Callable[..., Any], levers: dict[str, Any]) -> None:
    assert asked("A", **levers).status_code == 422


def test_a_what_if_is_for_hr_only_with_a_purpose_and_in_the_audit(
    asked: Callable[..., Any], audit_rows: AuditRows
) -> None:
    refused = {role: asked("A", role=role, raise_percent=5).status_code for role in ("manager", "data_scientist")}
    assert refused == {"manager": 403, "data_scientist": 403}
    assert asked("A", purpose="pay_cut", raise_percent=5).status_code == 403
    assert asked("nobody", raise_percent=5).status_code == 404
    assert asked("A", raise_percent=5).status_code == 200
    last = audit_rows()[-1]
    assert (last["whom"], last["what"], last["result"]) == (
        "A", "POST /v1/employees/{employee_id:path}/what-if", "released"
    )  # fmt: skip


def test_a_version_missing_from_the_registry_is_reported(
    settings: ServerSettings, store: Store, trained: Settings, bearer: Bearer
) -> None:
    here = settings.model_copy(update={"mlflow_tracking_uri": trained.tracking_uri})
    with TestClient(create_app(here)) as client:  # the fixtures' scores are of version 4
        url = "/v1/employees/A/what-if?purpose=model_review"
        answer = client.post(url, json={"raise_percent": 5}, headers=bearer("hr", "H1"))
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:retention:problem:no-such-model")


def test_a_what_if_shows_no_answer_given_in_confidence() -> None:
    """Pay raised by 20 %; what two answers on conditions add changes from 0.5 and 0.2 to 0.4 and 0.1."""
    before = {"pay": Factor("pay", "pay", "1", "2", 1.0)} | {
        name: Factor(name, "conditions", "3", "7", part) for name, part in (("mood", 0.5), ("load", 0.2))
    }
    about = {name: {"label": name, "is_confidential": name != "pay"} for name in before}
    change = WhatIf(
        *(0.0,) * 4,
        (Change("pay", 1.0, 1.2, 1.0, 0.6), Change("mood", 3.0, 3.0, 0.5, 0.4), Change("load", 3.0, 3.0, 0.2, 0.1)),
    )
    pay, answers = changes(about, change, before, hides_answers=True)
    assert (pay.value_before, pay.value_after, pay.contribution_after) == (1.0, 1.2, 0.6)
    assert (answers.value_before, answers.value_after, answers.peer_value) == (None, None, None)
    assert (answers.contribution_before, answers.contribution_after) == (pytest.approx(0.7), pytest.approx(0.5))
    assert len(changes(about, change, before, hides_answers=False)) == 3
