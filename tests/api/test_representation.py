"""What a works council and a data protection officer see: how the system is used and checked, and nobody."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from api_server import Bearer, Server, becomes
from event_loops import run
from fastapi.testclient import TestClient

from pipeline.disclosure import small_groups
from pipeline.judgement.reporting.report import FairnessGroup, FairnessRow, GroupFigures, Ratio, Ratios, TrainingReport
from pipeline.judgement.reporting.small_groups import without_small_groups
from pipeline.judgement.statistics.figures import Bounded
from pipeline.language.translator import language
from pipeline.lists.offers.effect import OffersReport, as_json
from pipeline.lists.trial.comparison import Plan
from pipeline.registry.documents import last_effect, last_offers
from pipeline.registry.versions import record_effect, record_offers
from pipeline.store.audit.audit import AuditEntry
from pipeline.store.audit.counts import looks_since
from pipeline.store.settings_ledger import changes, record, recorded_since
from pipeline.store.store import Store
from serving import settings_record
from serving.pages.rendering import environment
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
    assert content["notice"] == {"is_required": False, "given": None, "not_informed": None}
    features = {"pay_against_market", "overtime_3m", "survey_mood_last", "tenure_months"}
    assert {each["feature"] for each in content["features"]} == features
    [looks] = content["looks"]
    assert (looks["role"], looks["purpose"], looks["times"]) == ("hr", "workforce_planning", 16)
    assert (content["alerts"], content["effect"], content["roll_out"], content["ledger"]) == (None, None, None, [])
    assert not any(f'"{name}"' in answer.text for name in IDS)
    assert len(content["never_read"]) == 2


def settings_changed(url: str, headers: dict[str, str]) -> list[tuple[str, str, Any, Any]]:
    """By the API. The first answer of a server waits for the import of MLflow."""
    content = httpx2.get(f"{url}/v1/representation", headers=headers, timeout=300).json()
    assert content["settings_recorded_since"]
    return [(each["program"], each["setting"], each["before"], each["after"]) for each in content["settings_changed"]]


def test_representatives_see_what_servers_and_commands_changed_in_the_settings(
    start_server: Callable[..., Server], store: Store, settings: ServerSettings, bearer: Bearer
) -> None:
    """Real servers. The first one records what holds; two others, alike, record what differs once."""
    headers = bearer("representative")
    first = start_server()
    assert becomes(lambda: recorded(store), 0)
    assert settings_changed(first.url, headers) == []
    secret = "hunter2-of-the-test"
    changed = {"RETENTION_SESSION_MINUTES": "60", "RETENTION_SMTP_PASSWORD": secret}
    servers = [start_server(**changed), start_server(**changed)]
    assert becomes(lambda: recorded(store), 2)
    record(store, settings.model_copy(update={"list_capacity": 9}), "commands", "retention score")
    record(store, settings, "commands", "retention lists")
    capacity = ("commands", "list_capacity", 9, settings.list_capacity)
    password, minutes = ("server", "smtp_password", None, "(set)"), ("server", "session_minutes", 480, 60)
    assert settings_changed(servers[1].url, headers) == [capacity, minutes, password]
    page = httpx2.get(f"{first.url}/v1/representation", headers=headers, timeout=300).text
    assert secret not in page


def recorded(store: Store) -> int:
    """The number of changes by servers; -1 before the first record."""
    with store.reading() as scores:
        if recorded_since(scores.connection) is None:
            return -1
        return len(changes(scores.connection))


def test_a_server_that_starts_without_its_store_records_once_it_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serving.settings_record.PAUSE_SECONDS", 0.05)
    var = tmp_path / "var"
    var.write_text("a file where the folder should be")
    settings = ServerSettings(var=tmp_path / "other")

    async def start() -> None:
        async with settings_record.recorded(Store(f"sqlite:///{var}/store.db", var), settings):
            await asyncio.sleep(0.3)
            var.unlink()
            for _ in range(200):
                await asyncio.sleep(0.05)
                if (var / "store.db").exists() and recorded(Store(f"sqlite:///{var}/store.db", var)) == 0:
                    return
        raise AssertionError("nothing was recorded")

    run(start())


@pytest.mark.parametrize(
    "value",
    [
        (True, "да"),
        (0.5, "0,5"),
        ({"acme": "2026-09-01"}, "acme: 2026-09-01"),
        (["hr", "auditor"], "hr, auditor"),
        ({}, "–"),
        (None, "–"),
        ("(set)", "задано, не показывается"),
    ],
    ids=str,
)
def test_the_page_shows_a_setting_in_the_readers_language(value: tuple[Any, str]) -> None:
    given, shown = value
    assert environment(language("ru")).filters["setting"](given) == shown


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


def test_what_offers_did_is_stored_apart_from_the_effect_of_the_lists(trained: Any) -> None:
    assert last_offers(trained, "tiny") is None
    report = OffersReport("tiny", Plan("2026-01", 3), 8, [], [], "")
    record_offers(trained, "tiny", as_json(report))
    found = last_offers(trained, "tiny")
    assert found is not None
    assert (found["plan"], found["against_nothing"]) == ({"first_month": "2026-01", "months": 3}, [])


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
