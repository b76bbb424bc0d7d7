"""What each role sees of turnover: HR all groups, others fewer, and nobody how one or two people left."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from api_server import Bearer
from fastapi.testclient import TestClient
from published import AuditRows
from turnover_examples import LARGE, line, publish_what_happened, turnover

from pipeline.identity.scopes import Scope
from pipeline.identity.tokens import issue_token
from pipeline.store.groups.turnover_figures import TurnoverFigures, turnover_of_lines, write_turnover
from pipeline.store.store import Store
from pipeline.turnover.turnover_json import as_json
from serving.app import create_app
from serving.settings import ServerSettings

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy


@pytest.fixture
def happened(store: Store) -> Store:
    publish_what_happened(store, ("M1", "M2"))
    return store


def groups_of(answer: Any) -> set[tuple[str, str | None]]:
    return {(row["by"], row["group"]) for row in answer.json()["groups"] if row["people_end"] is not None}


def test_before_the_first_run_it_says_what_to_do(client: TestClient, bearer: Bearer) -> None:
    answer = client.get("/v1/turnover", headers=bearer("hr"))
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:retention:problem:no-turnover")
    assert "retention turnover" in answer.json()["detail"]


def test_hr_sees_the_groups_that_are_shown(happened: Store, client: TestClient, bearer: Bearer) -> None:
    answer = client.get("/v1/turnover", headers=bearer("hr"))
    assert groups_of(answer) == {("everyone", None), ("department", "Sales"), ("department", "Plant")}
    legal = next(row for row in answer.json()["groups"] if row["group"] == "Legal")
    assert {value for name, value in legal.items() if name not in ("by", "group")} == {None}
    assert answer.json()["segments"] == []
    only = client.get("/v1/turnover?by=location&from=2026-08&to=2026-08", headers=bearer("hr"))
    assert groups_of(only) == {("location", "Riga")}
    assert only.json()["months"] == []  # only everyone has months here
    of_august = client.get("/v1/turnover?by=everyone&from=2026-08&to=2026-08", headers=bearer("hr"))
    assert [row["month"] for row in of_august.json()["months"]] == ["2026-08"]


def test_lines_name_managers_to_hr_and_to_nobody_else(
    happened: Store, client: TestClient, bearer: Bearer, audit_rows: AuditRows
) -> None:
    answer = client.get("/v1/turnover?by=manager", headers=bearer("hr"))
    assert groups_of(answer) == {("manager", "M1"), ("manager", "M2")}
    assert [row["whom"] for row in audit_rows()] == ["M1", "M2"]
    for role in ("data_scientist", "representative"):
        refused = client.get("/v1/turnover?by=manager", headers=bearer(role))
        assert (refused.status_code, refused.json()["type"]) == (403, "urn:retention:problem:names-managers")
        assert client.get("/v1/turnover", headers=bearer(role)).status_code == 200


def test_a_manager_sees_the_own_line_and_nothing_of_the_company(
    happened: Store, client: TestClient, bearer: Bearer
) -> None:
    answer = client.get("/v1/turnover?by=department", headers=bearer("manager", "M1"))
    assert answer.status_code == 200
    assert groups_of(answer) == {("manager", "M1")}
    content = answer.json()
    assert (content["reasons"], content["cohorts"], content["drivers"]) == ([], [], [])
    assert "M2" not in answer.text
    assert client.get("/v1/turnover", headers=bearer("manager", "BOSS")).json()["type"].endswith("no-line")


def test_representatives_see_large_groups_only(happened: Store, client: TestClient, bearer: Bearer) -> None:
    assert groups_of(client.get("/v1/turnover", headers=bearer("representative"))) == {("everyone", None)}
    assert client.get("/v1/turnover", headers=bearer("auditor")).status_code == 403


def test_a_scope_shows_the_whole_groups_it_names_and_no_total(
    happened: Store, client: TestClient, bearer: Bearer
) -> None:
    def seen(*words: str) -> set[tuple[str, str | None]]:
        names = "everyone", "department", "location", "manager"
        headers = bearer("hr", scope=Scope.of(words))
        answer = client.get("/v1/turnover", params={"by": names}, headers=headers)
        assert answer.json()["reasons"] == []
        return groups_of(answer)

    assert seen("department=Sales") == {("department", "Sales")}
    assert seen("department=Sales", "department=Plant") == {("department", "Sales"), ("department", "Plant")}
    assert seen("line=M1") == {("manager", "M1")}
    assert seen("department=Sales", "location=Riga") == set()  # a part of each, and no group as a whole


def test_the_overview_of_a_line_shows_no_id_of_its_manager(happened: Store, settings: ServerSettings) -> None:
    """It is a page of groups: neither audited by person nor stopped by a halt. The page Turnover is both."""
    with TestClient(create_app(settings), base_url="https://testserver") as client:
        sign_in(client, issue_token(settings, "hr", "H1", scope=Scope(line=("M1",))))
        overview, own_page = client.get("/overview"), client.get("/turnover")
    assert (overview.status_code, own_page.status_code) == (200, 200)
    assert "their turnover is on the page Turnover only" in overview.text
    assert 'scope="row">M1<' not in overview.text
    assert 'scope="row">M1<' in own_page.text


def sign_in(client: TestClient, token: str) -> None:
    form = re.search(r'name="form_token" value="([^"]+)"', client.get("/sign-in").text)
    assert form
    client.post("/sign-in", data={"form_token": form[1], "token": token})


def test_segments_of_the_company_are_for_readers_of_the_whole(
    happened: Store, client: TestClient, bearer: Bearer
) -> None:
    """A representative too: a segment has 20 people and more."""
    for role in ("hr", "data_scientist", "representative"):
        about = client.get("/v1/turnover", headers=bearer(role)).json()["scored_segments"]
        assert (about["snapshot_date"], about["horizon_months"]) == ("2026-09-30", 6)
        assert about["expected"][0]["drivers"] == [{"driver": "pay", "difference": 0.3}]
    scoped = bearer("hr", scope=Scope.of(["department=Sales"]))
    assert client.get("/v1/turnover", headers=scoped).json()["scored_segments"] is None
    assert client.get("/v1/turnover", headers=bearer("manager", "M1")).json()["scored_segments"] is None


def test_erasure_deletes_a_managers_line(happened: Store, client: TestClient, bearer: Bearer) -> None:
    answer = client.delete("/v1/employees/M1?purpose=data_subject_request", headers=bearer("hr"))
    assert answer.status_code == 200
    with happened.reading() as scores:
        assert [each["group"]["group"] for each in turnover_of_lines(scores.connection, "tiny")] == ["M2"]


def test_the_months_as_a_spreadsheet(happened: Store, client: TestClient, bearer: Bearer) -> None:
    answer = client.get("/v1/turnover", headers=bearer("hr") | {"Accept": "text/csv"})
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith('"month","by","group","people"')
    assert lines[1] == '"2026-07","everyone",,98,98.5,1,1,,,,0.12,0.05,0.2'


def test_publishing_a_month_again_replaces_it(happened: Store, tmp_path: Path) -> None:
    again = TurnoverFigures("tiny", "2026-09", as_json(turnover(LARGE)), as_json(turnover(LARGE)), {"M2": line("M2")})
    with happened.changing() as connection:
        write_turnover(connection, again, {"M2"})  # erased meanwhile
    with happened.reading() as scores:
        assert turnover_of_lines(scores.connection, "tiny") == []


def test_the_json_has_the_keys_that_others_build_on() -> None:
    document = json.loads(json.dumps(as_json(turnover())))
    assert {"months", "reasons", "cohorts", "segments"} <= document.keys()
    keys = {
        "month",
        "by",
        "group",
        "people",
        "person_months",
        "voluntary",
        "involuntary",
        "other",
        "voluntary_rate_12m",
    }
    assert keys <= document["months"][0].keys()
    assert document["months"][0]["voluntary_rate_12m"] == {"value": 0.12, "low": 0.05, "high": 0.2}
