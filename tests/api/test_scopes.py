"""HR with a scope: what is outside it is as if it did not exist, on every route and page.

In the company of `tests/support`, BOSS, D, E, M1 and M2 are in Plant, A, B and C in Sales; A, B and C report to M1.
"""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from published import MANAGER_OF, SEPTEMBER, AuditRows, publication

from features.errors import BadInput
from pipeline.identity.scopes import Scope
from pipeline.identity.tokens import issue_token
from pipeline.store.operations.plans import saved_plans
from pipeline.store.store import Store
from serving.access.permissions import Permit
from serving.app import create_app
from serving.settings import ServerSettings

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy

WHY = "purpose=retention_conversation"
SALES = Scope(department=("Sales",))
EVERYONE = set(SEPTEMBER)
SCOPES = {
    "a department": (SALES, {"A", "B", "C"}),
    "another department": (Scope(department=("Plant",)), {"D", "E", "M1", "M2", "BOSS"}),
    "two departments": (Scope(department=("Plant", "Sales")), EVERYONE),
    "a line": (Scope(line=("M1",)), {"A", "B", "C"}),
    "a line of lines": (Scope(line=("BOSS",)), EVERYONE - {"BOSS"}),
    "two lines, one within the other": (Scope(line=("BOSS", "M1")), EVERYONE - {"BOSS"}),
    "a location": (Scope(location=("Riga",)), EVERYONE),
    "a department of a line": (Scope(department=("Plant",), line=("BOSS",)), {"D", "E", "M1", "M2"}),
    "nobody": (Scope(department=("Sales",), line=("M2",)), set()),
}


@pytest.fixture
def scoped(settings: ServerSettings) -> Callable[..., dict[str, str]]:
    def header(scope: Scope | None, role: Any = "hr", person: str | None = None) -> dict[str, str]:
        return {"Authorization": f"Bearer {issue_token(settings, role, person, scope=scope)}"}

    return header


@pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)
@pytest.mark.parametrize(("scope", "within"), SCOPES.values(), ids=SCOPES)
def test_every_read_of_people_is_limited(store: Store, scope: Scope, within: set[str]) -> None:
    with store.reading(scope) as scores:
        published = scores.current()
        assert published is not None
        everyone = sorted(EVERYONE)
        assert set(scores.risks(published)["employee_id"]) == within
        assert set(scores.connection.execute(scores.people(published)).scalars()) == within
        assert {name for name in everyone if scores.includes("tiny", name)} == within
        assert {name for name in everyone if scores.score_of(published, name)} == within
        assert {name for name in everyone if scores.score_and_factors_of(published, name)} == within
        assert {name for name in everyone if scores.course(published, name)} == within
        assert {name for name, _ in scores.factors_of(published, everyone)} == within
        assert set(scores.driver_sums(published, everyone)["employee_id"]) == within
        assert {each.employee_id for each in scores.page(published, [], "-risk", None, 50)} == within
        assert set(scores.teams(published)["employee_id"]) == within - {"BOSS"}
        assert scores.managers(published) == {MANAGER_OF[name] for name in within} - {None}
        assert scores.has_people(published) == bool(within)
        places = {"Sales" if MANAGER_OF[name] == "M1" else "Plant" for name in within}
        assert scores.places(published, "department") == sorted(places)
        assert scores.totals("tiny") == []


def test_a_page_goes_through_a_scope_without_telling_ranks(
    client: TestClient, scoped: Callable[..., dict[str, str]]
) -> None:
    """Of everyone, C is first, A second, B third and D fourth; within Plant, D is first."""
    headers, seen, cursors = scoped(SCOPES["another department"][0]), [], []
    url = f"/v1/risks?{WHY}&limit=1"
    while url:
        answer = client.get(url, headers=headers).json()
        seen += [person["employee_id"] for person in answer["people"]]
        following = answer.get("next_cursor")
        cursors += [following.partition("-")[2]] if following else []
        url = f"/v1/risks?{WHY}&limit=1&cursor={following}" if following else ""
    assert seen[0] == "D"
    assert sorted(seen) == ["BOSS", "D", "E", "M1", "M2"]
    assert cursors == ["1", "2", "3", "4"]


def normal(answer: Any) -> tuple[int, str, str]:
    """Status, kind and text of a problem, without what differs from request to request."""
    body = answer.json()
    return answer.status_code, body["type"], body["detail"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/employees/{}/risk", None),
        ("POST", "/v1/employees/{}/what-if", {"raise_percent": 5}),
        ("GET", "/v1/employees/{}/receipt", None),
        ("POST", "/v1/employees/{}/contest", {"ground": "wrong", "statement": "x"}),
        ("POST", "/v1/employees/{}/contest", {"ground": "objection", "statement": "x"}),
        ("DELETE", "/v1/employees/{}/objection", None),
        ("DELETE", "/v1/employees/{}", None),
        ("POST", "/v1/lists/2026-09/{}/answer", {"outcome": "talked"}),
    ],
)
@pytest.mark.parametrize("source", ["", "&source=tiny"])
def test_a_person_outside_the_scope_is_answered_like_an_unknown_one(
    client: TestClient, scoped: Callable[..., dict[str, str]], method: str, path: str, body: Any, source: str
) -> None:
    headers = scoped(SCOPES["another department"][0])

    def ask(person: str) -> Any:
        return client.request(method, f"{path.format(person)}?{WHY}{source}", json=body, headers=headers)

    outside, unknown, within = ask("A"), ask("nobody"), ask("D")
    assert normal(outside) == normal(unknown)
    assert outside.status_code == 404
    assert within.status_code in (200, 201) or within.json()["type"].endswith("no-such-model"), within.text


def test_what_was_refused_outside_the_scope_left_no_trace(
    client: TestClient, scoped: Callable[..., dict[str, str]], store: Store
) -> None:
    client.post(
        f"/v1/employees/A/contest?{WHY}",
        json={"ground": "objection", "statement": "x"},
        headers=scoped(Scope(line=("M2",))),
    )
    with store.reading() as scores:
        assert scores.objections.since("tiny", "A") is None
        assert scores.score_of(scores.current(), "A")  # type: ignore[arg-type]


def test_lists_are_those_of_the_whole_team_without_the_people_outside(
    settings: ServerSettings, scoped: Callable[..., dict[str, str]]
) -> None:
    """A moves to M2's team, and so to Plant; M2's list names A and D. HR of M2's former line sees D only."""
    with Store.of(settings) as store, TestClient(create_app(settings)) as client:
        store.publish(publication(date(2026, 9, 30), SEPTEMBER, manager_of={**MANAGER_OF, "A": "M2"}))

        def lists(scope: Scope | None) -> dict[str, tuple[int, list[str]]]:
            answer = client.get("/v1/lists/2026-09", headers=scoped(scope)).json()["lists"]
            return {
                each["manager_id"]: (each["team_size"], [one["employee_id"] for one in each["entries"]])
                for each in answer
            }

        assert lists(None) == {"M1": (2, ["B"]), "M2": (3, ["A", "D"])}
        assert lists(SALES) == {"M1": (2, ["B"])}
        assert lists(Scope(line=("M2",))) == {"M2": (3, ["A", "D"])}
        refused = client.get("/v1/lists/2026-09?manager_id=M2", headers=scoped(SALES))
        unknown = client.get("/v1/lists/2026-09?manager_id=nobody", headers=scoped(SALES))
        assert normal(refused) == normal(unknown)


def test_a_person_who_moves_out_leaves_the_scope_with_every_month(
    settings: ServerSettings, scoped: Callable[..., dict[str, str]]
) -> None:
    with Store.of(settings) as store, TestClient(create_app(settings)) as client:
        store.publish(publication(date(2026, 8, 31), SEPTEMBER))
        store.publish(publication(date(2026, 9, 30), SEPTEMBER, manager_of={**MANAGER_OF, "A": "M2"}))
        headers = scoped(SALES)
        answer = client.get("/v1/lists/2026-08", headers=headers).json()["lists"]
        assert [one["employee_id"] for each in answer for one in each["entries"]] == ["B"]
        old = client.get(f"/v1/risks?{WHY}&cursor=1-1", headers=headers).json()
        assert "A" not in [person["employee_id"] for person in old["people"]]
        assert client.get(f"/v1/employees/A/receipt?{WHY}", headers=headers).status_code == 404
        moved_in = client.get(f"/v1/employees/A/receipt?{WHY}", headers=scoped(Scope(department=("Plant",)))).json()
        assert [each["snapshot_date"] for each in moved_in["scores"]] == ["2026-09-30", "2026-08-31"]
        assert [each["rank"] for each in moved_in["scores"]] == [None, None]


def test_groups_of_a_scope_are_whole_and_there_is_no_total(
    client: TestClient, scoped: Callable[..., dict[str, str]]
) -> None:
    """All are in Riga, so HR of Plant sees no figure of Riga."""

    def groups(scope: Scope | None, dimension: str) -> list[str]:
        answer = client.get(f"/v1/groups/{dimension}?{WHY}", headers=scoped(scope))
        assert answer.status_code == 200
        return [group["group"] for group in answer.json()["groups"]]

    plant = Scope(department=("Plant",))
    assert groups(None, "department") == ["Plant", "Sales"]
    assert groups(plant, "department") == ["Plant"]
    assert groups(plant, "location") == []
    assert groups(plant, "manager") == ["BOSS", "M2", None]  # nobody is above BOSS
    assert groups(Scope(line=("BOSS",)), "department") == ["Sales"]  # BOSS is in Plant, and not below BOSS
    assert groups(Scope(location=("Riga",)), "location") == ["Riga"]


def test_a_scope_without_people_is_said(
    client: TestClient, scoped: Callable[..., dict[str, str]], caplog: pytest.LogCaptureFixture
) -> None:
    headers = scoped(Scope(department=("Sales", "Secret name"), line=("M2", "P-4711")))
    for path in (f"/v1/risks?{WHY}", "/v1/lists/2026-09", "/v1/contests", "/v1/groups/department"):
        answer = client.get(path, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:retention:problem:scope-empty")
        assert "scope" in answer.json()["detail"]
    assert "values of the scope that no post has: department 1, line 1" in caplog.text
    assert not re.search("Secret|4711", caplog.text)


def test_hr_with_a_scope_who_leads_a_team_sees_both_and_no_more(
    client: TestClient, scoped: Callable[..., dict[str, str]], audit_rows: AuditRows
) -> None:
    """M1 is HR of Plant and leads A, B and C: about A and B, who are listed, M1 sees what a manager sees."""
    headers = scoped(Scope(department=("Plant",)), ["hr", "manager"], "M1")
    answers = {person: client.get(f"/v1/employees/{person}/risk?{WHY}", headers=headers) for person in "DAC"}
    assert {person: answer.status_code for person, answer in answers.items()} == {"D": 200, "A": 200, "C": 404}
    assert "risk" in answers["D"].json()
    assert "risk" not in answers["A"].json()
    assert [(row["whom"], row["role"]) for row in audit_rows()] == [("D", "hr"), ("A", "manager"), ("C", "hr")]
    own = client.get("/v1/lists/2026-09?manager_id=M1", headers=headers).json()["lists"]
    assert {one["employee_id"] for each in own for one in each["entries"]} == {"A", "B"}
    every = client.get("/v1/lists/2026-09", headers=headers).json()["lists"]
    assert {each["manager_id"] for each in every} == {"M2"}
    assert client.post("/v1/lists/2026-09/A/answer", json={"outcome": "talked"}, headers=headers).status_code == 201


def test_a_plan_is_saved_for_the_kind_of_group_that_its_page_showed(settings: ServerSettings, store: Store) -> None:
    """An address without `by`, such as a bookmark, is about the kind that the scope names."""
    token = issue_token(settings, "hr", "H1", scope=Scope(location=("Riga",)))
    with TestClient(create_app(settings), base_url="https://testserver") as client:
        client.post("/sign-in", data={"form_token": form_token(client.get("/sign-in").text), "token": token})
        given = {"form_token": form_token(client.get("/overview").text), "name": "Raise", "query": "raise_percent=10"}
        client.post("/plans", data=given, follow_redirects=False)
    with store.reading() as scores:
        assert saved_plans(scores.connection, "tiny")["Raise"]["by"] == "location"


def form_token(page: str) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found
    return found[1]


MAY_LEAVE_THE_SCOPE = {
    "serving/pages/nominations.py": "the question to a manager who is HR too is that of a manager",
    "serving/views/nominations.py": "the question to a manager who is HR too is that of a manager",
    "serving/views/outlook.py": "what a manager who is HR too sees as a manager",
    "serving/views/own.py": "what HR, or anyone, sees about themselves alone",
    "pipeline/lists/named.py": "lists are made of whole teams, and limited afterwards",
    "pipeline/lists/reach.py": "whether a person is on the list of the whole team",
    "serving/routes/people.py": "what a manager who is HR too sees as a manager",
    "serving/views/groups.py": "whether the month has any figures",
    "serving/views/line.py": "what a manager who is HR too sees as a manager",
    "serving/views/lists.py": "what a manager who is HR too sees as a manager",
    "serving/views/months.py": "the month of a manager who is HR too",
    "serving/views/plans.py": "which groups are within the scope as a whole, and what everyone else sees of them",
}


def test_only_known_modules_read_without_the_scope() -> None:
    root = Path(__file__).parents[2]
    found = {
        path.relative_to(root).as_posix()
        for package in ("pipeline", "serving")
        for path in (root / package).rglob("*.py")
        if ".whole()" in path.read_text(encoding="utf-8")
    }
    assert found == MAY_LEAVE_THE_SCOPE.keys()


def calls_of(dependant: Any) -> Any:
    for dependency in dependant.dependencies:
        yield dependency.call
        yield from calls_of(dependency)


def routes_of(routes: Any) -> Any:
    for route in routes:
        included = getattr(route, "original_router", None)
        yield from [route] if included is None else routes_of(included.routes)


ROLES: dict[str, tuple[Any, str | None]] = {
    "hr": ("hr", None),
    "manager": ("manager", "M1"),
    "data_scientist": ("data_scientist", None),
    "auditor": ("auditor", None),
    "representative": ("representative", None),
    "hr and manager": (["hr", "manager"], "M1"),
}


@pytest.mark.parametrize("who", ROLES)
@pytest.mark.parametrize("name", [None, "a department", "another department", "nobody"])
def test_no_route_names_anybody_outside_the_scope_for_any_role(
    settings: ServerSettings,
    store: Store,
    client: TestClient,
    scoped: Callable[..., dict[str, str]],
    who: str,
    name: str | None,
) -> None:
    """Every GET of the API, about each person: ids in answers are those within the scope, or managers of these."""
    role, person = ROLES[who]
    if name and "hr" not in role:
        with pytest.raises(BadInput):
            scoped(SCOPES[name][0], role, person)
        return
    headers = scoped(SCOPES[name][0] if name else None, role, person)
    within = SCOPES[name][1] if name else EVERYONE
    seen: set[str] = set()
    for route in routes_of(create_app(settings).routes):
        if not isinstance(route, APIRoute) or "GET" not in route.methods or not route.path.startswith("/v1/"):
            continue
        permits = {str(each) for call in calls_of(route.dependant) if isinstance(call, Permit) for each in call.roles}
        for about in sorted(EVERYONE):
            path = route.path.replace("{employee_id:path}", about).replace("{month}", "2026-09")
            path = path.replace("{dimension}", "manager").replace("{version}", "1")
            search = f"&query={about}" if route.path == "/v1/people" else ""
            answer = client.get(f"{path}?{WHY}{search}", headers=headers)
            is_allowed = bool(permits & ({role} if isinstance(role, str) else set(role)))
            is_allowed &= route.path != "/v1/halt" or "hr" in role  # a setting decides who may halt
            assert (answer.status_code != 403) or not is_allowed or who == "manager", path
            assert is_allowed or answer.status_code == 403, path
            if answer.status_code == 200 and "/models/" not in path and path != "/v1/audit":
                seen |= set(re.findall(r'"employee_id":"(\w+)"', answer.text))
            if about == "A" and "employee_id" not in route.path and not search:
                break
    allowed = {"A", "B"} if "manager" in role else set()
    assert seen <= (within if "hr" in role else set()) | allowed
    assert bool(seen) == (who in ("hr", "manager", "hr and manager") and (bool(within) or "manager" in role))
