"""An answer that is given again is what the route would answer now, with an audit row of its own."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from api_server import Bearer
from event_loops import run
from fastapi.testclient import TestClient
from names import directory
from published import MANAGER_OF, SEPTEMBER, AuditRows, publication
from sqlalchemy import text
from starlette.routing import BaseRoute
from stopping import halt, resume

from pipeline.identity.scopes import Scope
from pipeline.store.audit.audit import AuditEntry
from pipeline.store.settings_ledger import record
from pipeline.store.store import Store
from serving.access.laid_out import Answer, LaidOut, Shown
from serving.app import create_app
from serving.settings import ServerSettings

WHY = "purpose=retention_conversation"
URL = f"/v1/employees/A/risk?{WHY}"
ASKERS: dict[str, tuple[Any, str | None, Scope | None]] = {
    "hr": ("hr", None, None),
    "hr of sales": ("hr", None, Scope(department=("Sales",))),
    "hr of plant": ("hr", None, Scope(department=("Plant",))),
    "hr of nobody": ("hr", None, Scope(department=("Sales",), line=("M2",))),
    "hr and manager": (["hr", "manager"], "M1", Scope(department=("Plant",))),
    "manager": ("manager", "M1", None),
    "data scientist": ("data_scientist", None, None),
    "auditor": ("auditor", None, None),
}
QUERIES = [WHY, f"{WHY}&horizon_months=3", f"{WHY}&horizon_months=5", "purpose=dismissal", ""]
PATHS = [
    *(f"/v1/employees/{person}/risk?{query}" for person in ("A", "D", "C", "nobody") for query in QUERIES),
    *(f"/v1/risks?{WHY}&{query}" for query in ("limit=2", "limit=2&sort=risk", "band=high", "department=Sales")),
]
FORMS = [
    {"Accept-Language": "en"},
    {"Accept-Language": "ru"},
    {"Accept-Language": "ru", "Accept-Encoding": "gzip"},
    {"If-None-Match": "*"},
    {"Accept": "text/csv"},
]


@pytest.fixture
def preparing(settings: ServerSettings, store: Store) -> Iterator[TestClient]:
    """A server that holds no answer."""
    app = create_app(settings)
    app.state.laid_out = LaidOut(most_bytes=0)
    with TestClient(app) as client:
        yield client


def held(client: TestClient) -> int:
    return len(client.app.state.laid_out)  # type: ignore[attr-defined]


def without_times(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name not in ("id", "at", "request_id")} for row in rows]


@pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)
@pytest.mark.parametrize("asker", ASKERS)
def test_asked_twice_the_answer_and_the_audit_are_those_of_a_server_that_holds_none(
    client: TestClient, preparing: TestClient, bearer: Bearer, audit_rows: AuditRows, asker: str
) -> None:
    role, person, scope = ASKERS[asker]
    own = bearer(role, person, scope=scope)
    for path, form in product(PATHS, FORMS):
        headers = own | form
        before = len(audit_rows())
        expected = preparing.get(path, headers=headers)
        answers = [client.get(path, headers=headers) for _ in range(2)]
        rows = without_times(audit_rows()[before:])
        number = len(rows) // 3
        assert rows == rows[:number] * 3 != []
        for answer in answers:
            assert (answer.status_code, len({answer.headers.pop("X-Request-ID"), ""})) == (expected.status_code, 2)
            if answer.is_success or answer.status_code == 304:
                assert answer.content == expected.content
                assert answer.headers == {k: v for k, v in expected.headers.items() if k != "x-request-id"}
            else:
                assert answer.json() | {"request_id": ""} == expected.json() | {"request_id": ""}
    assert (held(client) > 0) == (asker.startswith("hr") and asker != "hr of nobody")
    assert held(preparing) == 0


def test_an_answer_is_prepared_once_for_all_askers_who_see_the_same(
    settings: ServerSettings, store: Store, bearer: Bearer, audit_rows: AuditRows, request: pytest.FixtureRequest
) -> None:
    record(store, settings, "server", "server")  # or the server would, and so change the store
    client: TestClient = request.getfixturevalue("client")
    first = client.get(URL, headers=bearer("hr", "H1"))
    with store._connected("append") as connection:  # behind the store's back, so that only a new answer could show it
        connection.execute(text("UPDATE score SET risk = 0.9"))
    assert client.get(URL, headers=bearer("hr", "H2")).content == first.content
    assert [row["who"] for row in audit_rows()] == ["H1", "H2"]
    scoped = client.get(URL, headers=bearer("hr", scope=Scope(location=("Riga",)))).json()
    assert (first.json()["risk"] < 0.5, scoped["risk"]) == (True, 0.9)


def publish(store: Store) -> None:
    people = {**SEPTEMBER, "A": ("enough", {"pay_against_market": ("-0.3", "0", 2.0)})}
    store.publish(publication(date(2026, 10, 31), people, "5", MANAGER_OF))


def name(store: Store) -> None:
    store.publish(replace(publication(date(2026, 9, 30), SEPTEMBER), directory=directory({"A": "Anna Muster"})))


CHANGES: dict[str, Callable[[Store], Any]] = {"a publication": publish, "a name": name, "a halt": halt}


@pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_what_is_shown_is_in_the_next_answer(
    client: TestClient, preparing: TestClient, store: Store, bearer: Bearer, change: str
) -> None:
    headers = bearer("hr")
    before = [client.get(URL, headers=headers) for _ in range(2)][-1]
    CHANGES[change](store)
    after, expected = client.get(URL, headers=headers), preparing.get(URL, headers=headers)
    assert after.status_code == expected.status_code
    assert after.json() | {"request_id": ""} == expected.json() | {"request_id": ""} != before.json()


def test_after_a_halt_the_answer_is_given_again(client: TestClient, store: Store, bearer: Bearer) -> None:
    headers = bearer("hr")
    assert client.get(URL, headers=headers).status_code == 200
    halt(store)
    assert [client.get(URL, headers=headers).status_code for _ in range(2)] == [503, 503]
    resume(store)
    assert [client.get(URL, headers=headers).status_code for _ in range(2)] == [200, 200]


def test_a_person_who_objects_or_was_erased_has_no_answer_left(
    client: TestClient, bearer: Bearer, audit_rows: AuditRows
) -> None:
    headers = bearer("hr")
    for person in ("A", "B"):
        asked = [client.get(f"/v1/employees/{person}/risk?{WHY}", headers=headers) for _ in range(2)]
        assert [each.status_code for each in asked] == [200, 200]
    point = {"ground": "objection", "statement": "I do not want this."}
    assert client.post("/v1/employees/A/contest", json=point, headers=headers).status_code == 201
    assert client.get(URL, headers=headers).status_code == 403
    assert held(client) == 0  # nobody's, also not B's
    assert client.get(f"/v1/employees/B/risk?{WHY}", headers=headers).status_code == 200
    assert client.delete("/v1/employees/B", headers=headers).status_code == 200
    assert client.get(f"/v1/employees/B/risk?{WHY}", headers=headers).status_code == 404
    assert held(client) == 0


def test_a_token_that_ran_out_and_a_client_over_its_rate_get_no_held_answer(
    settings: ServerSettings, store: Store, bearer: Bearer, audit_rows: AuditRows
) -> None:
    limited = settings.model_copy(update={"rate_limit": "3/day"})
    with TestClient(create_app(limited)) as client:
        headers = bearer("hr")
        answers = [client.get(URL, headers=headers).status_code for _ in range(5)]
        assert answers == [200, 200, 200, 429, 429]
        assert client.get(URL, headers=bearer("hr", lifetime=timedelta(seconds=-1))).status_code == 401
        assert len(audit_rows()) == 3


def test_people_who_withdraw_their_acknowledgement_are_no_longer_shown(
    settings: ServerSettings, store: Store, bearer: Bearer, tmp_path: Path
) -> None:
    file = tmp_path / "acknowledged.csv"
    file.write_text("employee_id,acknowledged_on\nA,2026-01-01\n")
    asked = settings.model_copy(update={"notice_required": True, "acknowledgements": file})
    with TestClient(create_app(asked)) as client:
        headers = bearer("hr")
        assert [client.get(URL, headers=headers).status_code for _ in range(2)] == [200, 200]
        file.write_text("employee_id,acknowledged_on\nBOSS,2026-01-01\n")
        assert client.get(URL, headers=headers).status_code == 403


def answer_of(size: int, mark: str = "m") -> Answer:
    entry = AuditEntry(datetime(2026, 10, 1, tzinfo=UTC), "r", "H", "hr", "GET", "A", None, "released")
    start = {"type": "http.response.start", "status": 200, "headers": []}
    return Answer(Shown(mark, (entry,)), BaseRoute(), start, b"x" * size)


def keys_left(laid_out: LaidOut, answers: dict[str, Answer], asked_again: str = "") -> list[str]:
    """The keys of the answers that are held after all were added, and one asked for again before the last."""

    async def added() -> list[str]:
        for key, answer in answers.items():
            if key == list(answers)[-1]:
                laid_out.get(asked_again)
            laid_out.add(key, answer)
        return [key for key in answers if laid_out.get(key)]

    return run(added())


def test_the_answer_that_was_not_asked_for_longest_is_dropped_first() -> None:
    answers = {key: answer_of(6_000) for key in ("first", "second", "third")}
    assert keys_left(LaidOut(most_bytes=20_000), answers, asked_again="first") == ["first", "third"]


def test_answers_of_another_mark_are_dropped_together() -> None:
    answers = {"first": answer_of(10), "second": answer_of(10), "third": answer_of(10, "another")}
    assert keys_left(LaidOut(), answers) == ["third"]
