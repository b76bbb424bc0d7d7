"""Whose line, which month, which roll-out: nobody outside a manager's reach comes out of any route or page.

In August A and B report to M1, and X to M3. In September A reports to M2, and X is gone with M3's whole team.
"""

import csv
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from api_server import Bearer
from briefed import brief
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from published import MANAGER_OF, SEPTEMBER, publication
from sqlalchemy import insert

from pipeline.identity.tokens import Role, issue_token
from pipeline.lists.written.month_folder import write_lists
from pipeline.store.schema import ROLLOUT
from pipeline.store.store import Store
from serving.access.permissions import Permit, allowed_to_halt
from serving.app import create_app
from serving.settings import ServerSettings

AUGUST = date(2026, 8, 31)
PEOPLE = {**SEPTEMBER, "M3": SEPTEMBER["E"], "X": SEPTEMBER["A"]}
IN_AUGUST = {**MANAGER_OF, "M3": "BOSS", "X": "M3"}
IN_SEPTEMBER = {**MANAGER_OF, "A": "M2", "M3": "BOSS"}
LEFT = {"outcome": "left"}


@pytest.fixture
def store(settings: ServerSettings) -> Iterator[Store]:
    with Store.of(settings) as store:
        store.publish(publication(AUGUST, PEOPLE, manager_of=IN_AUGUST))
        store.publish(publication(date(2026, 9, 30), {**SEPTEMBER, "M3": PEOPLE["M3"]}, manager_of=IN_SEPTEMBER))
        brief(store, "BOSS", "M1", "M2", "M3")
        yield store


@pytest.fixture
def pages(settings: ServerSettings, store: Store) -> Iterator[Callable[[str], TestClient]]:
    """Clients with the session of a manager, as a browser has it."""
    app = create_app(settings)

    def signed_in(manager: str) -> TestClient:
        client = TestClient(app, base_url="https://testserver")
        token = _form_token(client.get("/sign-in").text)
        client.post("/sign-in", data={"form_token": token, "token": issue_token(settings, "manager", manager)})
        return client

    yield signed_in
    app.state.store.close()


def _form_token(page: str) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found
    return found[1]


def let_wait(store: Store, manager: str, *others: str) -> None:
    """A roll-out from September on in which `manager` waits and `others` get lists."""
    rows = [
        {"source": "tiny", "manager_id": each, "gets_lists": each != manager, "stratum": "", "share": 0.5, "seed": 1}
        | {"from_month": "2026-09", "until_month": None, "at": datetime.now(UTC)}
        for each in (manager, *others)
    ]
    with store.changing() as connection:
        connection.execute(insert(ROLLOUT), rows)


def calls_of(dependant: Dependant) -> Iterator[Any]:
    for dependency in dependant.dependencies:
        yield dependency.call
        yield from calls_of(dependency)


def routes_of(routes: Any) -> Iterator[Any]:
    for route in routes:
        included = getattr(route, "original_router", None)
        yield from [route] if included is None else routes_of(included.routes)


def for_managers(app: Any) -> list[tuple[str, str]]:
    """Method and path of every route and page that a manager may call."""
    return [
        (method, route.path)
        for route in routes_of(app.routes)
        if isinstance(route, APIRoute)
        for method in route.methods
        if any(isinstance(call, Permit) and Role.MANAGER in call.roles for call in calls_of(route.dependant))
        and allowed_to_halt not in calls_of(route.dependant)  # a setting decides, and names no manager here
    ]


def everything(
    settings: ServerSettings, api: TestClient, page: TestClient, bearer: Any, manager: str
) -> dict[str, Any]:
    """The answers to a manager, by request: each route and page, about each person and each month."""
    answers = {}
    headers, token = bearer("manager", manager), _form_token(page.get("/list").text)
    for method, path in for_managers(create_app(settings)):
        for month in ("2026-08", "2026-09"):
            for person in PEOPLE:
                url = path.replace("{employee_id:path}", person).replace("{month}", month)
                if path.startswith("/v1/"):
                    params = {"purpose": "retention_conversation"}
                    answer = api.request(
                        method, url, params=params, headers=headers, **({"json": LEFT} if method == "POST" else {})
                    )
                elif method == "GET":
                    answer = page.get(url, params={"month": month})
                else:
                    answer = page.post(url, data={"form_token": token, "outcome": "left"}, follow_redirects=False)
                answers[method, path, month, person] = answer
    return answers


NAMED = re.compile(r'(?<![\w-])"?(A|B|C|D|E|X)"?(?![\w-])')


def shown(answers: dict[str, Any]) -> set[tuple[str, str]]:
    """Month and person of every answer to a manager that names or tells about somebody."""
    found = set()
    for (method, path, month, person), answer in answers.items():
        if "{employee_id" in path:
            if answer.status_code < 400:
                found.add((month, person))
            else:
                assert answer.status_code == 403
        elif path in ("/v1/groups/line", "/organisation", "/v1/turnover", "/turnover", "/v1/outlook", "/outlook"):
            assert not set(NAMED.findall(answer.text)) & set("ABCDEX")
        elif "/briefing" in path:
            assert answer.status_code < 400 or method == "POST"  # a text; the page's form is sent without the tick
        elif "/nominations" in path:
            assert answer.status_code in (200, 404) or method == "POST"  # nobody is asked, so it leads on to the list
        elif path.startswith("/v1/") and answer.status_code == 200:
            for each in answer.json()["lists"]:
                found |= {(month, entry["employee_id"]) for entry in each["entries"]}
                found |= {(month, name) for name in each["resolved"]}
        elif answer.status_code == 200:
            found |= {(month, name) for name in re.findall(r"<h2>(\w+)</h2>", answer.text) if name in PEOPLE}
        assert method
    return found


def test_the_walk_finds_what_a_manager_can_call(settings: ServerSettings) -> None:
    assert set(for_managers(create_app(settings))) == {
        ("GET", "/v1/employees/{employee_id:path}/risk"),
        ("GET", "/v1/lists/{month}"),
        ("POST", "/v1/lists/{month}/{employee_id:path}/answer"),
        ("POST", "/v1/lists/{month}/nominations"),
        ("GET", "/nominations"),
        ("POST", "/nominations/{month}"),
        ("GET", "/v1/groups/line"),
        ("GET", "/v1/briefing"),
        ("POST", "/v1/briefing/confirmation"),
        ("GET", "/v1/turnover"),
        ("GET", "/turnover"),
        ("GET", "/v1/outlook"),
        ("GET", "/outlook"),
        ("GET", "/list"),
        ("GET", "/organisation"),
        ("GET", "/briefing"),
        ("POST", "/briefing"),
        ("POST", "/list/{month}/{employee_id:path}/answer"),
    }


@pytest.mark.parametrize(
    ("manager", "reached"),
    [
        pytest.param("M1", {("2026-08", "B"), ("2026-09", "B")}, id="A reports to somebody else now"),
        pytest.param("M2", {("2026-08", "D"), ("2026-09", "A"), ("2026-09", "D")}, id="A was another's in August"),
        pytest.param("M3", set(), id="a manager of nobody now"),
    ],
)
def test_a_manager_reaches_only_the_present_line(
    settings: ServerSettings,
    client: TestClient,
    pages: Callable[[str], TestClient],
    bearer: Bearer,
    manager: str,
    reached: set[tuple[str, str]],
) -> None:
    answers = everything(settings, client, pages(manager), bearer, manager)
    risks = {key: answer for key, answer in answers.items() if key[1].endswith("/risk")}
    lists = {key: answer for key, answer in answers.items() if key not in risks}
    assert shown(lists) == reached
    assert {person for _, person in shown(risks)} == {person for month, person in reached if month == "2026-09"}


@pytest.mark.parametrize("manager", ["M2", "BOSS"])
def test_nobody_is_reached_below_the_direct_reports_or_through_a_list_that_waits(
    settings: ServerSettings,
    client: TestClient,
    pages: Callable[[str], TestClient],
    bearer: Bearer,
    store: Store,
    manager: str,
) -> None:
    """M2 waits and gets nothing, in August's list either; the head above never gets anything about M2's people."""
    let_wait(store, "M2", "BOSS", "M1")
    about = {person for _, person in shown(everything(settings, client, pages(manager), bearer, manager))}
    assert not about & {"A", "B", "D", "E"}


def test_a_manager_without_a_lot_waits_while_a_roll_out_runs(client: TestClient, bearer: Bearer, store: Store) -> None:
    statuses = []
    for _ in range(2):
        statuses.append(client.get("/v1/lists/2026-09", headers=bearer("manager", "M1")).status_code)
        let_wait(store, f"W{len(statuses)}", f"G{len(statuses)}")
    assert statuses == [200, 404]


def test_an_answer_of_a_former_manager_takes_nobody_off_the_new_managers_list(
    settings: ServerSettings, bearer: Bearer
) -> None:
    """M1 answers in August, when A still reports to M1; in September A has a new manager, so A has stayed."""
    with Store.of(settings) as store, TestClient(create_app(settings)) as client:
        store.publish(publication(AUGUST, PEOPLE, manager_of=IN_AUGUST))
        brief(store, "M1", "M2")
        for person in "AB":
            url = f"/v1/lists/2026-08/{person}/answer"
            assert client.post(url, json=LEFT, headers=bearer("manager", "M1")).status_code == 201
        store.publish(publication(date(2026, 9, 30), SEPTEMBER, manager_of={**MANAGER_OF, "A": "M2"}))

        def listed(manager: str) -> set[str]:
            [own] = client.get("/v1/lists/2026-09", headers=bearer("manager", manager)).json()["lists"]
            return {entry["employee_id"] for entry in own["entries"]}

        assert (listed("M1"), listed("M2")) == (set(), {"A", "D"})


def test_a_month_scored_again_with_another_manager_drops_the_former_ones_answer(
    settings: ServerSettings, bearer: Bearer
) -> None:
    with Store.of(settings) as store, TestClient(create_app(settings)) as client:
        store.publish(publication(AUGUST, PEOPLE, manager_of=IN_AUGUST))
        brief(store, "M1", "M2")
        client.post("/v1/lists/2026-08/A/answer", json=LEFT, headers=bearer("manager", "M1"))
        store.publish(publication(AUGUST, PEOPLE, manager_of={**IN_AUGUST, "A": "M2"}))
        [own] = client.get("/v1/lists/2026-08", headers=bearer("manager", "M2")).json()["lists"]
        assert {entry["employee_id"] for entry in own["entries"]} == {"A", "D"}


def test_files_of_an_older_month_name_only_people_who_still_report_to_the_manager(
    store: Store, settings: ServerSettings
) -> None:
    folder = write_lists(store, settings.var / "lists", settings.list_rules, "2026-08").folder
    assert {path.stem for path in folder.glob("M*.html")} == {"M1", "M2"}
    rows = csv.DictReader((folder / "index.csv").read_text(encoding="utf-8-sig").splitlines())
    assert sorted((row["manager_id"], row["employee_id"]) for row in rows) == [("M1", "B"), ("M2", "D")]
