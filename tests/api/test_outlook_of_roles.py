"""What each role sees of what is coming: HR all groups, others fewer, and no group of a few people."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from api_server import Bearer
from fastapi.testclient import TestClient

from pipeline.identity.scopes import Scope
from pipeline.outlook.outlook_json import stored
from pipeline.outlook.report import Held, Outlook, OutlookRow, PlannedHires
from pipeline.store.groups.outlook_figures import StoredOutlook, write_outlook
from pipeline.store.store import Store

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy

Groups = set[tuple[str, str | None]]


def row(by: str, group: str | None, people: int, months: int = 6) -> OutlookRow:
    return OutlookRow(by, group, months, people, 4.0, 1, 8, 1.0, 0, 3, None, people - 5.0, people - 11, people - 1)


ROWS = (
    row("everyone", None, 98),
    row("department", "Plant", 60),
    row("department", "Sales", 30),
    row("department", "Support", 8),
    OutlookRow("department", "Legal", 6),
    row("location", "Riga", 98),
    row("job", "Clerk", 40),
)


@pytest.fixture
def outlook(store: Store) -> Outlook:
    with store.reading() as scores:
        published = scores.current()
    assert published is not None
    plan = (PlannedHires("2026-10", 3, "Sales"), PlannedHires("2026-11", 2, "Research"))
    found = Outlook("tiny", date(2026, 9, 30), published.id, ROWS, plan, (Held(6, False, 3, 40, 37),))
    write(store, found)
    return found


def write(store: Store, found: Outlook) -> None:
    with store.changing() as connection:
        write_outlook(connection, StoredOutlook("tiny", "2026-09", found.publication_id, stored(found)))


def groups_of(answer: Any) -> Groups:
    return {(row["by"], row["group"]) for row in answer.json()["rows"] if row["people"] is not None}


def test_before_the_first_run_it_says_what_to_do(client: TestClient, bearer: Bearer) -> None:
    answer = client.get("/v1/outlook", headers=bearer("hr"))
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:retention:problem:no-outlook")
    assert "retention outlook" in answer.json()["detail"]


@pytest.mark.usefixtures("outlook")
def test_hr_sees_all_groups_with_the_planned_hires(client: TestClient, bearer: Bearer) -> None:
    content = client.get("/v1/outlook", headers=bearer("hr")).json()
    rows = {(each["by"], each["group"]): each for each in content["rows"]}
    assert [rows[key]["planned_hires"] for key in (("everyone", None), ("department", "Sales"))] == [5, 3]
    sales = rows["department", "Sales"]
    assert (sales["head_count"], sales["head_count_low"], sales["head_count_high"]) == (28.0, 22, 32)
    legal = rows["department", "Legal"]
    assert {legal[name] for name in legal if name not in ("by", "group", "horizon_months")} == {None}
    assert (content["planned_until"], content["unplaced_hires"]) == ("2026-11", 2)
    assert content["held"] == [{"horizon_months": 6, "is_hindsight": False, "months": 3, "compared": 40, "inside": 37}]
    only = client.get("/v1/outlook?by=location", headers=bearer("hr"))
    assert groups_of(only) == {("location", "Riga")}
    table = client.get("/v1/outlook", headers=bearer("hr") | {"Accept": "text/csv"}).text
    assert table.count("\n") == 1 + len(ROWS)


@pytest.mark.usefixtures("outlook")
def test_representatives_see_no_group_under_ten_nor_its_complement(client: TestClient, bearer: Bearer) -> None:
    """Support has 8, and Legal, which nobody sees, may have one: 9. With Sales the hidden ones are enough."""
    shown = groups_of(client.get("/v1/outlook", headers=bearer("representative")))
    assert shown == {("everyone", None), ("department", "Plant"), ("location", "Riga"), ("job", "Clerk")}


@pytest.mark.usefixtures("outlook")
def test_a_data_scientist_sees_groups_and_an_auditor_nothing(client: TestClient, bearer: Bearer) -> None:
    assert ("department", "Support") in groups_of(client.get("/v1/outlook", headers=bearer("data_scientist")))
    assert client.get("/v1/outlook", headers=bearer("auditor")).status_code == 403


def test_a_scope_shows_whole_published_groups_and_no_total(
    store: Store, outlook: Outlook, client: TestClient, bearer: Bearer
) -> None:
    """In the published month Sales is M1's team, and everyone is in Riga."""
    write(store, replace(outlook, rows=(*ROWS, row("level", "1", 50))))
    answer = client.get("/v1/outlook", headers=bearer("hr", scope=Scope.of(["department=Sales"])))
    assert groups_of(answer) == {("department", "Sales")}
    assert (answer.json()["held"], answer.json()["unplaced_hires"]) == ([], 0)


@pytest.mark.usefixtures("outlook")
def test_a_manager_sees_the_departments_that_lie_in_the_own_line(client: TestClient, bearer: Bearer) -> None:
    """BOSS leads everyone. M1's line is Sales and M1 themselves, who is in Plant; M2's is a part of Plant."""
    boss = client.get("/v1/outlook", headers=bearer("manager", "BOSS"))
    assert groups_of(boss) == {("department", "Plant"), ("department", "Sales")}
    assert groups_of(client.get("/v1/outlook", headers=bearer("manager", "M1"))) == {("department", "Sales")}
    refused = client.get("/v1/outlook", headers=bearer("manager", "M2"))
    assert (refused.status_code, refused.json()["type"]) == (404, "urn:retention:problem:no-line")


def test_scores_that_were_deleted_leave_nothing_to_a_scope(
    store: Store, outlook: Outlook, client: TestClient, bearer: Bearer
) -> None:
    write(store, replace(outlook, publication_id=99))
    refused = client.get("/v1/outlook", headers=bearer("hr", scope=Scope.of(["department=Sales"])))
    assert refused.status_code == 404
    assert client.get("/v1/outlook", headers=bearer("hr")).status_code == 200
