"""Plans about the people of several groups at once, over the API."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest
from api_server import Bearer
from fastapi.testclient import TestClient

from pipeline.identity.scopes import Scope
from pipeline.identity.tokens import issue_token
from pipeline.registry.loading import load
from pipeline.settings import Settings
from pipeline.store import erasure
from pipeline.store.store import Store
from serving.app import create_app
from serving.settings import ServerSettings

pytestmark = [
    pytest.mark.filterwarnings("default"),  # importing MLflow raises warnings about itself and SQLAlchemy
    pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True),
]
PLACES = [
    ("Sales", "Riga", "Clerk", 24), ("Sales", "Oslo", "Clerk", 22), ("Plant", "Riga", "Cook", 30),
    ("Plant", "Oslo", "Cook", 19),
]  # fmt: skip
IN_RIGA: dict[str, Any] = {"by": "department", "within": {"location": "Riga"}, "levers": {"raise_percent": 10}}
PAGE = "/plans?group=department:Sales&in_location=Riga&in_job=&raise_percent=10"
SERVICES = pl.DataFrame(
    {
        "client_department": ["Plant", "Sales"], "provider_department": ["Sales", "Plant"], "clients": [9, 9],
        "providers": [9, 9], "services": [40, 60], "rating": [4.6, 2.0], "hours": [5.0, 5.0], "balance": [0.2, -0.2],
        "trend": [0.0, 0.0], "risk": [None, None], "relationships_log_odds": [None, None], "kinds": [None, None],
    },
    schema_overrides={"risk": pl.Float64, "relationships_log_odds": pl.Float64},
)  # fmt: skip
"""Sales asks Plant for 60 services and rates them with 2.0."""
Publish = Callable[..., None]


@pytest.fixture
def publish(trained: Settings, store: Store) -> Publish:
    from pipeline.scoring.job import score_people

    _, model = load(trained, "1")

    def publish(moved: int = 0) -> None:
        """The company, with some of Sales in Riga moved to Oslo."""
        rows = [
            {"employee_id": f"{department}-{city}-{n}", "department": department, "level": 1, "job": job,
             "location": "Oslo" if (department, city) == ("Sales", "Riga") and n < moved else city}
            for department, city, job, size in PLACES
            for n in range(size)
        ]  # fmt: skip
        people = pl.DataFrame(rows).with_columns(manager_id=pl.lit(None, pl.String))
        figures = pl.DataFrame(
            {
                "pay_against_market": [-0.1] * people.height,
                "client_rating_12m": [3.0 - 0.1 * moved] * people.height,  # other figures, so another content
                "tenure_months": [20.0] * people.height,
                "contract": ["open"] * people.height,
            }
        )
        made = score_people(model, "1", "tiny", "", date(2026, 10, 31), people, figures)
        store.publish(replace(made, services=SERVICES))

    return publish


@pytest.fixture
def client(trained: Settings, settings: ServerSettings, publish: Publish) -> Iterator[TestClient]:
    publish()
    with TestClient(create_app(settings.model_copy(update={"mlflow_tracking_uri": trained.tracking_uri}))) as client:
        yield client


@pytest.fixture
def ask(client: TestClient, bearer: Bearer) -> Callable[..., Any]:
    def ask(scope: Scope | None = None, **asked: Any) -> Any:
        headers = bearer("hr") if scope is None else bearer("hr", scope=scope)
        return client.post("/v1/plans", json={**IN_RIGA, **asked}, headers=headers)

    return ask


def why_not(answer: Any) -> dict[str, str | None]:
    return {each["group"]: each["why_not"] for each in answer.json()["groups"]}


def test_a_plan_within_a_location_is_about_who_is_in_both(ask: Callable[..., Any]) -> None:
    """In Oslo are 22 of Sales, and 19 of Plant, one too few."""
    answer = ask()
    assert why_not(answer) == {"Plant": None, "Sales": None}
    sales = answer.json()["groups"][1]
    assert (sales["people"], sales["pay"]["cost_a_year"]) == (24, 2.4)
    assert answer.json()["asked"]["within"] == {"location": "Riga"}
    assert {each["group"]: each["people"] for each in ask(within={"location": "Oslo"}).json()["groups"]} == {
        "Plant": None, "Sales": 22,
    }  # fmt: skip


def test_a_plan_by_job_has_the_jobs_that_are_shown(ask: Callable[..., Any]) -> None:
    jobs = ask(by="job", within={}).json()
    assert {each["group"]: each["people"] for each in jobs["groups"]} == {"Clerk": 46, "Cook": 49}
    assert ask(by="job", within={"location": "Riga"}).json()["groups"][0]["people"] == 24


def test_a_group_of_the_same_dimension_is_refused(ask: Callable[..., Any]) -> None:
    assert ask(within={"department": "Sales"}).status_code == 422
    assert ask(within={"manager": "M1"}).status_code == 422
    assert ask().status_code == 200


def test_intersections_are_saved_and_exported(client: TestClient, ask: Callable[..., Any], bearer: Bearer) -> None:
    assert ask(name="Riga").status_code == 200
    table = client.get("/v1/plans", headers={**bearer("hr"), "Accept": "text/csv"}).text.splitlines()
    assert '"within"' in table[0]
    assert all("Riga" in line.removeprefix('"Riga"') for line in table[1:])


def test_after_an_erasure_no_intersection_is_shown(ask: Callable[..., Any], store: Store) -> None:
    """Not even one of which nobody was erased: what may be shown was chosen for all people."""
    with store.erasing() as connection:
        erasure.erase(connection, "Plant-Oslo-0")
    assert why_not(ask(groups=["Sales"])) == {"Sales": "changed"}
    assert why_not(ask(groups=["Sales"], within={})) == {"Sales": None}


def test_a_date_that_is_published_again_for_other_posts_shows_no_intersection(
    ask: Callable[..., Any], publish: Publish
) -> None:
    publish(moved=1)
    assert why_not(ask(groups=["Sales"])) == {"Sales": "changed"}


def test_a_scope_shows_intersections_with_its_own_groups(ask: Callable[..., Any]) -> None:
    sales = Scope(department=("Sales",))
    assert why_not(ask(sales)) == {"Sales": None}
    assert why_not(ask(sales, by="location", groups=["Riga"], within={"department": "Sales"})) == {"Riga": None}
    assert why_not(ask(sales, by="location", groups=["Riga"], within={"job": "Clerk"})) == {"Riga": "few_people"}
    assert ask(sales, by="job", within={}).json()["groups"] == []


def test_better_service_of_one_department_is_for_those_that_ask_it(ask: Callable[..., Any]) -> None:
    """All that Sales asks for it asks of Plant: everyone's rating, 3.0, rises by two points."""
    levers = {"provider_rating_at_least": 4}
    answer = ask(within={}, provider="Plant", levers=levers).json()
    assert {each["group"]: each["why_not"] for each in answer["groups"]} == {"Plant": "few_reached", "Sales": None}
    assert answer["groups"][1]["reached"] == 46
    assert answer["groups"][1]["exits_avoided"] > 0
    assert "average" in answer["notes"][0]
    assert ask(within={}).json()["notes"] == []
    assert ask(within={}, levers=levers).status_code == 422
    assert ask(within={}, provider="Plant").status_code == 422


def form_token(page: str) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found
    return found[1]


def test_the_page_shows_saves_and_names_an_intersection(
    trained: Settings, settings: ServerSettings, publish: Publish
) -> None:
    publish()
    app = create_app(settings.model_copy(update={"mlflow_tracking_uri": trained.tracking_uri}))
    with TestClient(app, base_url="https://testserver") as client:
        token = form_token(client.get("/sign-in").text)
        client.post("/sign-in", data={"form_token": token, "token": issue_token(settings, "hr", "H1")})
        token = form_token(client.get("/overview").text)
        client.post("/purpose", data={"form_token": token, "purpose": "retention_conversation"})
        page = client.get(PAGE).text
        assert re.search(r'<select name="in_location">.*?<option value="Riga" selected>', page, re.S)
        assert '<option value="job:Cook"' in page
        of_sales = [part for part in page.split('role="row"') if "Sales" in part and "24" in part]
        assert of_sales  # people of Sales in Riga
        given = {"form_token": form_token(page), "query": PAGE.partition("?")[2], "name": "Sales here"}
        assert client.post("/plans", data=given).status_code == 200
        saved = client.get("/plans").text
        assert "Sales here" in saved
        assert re.search(r"Location: Riga", saved)
