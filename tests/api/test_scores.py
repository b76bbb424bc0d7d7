"""Records that a client sends, scored by the champion of a real registry."""

import json
import logging
import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from api_server import Bearer
from fastapi.testclient import TestClient
from tiny_registry import MODEL_FEATURES

from pipeline.model.blend import Blend
from pipeline.registry import versions as registry
from pipeline.settings import Settings
from serving.app import create_app
from serving.settings import ServerSettings
from serving.views import champion

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy
URL = "/v1/scores?purpose=model_review"
LOW = {"pay_against_market": -0.4, "client_rating_12m": 2, "tenure_months": 8, "contract": "fixed"}
HIGH = {"pay_against_market": 0.4, "client_rating_12m": 5, "tenure_months": 90, "contract": "open"}


@pytest.fixture
def asked(trained: Settings, bearer: Bearer, settings: ServerSettings) -> Iterator[Callable[..., Any]]:
    here = settings.model_copy(update={"mlflow_tracking_uri": trained.tracking_uri})
    with TestClient(create_app(here)) as client:

        def ask(*records: Mapping[str, Any], role: str = "data_scientist", purpose: str = "model_review") -> Any:
            url = f"/v1/scores?purpose={purpose}"
            return client.post(url, json={"records": records}, headers=bearer(role, "S1"))

        ask.client = client  # type: ignore[attr-defined]
        yield ask


def champion_of(settings: Settings) -> str | None:
    """The current champion. Another test of this module promotes a later version."""
    return registry.champion_version(registry.connect(settings))


def test_a_record_gets_a_risk_and_factors_that_add_up_to_it(asked: Callable[..., Any], trained: Settings) -> None:
    answer = asked(LOW, HIGH).json()
    assert answer["model_version"] == champion_of(trained)
    low, high = answer["scores"]
    assert low["risk"] > 0.5 > high["risk"]
    for score in (low, high):
        total = score["base_log_odds"] + sum(factor["contribution"] for factor in score["factors"])
        assert 1 / (1 + math.exp(-total)) == pytest.approx(score["risk"], abs=1e-6)
        assert sum(score["drivers"].values()) + score["base_log_odds"] == pytest.approx(total, abs=1e-9)


def test_records_are_scored_as_in_the_scoring_job(asked: Callable[..., Any], blend: Blend) -> None:
    [score] = asked(LOW).json()["scores"]
    expected = blend.log_odds(pl.DataFrame([LOW], schema_overrides={"tenure_months": pl.Float64}))
    assert score["log_odds"] == pytest.approx(float(expected[0]), abs=1e-9)


def test_omitted_values_are_unknown_and_unseen_categories_are_scored(asked: Callable[..., Any]) -> None:
    left_out, null = asked({"tenure_months": 8}, dict.fromkeys(LOW) | {"tenure_months": 8}).json()["scores"]
    assert left_out == null
    assert left_out["evidence"] == "too little is known"
    assert asked(LOW | {"contract": "on the moon"}).status_code == 200


def test_peers_are_the_records_if_there_are_five(asked: Callable[..., Any]) -> None:
    def peers(count: int) -> Any:
        factors = asked(*[LOW] * count).json()["scores"][0]["factors"]
        return next(factor for factor in factors if factor["feature"] == "tenure_months")["peer_value"]

    assert (peers(4), peers(5)) == (None, 8)


def test_every_error_is_reported_at_once_without_names_invented_by_the_client(asked: Callable[..., Any]) -> None:
    answer = asked(
        LOW | {"client_rating_12m": 6, "tenure_months": -1}, {"of_bob": 1, "contract": 2, "pay_against_market": "low"}
    )
    assert answer.status_code == 422
    assert {(error["where"], error["rule"]) for error in answer.json()["errors"]} == {
        ("body.records.0.client_rating_12m", "must lie between 1 and 5 (1 to 5)"),
        ("body.records.0.tenure_months", "must lie between 0 and 1200 (months)"),
        ("body.records.1", "not a feature of this model"),
        ("body.records.1.contract", "must be text"),
        ("body.records.1.pay_against_market", "must be a number"),
    }
    assert "bob" not in answer.text


@pytest.mark.parametrize(
    ("name", "value"),
    [("pay_against_market", 90), ("tenure_months", 1e26), ("client_rating_12m", -1e308), ("contract", "a\0b")],
)
def test_impossible_values_are_refused_and_cause_no_server_error(
    asked: Callable[..., Any], bearer: Bearer, name: str, value: float | str
) -> None:
    client: TestClient = asked.client  # type: ignore[attr-defined]
    headers = bearer("hr", "H1") | {"Content-Type": "application/json"}
    answer = client.post(URL, content=json.dumps({"records": [LOW | {name: value}]}), headers=headers)
    assert answer.status_code == 422
    assert [error["where"] for error in answer.json()["errors"]] == [f"body.records.0.{name}"]


@pytest.mark.parametrize("side", ["lower", "upper"])
def test_a_record_at_the_limits_of_the_possible_is_scored(asked: Callable[..., Any], side: str) -> None:
    at = {"lower": 0, "upper": 1}[side]
    ends = {name: feature.limits[at] for name, feature in MODEL_FEATURES.items() if feature.kind == "number"}
    [score] = asked(ends).json()["scores"]
    assert 0 < score["risk"] < 1


@pytest.mark.parametrize(
    "body", ["[]", '{"records": []}', '{"records": [{"tenure_months": NaN}]}', '{"records": [[]]}']
)
def test_a_body_of_another_shape_and_non_finite_numbers_are_refused(
    asked: Callable[..., Any], bearer: Bearer, body: str
) -> None:
    client: TestClient = asked.client  # type: ignore[attr-defined]
    headers = bearer("hr", "H1") | {"Content-Type": "application/json"}
    assert client.post(URL, content=body, headers=headers).status_code == 422
    assert asked(*[{}] * 1001).status_code == 422


def test_only_some_roles_and_purposes_may_score_records(asked: Callable[..., Any]) -> None:
    answers = {role: asked(LOW, role=role).status_code for role in ("hr", "data_scientist", "manager", "auditor")}
    assert answers == {"hr": 200, "data_scientist": 200, "manager": 403, "auditor": 403}
    assert asked(LOW, purpose="dismissal").status_code == 403


def test_a_new_champion_takes_over_without_a_restart(
    asked: Callable[..., Any],
    trained: Settings,
    promote: Callable[[Settings], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = champion_of(trained)
    assert asked(LOW).json()["model_version"] == first
    promote(trained)
    assert champion_of(trained) != first
    assert asked(LOW).json()["model_version"] == first
    monkeypatch.setattr(champion, "REFRESH_SECONDS", 0.0)
    asked.client.app.state.champion._refresh_at = 0.0  # type: ignore[attr-defined]
    assert asked(LOW).json()["model_version"] == champion_of(trained)


def test_a_missing_registry_is_reported_and_losing_it_later_does_no_harm(
    asked: Callable[..., Any], bearer: Bearer, settings: ServerSettings, caplog: pytest.LogCaptureFixture
) -> None:
    gone = settings.model_copy(update={"mlflow_tracking_uri": "postgresql://nobody@127.0.0.1:9/nothing"})
    with TestClient(create_app(gone)) as client:
        answer = client.post(URL, json={"records": [LOW]}, headers=bearer("hr", "H1"))
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:retention:problem:registry-unavailable")
    before = asked(LOW)
    held = asked.client.app.state.champion  # type: ignore[attr-defined]
    held._settings, held._refresh_at = gone, 0.0
    with caplog.at_level(logging.WARNING, "retention.server"):
        assert asked(LOW).json() == before.json()
    assert "continues to score" in caplog.text


def test_without_a_champion_the_answer_says_what_to_do(
    settings: ServerSettings, bearer: Bearer, tmp_path: Path
) -> None:
    empty = settings.model_copy(update={"mlflow_tracking_uri": f"sqlite:///{tmp_path}/empty.db"})
    with TestClient(create_app(empty)) as client:
        answer = client.post(URL, json={"records": [LOW]}, headers=bearer("hr", "H1"))
    assert (answer.status_code, answer.json()["detail"]) == (404, "There is no champion yet. Train first.")
