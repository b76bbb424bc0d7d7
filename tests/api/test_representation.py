"""What a works council and a data protection officer see: how the system is used and checked, and nobody."""

from datetime import UTC, datetime
from typing import Any

import pytest
from api_server import Bearer
from fastapi.testclient import TestClient

from pipeline.disclosure import small_groups
from pipeline.judgement.figures import Bounded
from pipeline.judgement.report import FairnessGroup, FairnessRow, GroupFigures, Ratio, Ratios, TrainingReport
from pipeline.judgement.small_groups import without_small_groups
from pipeline.registry.versions import last_effect, record_effect
from pipeline.store.audit import AuditEntry
from pipeline.store.audit_counts import looks_since
from pipeline.store.store import Store
from serving.settings import ServerSettings
from serving.views.representation import effect_of

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy

IDS = ("M1", "M2", "BOSS")


def look(at: datetime, role: str, purpose: str | None, whom: str | None = "A", result: str = "released") -> AuditEntry:
    return AuditEntry(at, "r1", "H1", role, "GET /v1/risks", whom, purpose, result)


def test_looks_are_counted_by_month_role_and_purpose_from_ten_on(store: Store) -> None:
    october, november = datetime(2026, 10, 31, 23, tzinfo=UTC), datetime(2026, 11, 1, 1, tzinfo=UTC)
    store.append_audit([look(october, "hr", "model_review")] * 12)
    store.append_audit([look(november, "hr", "model_review")] * 10 + [look(november, "manager", None)] * 9)
    store.append_audit([look(november, "hr", "model_review", None)] * 20)  # of nobody
    store.append_audit([look(november, "hr", "model_review", result="refused")] * 20)  # nothing was shown
    with store.reading() as scores:
        found = looks_since(scores.connection, datetime(2026, 10, 1, tzinfo=UTC))
        later = looks_since(scores.connection, november)
    counts = [(each.month, each.role, each.purpose, each.times) for each in found]
    assert counts == [
        ("2026-11", "hr", "model_review", 10),
        ("2026-11", "manager", None, None),
        ("2026-10", "hr", "model_review", 12),
    ]
    assert [each.month for each in later] == ["2026-11", "2026-11"]


@pytest.mark.parametrize("settings", ["postgresql"], indirect=True)
def test_looks_are_counted_on_postgresql_too(store: Store) -> None:
    test_looks_are_counted_by_month_role_and_purpose_from_ten_on(store)


def test_representatives_see_how_it_is_used_and_no_person(
    client: TestClient, bearer: Bearer, settings: ServerSettings
) -> None:
    for _ in range(2):
        client.get("/v1/risks?purpose=workforce_planning", headers=bearer("hr"))  # eight people each time
    answer = client.get("/v1/representation", headers=bearer("representative"))
    assert answer.status_code == 200
    content = answer.json()
    assert (content["source"], content["people"], content["snapshot_date"]) == ("tiny", 8, "2026-09-30")
    assert content["notice"] == {"is_required": False, "given": None}
    features = {"pay_against_market", "overtime_3m", "survey_mood_last", "tenure_months"}
    assert {each["feature"] for each in content["features"]} == features
    [looks] = content["looks"]
    assert (looks["role"], looks["purpose"], looks["times"]) == ("hr", "workforce_planning", 16)
    assert (content["alerts"], content["effect"], content["roll_out"], content["ledger"]) == (None, None, None, [])
    assert not any(f'"{name}"' in answer.text for name in IDS)
    assert len(content["never_read"]) == 2


@pytest.mark.parametrize(
    "path",
    [
        "/v1/employees/A/risk",
        "/v1/risks",
        "/v1/groups/department",
        "/v1/groups/line",
        "/v1/internal-services",
        "/v1/lists/2026-09",
        "/v1/audit",
        "/v1/models/champion",
    ],
)
def test_representatives_have_no_other_route(client: TestClient, bearer: Bearer, path: str) -> None:
    answer = client.get(f"{path}?purpose=model_review", headers=bearer("representative"))
    assert answer.status_code == 403
    assert client.get("/v1/representation", headers=bearer("representative")).status_code == 200


def test_nobody_else_has_the_route_of_representatives(client: TestClient, bearer: Bearer) -> None:
    roles = ("hr", "manager", "data_scientist", "auditor", "representative")
    statuses = {role: client.get("/v1/representation", headers=bearer(role, "M1")).status_code for role in roles}
    assert statuses == dict.fromkeys(roles, 403) | {"representative": 200}


def test_the_effect_of_the_lists_is_stored_for_the_page(trained: Any) -> None:
    assert last_effect(trained, "tiny") is None
    found = {"is_randomised": True, "difference": {"value": -0.01, "low": -0.05, "high": 0.03}}
    record_effect(trained, "tiny", found)
    assert last_effect(trained, "tiny") == found
    assert last_effect(trained, "another") is None


@pytest.mark.parametrize(
    ("low", "high", "is_randomised", "finding"),
    [
        (-0.05, 0.03, True, "no_difference_shown"),
        (-0.05, -0.01, True, "fewer_exits"),
        (0.01, 0.03, True, "more_exits"),
        (None, None, True, "too_little_data"),
        (None, None, False, "not_measurable"),
    ],
)
def test_the_effect_is_said_in_words(low: float | None, high: float | None, is_randomised: bool, finding: str) -> None:
    difference = None if low is None else {"value": 0.0, "low": low, "high": high}
    effect = effect_of({"is_randomised": is_randomised, "difference": difference})
    assert effect is not None
    assert effect.finding == finding
    assert (effect.difference is None) == (difference is None)


@pytest.mark.parametrize(
    ("people", "hidden"),
    [
        ({"a": 50, "b": 40}, set()),
        ({"a": 50, "b": 9}, {"a", "b"}),  # 59 less 50 would be nine
        ({"a": 50, "b": 40, "c": 9}, {"b", "c"}),
        ({"a": 50, "b": 9, "c": 9}, {"b", "c"}),
        ({"a": 50, "b": 40, "c": None}, {"b", "c"}),
        ({"a": 50, "b": 10}, set()),
    ],
)
def test_groups_under_ten_and_those_that_would_reveal_them_are_hidden(
    people: dict[str, int | None], hidden: set[str]
) -> None:
    assert small_groups({(name,): number for name, number in people.items()}) == {(name,) for name in hidden}


def group(name: str, people: int) -> FairnessGroup:
    figure = Bounded(0.9, 0.8, 1.0)
    return FairnessGroup(name, False, people, people, figure, selection_rate_ratio=figure)


def test_a_report_for_representatives_has_no_small_group() -> None:
    ratio = Ratio("c", "a", Bounded(0.9, 0.8, 1.0))
    report = TrainingReport(
        "tiny",
        fairness=(
            FairnessRow("gender", groups=(group("a", 50), group("b", 40), group("c", 7)), ratios=Ratios(ratio, None)),
        ),
        by_group=(
            GroupFigures("level", "1", False, 300, 60),
            GroupFigures("level", "2", False, 60, 12),
            GroupFigures("level", "3", False, 40, 8),
        ),
    )
    shown = without_small_groups(report)
    [row] = shown.fairness
    assert [(each.group, each.people) for each in row.groups] == [("a", 50), ("b", None), ("c", None)]
    assert row.groups[1] == FairnessGroup("b", True)
    assert row.ratios == Ratios()
    assert [each.people for each in shown.by_group] == [60, None, None]
