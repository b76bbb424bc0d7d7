"""Two people are not informed: A, who is scored, and N, who is not. Neither comes out of a route, page, file or mail.

A was hired after the notice to Sales; N works in a department to which none was given.
"""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from api_server import Bearer
from briefed import brief
from fastapi.testclient import TestClient
from names import directory
from published import AUGUST, MANAGER_OF, SEPTEMBER, publication

from pipeline.identity.tokens import issue_token
from pipeline.informed import WHERE_AND_SINCE
from pipeline.lists.written.month_folder import write_lists
from pipeline.store.store import Store
from serving.app import create_app
from serving.settings import ServerSettings

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy

LONG_AGO = date(2020, 1, 1)
EMPLOYMENT = pl.DataFrame(
    [
        (
            person,
            "Sales" if manager == "M1" else "Plant",
            "Riga",
            date(2026, 9, 2) if person == "A" else date(2020, 1, 1),
        )
        for person, manager in MANAGER_OF.items()
    ]
    + [("N", "Office", "Riga", LONG_AGO)],
    schema=dict(zip(("employee_id", "department", "location", "hire_date"), WHERE_AND_SINCE.values(), strict=True)),
    orient="row",
)
NOTICES: list[Any] = [{"given": "2026-09-01", "department": name} for name in ("Sales", "Plant")]
WHY = {"purpose": "retention_conversation"}
BODIES: dict[str, Any] = {
    "/v1/employees/{employee_id}/what-if": {"promotion": True},
    "/v1/lists/{month}/{employee_id}/answer": {"outcome": "talked"},
}
MAY_NAME_A = {
    "/v1/employees/{employee_id}/receipt": "a person may always ask for it",
    "/v1/employees/{employee_id}/contest": "what the person stated",
    "/v1/employees/{employee_id}/objection": "what was withdrawn",
    "/v1/employees/{employee_id}": "a proof of erasure",
    "/v1/people": "names and posts",
    "/v1/audit": "who looked",
}


@pytest.fixture
def partly(settings: ServerSettings) -> ServerSettings:
    return ServerSettings(**{**settings.model_dump(), "notice_required": True, "notice_given": {"tiny": NOTICES}})


@pytest.fixture
def known(partly: ServerSettings, store: Store) -> Store:
    """The months of `published` again, with names and with what decides who was informed."""
    for day, people in ((date(2026, 8, 31), AUGUST), (date(2026, 9, 30), SEPTEMBER)):
        month = replace(publication(day, people, "5"), directory=directory({"A": "Anna Adler"}), employment=EMPLOYMENT)
        store.publish(month)
    brief(store)
    return store


def test_hr_sees_a_count_and_the_reason_and_no_risk(known: Store, partly: ServerSettings, bearer: Bearer) -> None:
    with TestClient(create_app(partly)) as client:
        hr = bearer("hr")
        page = client.get("/v1/risks", params=WHY, headers=hr).json()
        assert {each["employee_id"] for each in page["people"]} == {"B", "C", "D", "E", "M1", "M2", "BOSS"}
        assert page["not_informed"] == 2
        for person in "AN":
            refused = client.get(f"/v1/employees/{person}/risk", params=WHY, headers=hr)
            assert (refused.status_code, refused.json()["type"]) == (403, "urn:retention:problem:person-not-informed")
        assert client.get("/v1/employees/B/risk", params=WHY, headers=hr).status_code == 200
        assert client.get("/v1/employees/nobody/risk", params=WHY, headers=hr).status_code == 404
        lists = client.get("/v1/lists/2026-09", headers=hr).json()
        named = {each["manager_id"]: [one["employee_id"] for one in each["entries"]] for each in lists["lists"]}
        assert (named, lists["not_informed"]) == ({"M1": ["B"], "M2": ["D"]}, 2)
        [found] = client.get("/v1/people", params=WHY | {"query": "Anna"}, headers=hr).json()["people"]
        assert found["is_scored"] is False


def test_no_route_names_or_scores_somebody_who_is_not_informed(
    known: Store, partly: ServerSettings, bearer: Bearer
) -> None:
    """Every route, asked by HR and by the manager, for every month."""
    with TestClient(create_app(partly)) as client:
        paths = client.get("/openapi.json").json()["paths"]
        assert MAY_NAME_A.keys() <= paths.keys()
        for path, operations in paths.items():
            if path in MAY_NAME_A or path.startswith("/v1/halt"):
                continue
            for method in operations:
                for month in ("2026-08", "2026-09"):
                    for headers in (bearer("hr"), bearer("manager", "M1"), bearer(("hr", "manager"), "M1")):
                        url = path.format(
                            employee_id="A", month=month, dimension="department", version="1", name="none"
                        )
                        answer = client.request(method, url, params=WHY, headers=headers, json=BODIES.get(path))
                        assert '"A"' not in answer.text, (method, path)
                        if "{employee_id}" in path:
                            assert answer.status_code in (403, 404), (method, path)


def test_the_receipt_says_that_the_person_is_not_informed(known: Store, partly: ServerSettings, bearer: Bearer) -> None:
    with TestClient(create_app(partly)) as client:
        own = client.get("/v1/employees/A/receipt", headers=bearer("hr")).json()
        hired = {"hire_date": "2026-09-02", "department": "Sales", "location": "Riga", "is_informed": False}
        assert own["employment"] == hired
        assert own["scores"]
        unscored = client.get("/v1/employees/N/receipt", headers=bearer("hr")).json()
        assert (unscored["employment"]["is_informed"], unscored["scores"]) == (False, [])


def test_pages_say_how_many_are_not_scored(known: Store, partly: ServerSettings) -> None:
    with TestClient(create_app(partly), base_url="https://testserver") as client:
        token = form_token(client.get("/sign-in").text)
        client.post("/sign-in", data={"form_token": token, "token": issue_token(partly, "hr")})
        token = form_token(client.get("/people/A/receipt").text)
        client.post("/purpose", data={"form_token": token, **WHY})
        for page in ("/people", "/lists"):
            text = client.get(page).text
            assert "2 people are not scored: not informed yet." in text, page
            assert "Anna Adler" not in text
        assert client.get("/people/A").status_code == 403
        assert "has not been informed of being scored yet" in client.get("/people/A/receipt").text


def form_token(page: str) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found
    return found[1]


def test_no_file_of_lists_names_them(known: Store, partly: ServerSettings, tmp_path: Path) -> None:
    with Store.of(partly) as store:
        written = write_lists(store, tmp_path / "lists", partly.list_rules, "2026-09")
    assert (written.people, written.not_informed) == (2, 2)
    for file in (tmp_path / "lists" / "2026-09").glob("*.csv"):
        assert not re.search(r"^A,|,A,|Anna", file.read_text(encoding="utf-8-sig"), re.MULTILINE)


def test_once_informed_the_person_is_shown_again(known: Store, partly: ServerSettings, bearer: Bearer) -> None:
    """B moves up nowhere: both fit on the list of M1."""
    informed = partly.model_copy(update={"notice_given": {}, "notice_required": False})
    with TestClient(create_app(informed)) as client:
        [own] = client.get("/v1/lists/2026-09", headers=bearer("manager", "M1")).json()["lists"]
        assert [each["employee_id"] for each in own["entries"]] == ["A", "B"]
        assert client.get("/v1/risks", params=WHY, headers=bearer("hr")).json()["not_informed"] == 0


def test_an_older_month_that_is_scored_again_does_not_forget_who_was_hired_since(
    known: Store, partly: ServerSettings
) -> None:
    august = EMPLOYMENT.filter(pl.col("employee_id") != "A")
    known.publish(replace(publication(date(2026, 8, 31), AUGUST, "6"), employment=august))
    with Store.of(partly) as store, store.reading() as scores:
        published = scores.of_month("2026-09")
        assert published
        assert scores.not_informed(published) == {"A"}
