"""Figures of groups and of services between departments: what is shown, to whom, and in which formats."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest
from api_server import Bearer
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from published import AuditRows

from pipeline.language.translator import ENGLISH
from pipeline.lists.written.department_page import department_figures
from pipeline.store.publication import Publication
from pipeline.store.store import Store
from serving.app import create_app
from serving.settings import ServerSettings

pytestmark = pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def kind(name: str, services: int, clients: int, providers: int) -> dict[str, Any]:
    return {"kind": name, "services": services, "clients": clients, "providers": providers}


def company() -> Publication:
    """Six in Sales and seven in Plant with a risk of a half, three in Legal; pay adds 1 to everyone's log-odds."""
    places = {"Sales": ("M1", 6), "Plant": ("=M2", 7), "Legal": ("M3", 3)}
    people = [(f"{name}-{n}", name, boss) for name, (boss, size) in places.items() for n in range(size)]
    scores = pl.DataFrame(people, schema=["employee_id", "department", "manager_id"], orient="row").with_columns(
        *(pl.lit(None, pl.Float64).alias(name) for name in ("risk_3m", "risk_6m", "risk_12m", "risk_low", "risk_high")),
        risk=pl.lit(0.5),
        evidence=pl.lit("enough"),
        base_log_odds=pl.lit(-1.0),
        log_odds=pl.lit(0.0),
        level=pl.lit(1),
        job=pl.lit("Clerk"),
        location=pl.lit("Riga"),
    )
    factors = scores.select("employee_id", feature=pl.lit("pay_gap"), driver=pl.lit("pay")).with_columns(
        value=pl.lit("1"), peer_value=pl.lit("0"), contribution=pl.lit(1.0)
    )
    services = pl.DataFrame(
        {
            "client_department": ["Sales", "Legal"],
            "provider_department": ["Plant", "Plant"],
            "clients": [5, 4],
            "providers": [7, 7],
            "services": [40, 30],
            "rating": [3.5, 1.0],
            "hours": [8.0, 9.0],
            "balance": [-0.5, 0.1],
            "trend": [0.25, 0.0],
            "risk": [0.5, 0.5],
            "relationships_log_odds": [0.0, 0.0],
            "kinds": [
                [kind("data", 25, 5, 7), kind("information", 9, 5, 7), kind("reporting", 6, 4, 7)],
                [kind("data", 30, 4, 7)],
            ],
        }
    )
    return Publication("tiny", date(2026, 10, 31), "4", 6, {}, scores, factors, services)


@pytest.fixture
def client(settings: ServerSettings, store: Store) -> Iterator[TestClient]:
    store.publish(company())
    with TestClient(create_app(settings)) as client:
        yield client


def groups(client: TestClient, dimension: str, headers: dict[str, str]) -> dict[str | None, dict[str, Any]]:
    answer = client.get(f"/v1/groups/{dimension}", headers=headers).json()
    return {group.pop("group"): group for group in answer["groups"]}


def test_a_group_has_its_expected_exits_with_an_interval_and_its_drivers(client: TestClient, bearer: Bearer) -> None:
    everyone = groups(client, "location", bearer("hr"))["Riga"]
    assert everyone == {
        "is_suppressed": False,
        "people": 16,
        "expected_exits": 8.0,
        "range": {"low": 4.0, "high": 12.0},  # 8 - 1.96 * 2 and 8 + 1.96 * 2, rounded outwards
        "drivers": {"pay": 1.0, "conditions": 0, "relationships": 0, "growth": 0, "context": 0},
    }


def test_a_small_group_and_the_one_that_would_reveal_it_are_suppressed(client: TestClient, bearer: Bearer) -> None:
    result = groups(client, "department", bearer("data_scientist"))
    assert {name: group["people"] for name, group in result.items()} == {"Legal": None, "Plant": 7, "Sales": None}
    assert (
        result["Legal"]
        == result["Sales"]
        == {
            "is_suppressed": True,
            "people": None,
            "expected_exits": None,
            "range": None,
            "drivers": None,
        }
    )


def test_a_month_scored_again_without_one_person_does_not_reveal_that_person(store: Store) -> None:
    made, is_left = company(), pl.col("employee_id") != "Plant-0"
    store.publish(made)
    store.publish(replace(made, scores=made.scores.filter(is_left), factors=made.factors.filter(is_left)))
    with store.reading() as scores:
        published = scores.current()
        assert published is not None
        assert published.people == 15
        rows = scores.group_figures(published, "department")
    assert {row["value"]: row["people"] for row in rows} == {"Legal": None, "Plant": None, "Sales": None}


def test_pseudonyms_come_in_their_own_order_and_depend_on_the_installations_key(
    client: TestClient, bearer: Bearer, settings: ServerSettings
) -> None:
    def teams(accept: str = "application/json") -> list[str]:
        answer = client.get("/v1/groups/manager", headers=bearer("data_scientist") | {"Accept": accept})
        if accept == "text/csv":
            return [line.partition(",")[0].strip('"') for line in answer.text.splitlines()[1:]]
        return [group["group"] for group in answer.json()["groups"]]

    before = teams()
    assert before == sorted(before) == teams("text/csv")
    (settings.var / "keys" / "pseudonym.key").unlink()
    assert set(teams()).isdisjoint(before)


def test_data_scientists_see_no_manager_id(client: TestClient, bearer: Bearer, audit_rows: AuditRows) -> None:
    assert set(groups(client, "manager", bearer("hr"))) == {"M1", "=M2", "M3"}
    nameless = groups(client, "manager", bearer("data_scientist"))
    assert all(name and name.startswith("team-") and len(name) == 17 for name in nameless)
    assert list(nameless) == sorted(nameless, key=str), "the order of ids would tell who is who"
    assert {row["whom"] for row in audit_rows() if row["role"] == "data_scientist"} == {None}
    assert {row["whom"] for row in audit_rows() if row["role"] == "hr"} == {"M1", "=M2", "M3"}


def test_services_between_departments_need_five_people_on_each_side(client: TestClient, bearer: Bearer) -> None:
    answer = client.get("/v1/internal-services", headers=bearer("data_scientist")).json()
    assert answer["services"] == [
        {
            "client_department": "Sales",
            "provider_department": "Plant",
            "is_suppressed": False,
            "services": 40,
            "rating": 3.5,
            "hours": 8.0,
            "balance": -0.5,
            "trend": 0.25,
            "risk": 0.5,
            "relationships_log_odds": 0.0,
            "kinds": {"data": 25, "other": 15},  # reports are of four people; alone under `other` they would show
        },
        {
            "client_department": "Legal",
            "provider_department": "Plant",
            "is_suppressed": True,
            **dict.fromkeys(
                ("services", "rating", "hours", "balance", "trend", "risk", "relationships_log_odds", "kinds")
            ),
        },
    ]


@pytest.mark.parametrize("path", ["/v1/groups/department", "/v1/internal-services"])
def test_groups_are_for_hr_and_data_scientists(client: TestClient, bearer: Bearer, path: str) -> None:
    statuses = {
        role: client.get(path, headers=bearer(role, "M1")).status_code
        for role in ("hr", "data_scientist", "manager", "auditor")
    }
    assert statuses == {"hr": 200, "data_scientist": 200, "manager": 403, "auditor": 403}
    assert client.get(path, params={"purpose": "redundancy"}, headers=bearer("hr")).status_code == 403


def test_another_dimension_is_422(client: TestClient, bearer: Bearer) -> None:
    assert client.get("/v1/groups/gender", headers=bearer("hr")).status_code == 422


def test_a_spreadsheet_has_the_same_figures_and_no_formula(client: TestClient, bearer: Bearer) -> None:
    csv = client.get("/v1/groups/manager", headers=bearer("hr") | {"Accept": "text/csv"})
    assert csv.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert '"\'=M2",7,3.5' in csv.text
    sheet = client.get("/v1/groups/manager", headers=bearer("hr") | {"Accept": XLSX})
    assert sheet.headers["Content-Type"] == XLSX
    rows = list(load_workbook(io.BytesIO(sheet.content)).active.iter_rows())  # type: ignore[union-attr]
    assert [cell.value for cell in rows[0]][:2] == ["group", "people"]
    assert ("=M2", "s") in [(row[0].value, row[0].data_type) for row in rows]


def test_scores_of_an_earlier_version_are_refused_with_a_remedy(
    client: TestClient, bearer: Bearer, store: Store
) -> None:
    store.publish(replace(company(), snapshot_date=date(2026, 11, 30)))
    with store.changing() as connection:
        connection.exec_driver_sql("DELETE FROM group_figure")
    answer = client.get("/v1/groups/department", headers=bearer("hr"))
    assert answer.status_code == 404
    assert "retention score" in answer.json()["detail"]


def test_heads_of_departments_see_pairs_of_two_departments_only(store: Store) -> None:
    made = company()
    assert made.services is not None
    within = made.services.with_columns(provider_department="client_department", relationships_log_odds=pl.lit(0.5))
    both = pl.concat([within, made.services.with_columns(relationships_log_odds=pl.lit(0.1))])
    store.publish(replace(made, services=both))
    with store.reading() as scores:
        published = scores.current()
        assert published is not None
        pairs = department_figures(scores, published, ENGLISH).pairs
    assert [(pair["client_department"], pair["provider_department"]) for pair in pairs] == [("Sales", "Plant")]
