"""Plans over the API: who may ask, what is refused, what is saved and how it is compared."""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest
from api_server import Bearer
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from published import AuditRows

from pipeline import plan
from pipeline.identity.scopes import Scope
from pipeline.registry.loading import load
from pipeline.settings import Settings
from pipeline.store import erasure
from pipeline.store.store import Store
from serving.app import create_app
from serving.settings import ServerSettings
from serving.views.plans import Planning

pytestmark = [
    pytest.mark.filterwarnings("default"),  # importing MLflow raises warnings about itself and SQLAlchemy
    pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True),
]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RAISE: dict[str, Any] = {"by": "department", "levers": {"raise_percent": 10}}


@pytest.fixture
def client(trained: Settings, settings: ServerSettings, store: Store) -> Iterator[TestClient]:
    """Six in Sales, paid well and served badly, seven in Plant, paid badly, and three each in Legal and in Audit."""
    from pipeline.scoring.job import score_people

    places = [("Sales", 6, 0.1, 2.0), ("Plant", 7, -0.3, 4.0), ("Legal", 3, 0.0, 3.0), ("Audit", 3, 0.0, 3.0)]
    people = pl.DataFrame(
        [
            {"employee_id": f"{name}-{n}", "department": name, "level": 1, "job": None, "location": "Riga",
             "manager_id": None, "pay": pay, "rating": rating}
            for name, size, pay, rating in places
            for n in range(size)
        ]
    )  # fmt: skip
    figures = people.select(
        pay_against_market="pay", client_rating_12m="rating", tenure_months=pl.lit(20.0), contract=pl.lit("open")
    )
    _, model = load(trained, "1")
    people = people.drop("pay", "rating").with_columns(pl.col("job", "manager_id").cast(pl.String))
    month = score_people(model, "1", "tiny", "", date(2026, 10, 31), people, figures)
    hard = people.filter(pl.col("department") == "Plant").select("employee_id", criticality=pl.lit(3.0))
    store.publish(replace(month, criticality=hard))
    here = settings.model_copy(update={"mlflow_tracking_uri": trained.tracking_uri, "pay_bands": {1: 40_000.0}})
    with TestClient(create_app(here)) as client:
        yield client


@pytest.fixture
def ask(client: TestClient, bearer: Bearer) -> Callable[..., Any]:
    def ask(role: str = "hr", person: str | None = None, accept: str = "application/json", **asked: Any) -> Any:
        return client.post("/v1/plans", json={**RAISE, **asked}, headers={**bearer(role, person), "Accept": accept})

    return ask


def test_a_plan_shows_sums_of_whole_groups_and_names_nobody(ask: Callable[..., Any], audit_rows: AuditRows) -> None:
    answer = ask().json()
    groups = {each["group"]: each for each in answer["groups"]}
    assert groups["Legal"]["why_not"] == "few_people"
    assert set(groups["Legal"].values()) == {"Legal", "few_people", None}
    sales = groups["Sales"]
    assert (sales["people"], sales["reached"], sales["pay"]["cost_a_year"]) == (6, 6, 0.6)
    assert sales["money"]["cost_a_year"] == 24_000
    assert sales["range"] is None  # a model that does not know how uncertain it is
    assert groups["Plant"]["exits_avoided"] > 0
    assert answer["total"]["people"] == 13
    assert [each["share"] for each in answer["if_wrong"]] == [1.0, 0.5, 0.0]
    assert answer["if_wrong"][2]["net"] == -0.65  # 13 tenths of a year's pay, for half a year
    assert answer["basis"] == "association"
    assert answer["is_weighted"] is True  # Plant is three times as hard to replace
    assert "Sales-" not in str(answer)
    assert "Plant-" not in str(answer)
    assert (audit_rows()[-1]["whom"], audit_rows()[-1]["result"]) == (None, "released")


@pytest.mark.parametrize(
    ("levers", "kind"),
    [
        ({"raise_percent": -5}, "pay-cut"),
        ({}, "no-lever"),
        ({"overtime_hours_at_most": 12}, "invalid-request"),
        ({"dismissals": 3}, "invalid-request"),
    ],
)
def test_pay_cuts_and_unknown_levers_are_refused(ask: Callable[..., Any], levers: dict[str, Any], kind: str) -> None:
    answer = ask(levers=levers)
    assert answer.status_code == 422
    assert answer.json()["type"] == f"urn:retention:problem:{kind}"


def test_a_plan_for_dismissals_is_refused_with_the_reason(client: TestClient, bearer: Bearer) -> None:
    for purpose in ("dismissal", "redundancy", "pay_cut"):
        answer = client.post(f"/v1/plans?purpose={purpose}", json=RAISE, headers=bearer("hr"))
        assert answer.status_code == 403
    assert client.post("/v1/plans", json=RAISE, headers=bearer("hr")).status_code == 200


@pytest.mark.parametrize("role", ["manager", "data_scientist", "auditor", "representative", "employee"])
def test_only_hr_plans(ask: Callable[..., Any], role: str) -> None:
    assert ask(role, "A").status_code == 403
    assert ask("hr").status_code == 200


def test_plans_are_saved_compared_exported_and_deleted(
    client: TestClient, ask: Callable[..., Any], bearer: Bearer
) -> None:
    assert ask(name="Everyone 10 %").status_code == 200
    assert ask(name="Plant only", groups=["Plant"], budget=0.35, least_people=1).status_code == 200
    plans = client.get("/v1/plans", headers=bearer("hr")).json()["plans"]
    assert [each["name"] for each in plans] == ["Everyone 10 %", "Plant only"]
    assert plans[1]["total"]["funded"]["people"] == 3  # 0.35 years of pay at a tenth each
    one = client.get("/v1/plans/Plant only", headers=bearer("hr")).json()
    assert one == plans[1]
    csv = client.get("/v1/plans", headers={**bearer("hr"), "Accept": "text/csv"}).text.splitlines()
    assert csv[0].lstrip("\ufeff").startswith('"plan"')
    assert len(csv) == 1 + 5 + 2  # four groups and all; one group and all
    sheet = load_workbook(io.BytesIO(client.get("/v1/plans", headers={**bearer("hr"), "Accept": XLSX}).content))
    assert sheet.worksheets[0].max_row == 8
    assert client.delete("/v1/plans/Plant only", headers=bearer("hr")).status_code == 204
    assert client.delete("/v1/plans/Plant only", headers=bearer("hr")).status_code == 404
    assert client.get("/v1/plans/Plant only", headers=bearer("hr")).status_code == 404
    assert len(client.get("/v1/plans", headers=bearer("hr")).json()["plans"]) == 1


def offers(relative: float, is_final: bool) -> dict[str, Any]:
    """The JSON of `retention effect --offers`, of one action."""
    side = {"people": 120, "managers": 40, "left": 24, "share": 0.2}
    interval = {"value": relative, "low": relative - 0.2, "high": relative + 0.2}
    head = {"action": "pay_review", "months": 12, "until": "2026-04", "is_final": is_final, "found_in": None}
    return {"against_nothing": [{**head, "relative": interval, "offered": side, "held_out": side}]}


def test_a_measured_lever_shows_both_and_uses_what_is_in_force(
    client: TestClient, trained: Settings, ask: Callable[..., Any], bearer: Bearer
) -> None:
    measured = {"found": offers(-0.5, is_final=False)}
    planning: Planning = client.app.state.planning  # type: ignore[attr-defined]
    client.app.state.planning = replace(planning, offers=lambda _: measured["found"])  # type: ignore[attr-defined]
    running = ask(name="Raise").json()
    assert (running["basis"], running["trial"]["is_in_force"], len(running["notes"])) == ("association", False, 1)
    sales = running["groups"][3]
    assert sales["exits_avoided"] == sales["association"]["exits_avoided"]
    half = sales["measured"]
    assert half["exits_avoided"] == pytest.approx(sales["exits"] / 2, abs=0.1)
    assert half["range"]["high"] == pytest.approx(0.7 * sales["exits"], abs=0.1)
    measured["found"] = offers(-0.5, is_final=True)
    ended = ask().json()
    assert (ended["basis"], ended["trial"]["relative"], ended["notes"]) == ("measured", -0.5, [])
    assert ended["groups"][3]["exits_avoided"] == half["exits_avoided"]
    assert ended["means"].startswith("Measured in a trial: what suggesting this action")
    csv = client.get("/v1/plans", headers={**bearer("hr"), "Accept": "text/csv"}).text.splitlines()
    assert '"measured"' in csv[1]
    both = ask(levers={"raise_percent": 10, "promotion": True}).json()
    assert (both["basis"], both["trial"]) == ("association", None)


def test_a_group_is_not_computed_again_once_somebody_of_it_was_erased(ask: Callable[..., Any], store: Store) -> None:
    assert ask().json()["groups"][2]["why_not"] is None
    with store.erasing() as connection:
        erasure.erase(connection, "Plant-0")
    groups = {each["group"]: each["why_not"] for each in ask().json()["groups"]}
    assert groups == {"Audit": "few_people", "Legal": "few_people", "Plant": "changed", "Sales": None}


def test_a_scope_shows_its_own_whole_groups(client: TestClient, bearer: Bearer) -> None:
    headers = bearer("hr", scope=Scope(department=("Sales",)))
    answer = client.post("/v1/plans", json=RAISE, headers=headers).json()
    assert [each["group"] for each in answer["groups"]] == ["Sales"]
    other = client.post("/v1/plans", json={**RAISE, "groups": ["Plant"]}, headers=headers).json()
    assert [each["why_not"] for each in other["groups"]] == ["few_people"]


@pytest.mark.usefixtures("client")
def test_a_plan_from_python_has_the_figures_of_the_answer(
    ask: Callable[..., Any], trained: Settings, settings: ServerSettings
) -> None:
    here = settings.model_copy(update={"mlflow_tracking_uri": trained.tracking_uri, "pay_bands": {1: 40_000.0}})
    answer = ask(budget=0.5, further_cost=0.1).json()
    found = plan({"raise_percent": 10}, budget=0.5, further_cost=0.1, settings=here)
    for shown, row in zip([*answer["groups"], answer["total"]], [*found.groups, found.total], strict=True):
        assert (shown["group"], shown["why_not"], shown["people"]) == (row.group, row.why, row.people)
        assert shown["exits_avoided"] == (row.avoided and pytest.approx(row.avoided.value, abs=0.05))
        assert (shown["funded"] or {}).get("people") == (row.funded and row.funded.people)
        assert (shown["money"] or {}).get("cost") == (row.money and pytest.approx(row.money.cost, abs=500))
    assert [each["net"] for each in answer["if_wrong"]] == pytest.approx(
        [each.net for each in found.if_wrong], abs=0.005
    )


def test_without_the_figures_of_the_month_the_answer_names_the_remedy(
    ask: Callable[..., Any], client: TestClient, settings: ServerSettings, bearer: Bearer
) -> None:
    """A truncated file, and then none: what the store still has is not computed from for a minute."""
    (file,) = (settings.var / "staff").glob("*.parquet")
    file.write_bytes(file.read_bytes()[:-100])
    for _ in ("truncated", "absent"):
        answer = ask()
        assert answer.status_code == 503
        assert answer.json()["type"] == "urn:retention:problem:no-figures-for-plans"
        assert "Score the month again" in answer.json()["detail"]
        assert client.get("/v1/turnover", headers=bearer("hr")).status_code == 404  # other answers do not need it
        file.unlink(missing_ok=True)
    assert ask(role="manager", person="M1").status_code == 403
