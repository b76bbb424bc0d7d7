"""A manager's list is shown once the briefing is confirmed, and again each year."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from api_server import Bearer
from fastapi.testclient import TestClient
from published import AuditRows
from sqlalchemy import delete, select

from pipeline.lists.briefing import holds_until, is_due, must_read
from pipeline.settings import Settings
from pipeline.store.erasure import erase
from pipeline.store.operations.briefings import confirm
from pipeline.store.operations.tables import BRIEFING_CONFIRMATION
from pipeline.store.store import Store
from serving.app import create_app
from serving.settings import ServerSettings

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy

REQUIRED = "urn:retention:problem:briefing-required"
WHY = {"purpose": "retention_conversation"}
ANSWER = {"outcome": "talked"}


@pytest.fixture
def unbriefed(store: Store) -> Store:
    """Nobody has confirmed."""
    with store.changing() as connection:
        connection.execute(delete(BRIEFING_CONFIRMATION))
    return store


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("confirmed", "months", "until"),
    [
        (at(2026, 10, 1), 12, at(2027, 10, 1)),
        (at(2024, 2, 29), 12, at(2025, 2, 28)),
        (at(2026, 8, 31), 6, at(2027, 2, 28)),
        (at(2026, 11, 30), 1, at(2026, 12, 30)),
    ],
)
def test_a_confirmation_holds_for_whole_months(confirmed: datetime, months: int, until: datetime) -> None:
    assert holds_until(confirmed, months) == until
    settings = Settings(briefing_months=months)
    assert not is_due([confirmed], settings, until - timedelta(seconds=1))
    assert is_due([confirmed], settings, until)
    assert not is_due([confirmed, until], settings, until)


def test_zero_months_switch_it_off(unbriefed: Store) -> None:
    assert is_due([], Settings(), at(2026, 10, 1))
    assert not is_due([], Settings(briefing_months=0), at(2026, 10, 1))
    with unbriefed.reading() as scores:
        assert must_read(scores.connection, ["M1"], Settings(briefing_months=0), at(2026, 10, 1)) == set()


def calls(client: TestClient, headers: dict[str, str]) -> list[tuple[int, str]]:
    """What a manager can ask about people: the list, in each form, somebody on it and somebody else, and an answer."""
    lists = [
        client.get("/v1/lists/2026-09", headers=headers | {"Accept": form})
        for form in ("application/json", "text/csv", "text/html")
    ]
    risks = [client.get(f"/v1/employees/{who}/risk", params=WHY, headers=headers) for who in ("A", "D", "nobody")]
    answer = client.post("/v1/lists/2026-09/A/answer", json=ANSWER, headers=headers)
    return [
        (each.status_code, each.json()["type"] if each.status_code >= 400 else "") for each in (*lists, *risks, answer)
    ]


def test_nothing_about_people_is_shown_before_and_the_refusals_do_not_tell_who_is_listed(
    unbriefed: Store, client: TestClient, bearer: Bearer, audit_rows: AuditRows
) -> None:
    manager = bearer("manager", "M1")
    assert calls(client, manager) == [(403, REQUIRED)] * 7
    detail = client.get("/v1/lists/2026-09", headers=manager).json()["detail"]
    assert "/briefing" in detail
    assert not [row for row in audit_rows() if row["result"] == "released"]

    before = client.get("/v1/briefing", headers=manager).json()
    assert (before["is_due"], before["confirmed_at"], before["holds_until"]) == (True, None, None)
    assert len(before["sections"]) == 6
    confirmed = client.post("/v1/briefing/confirmation", headers=manager)
    assert (confirmed.status_code, confirmed.json()["is_due"]) == (201, False)
    not_theirs = (403, "urn:retention:problem:not-in-your-line")
    assert calls(client, manager) == [(200, "")] * 4 + [not_theirs] * 2 + [(201, "")]
    assert calls(client, bearer("manager", "M2"))[0] == (403, REQUIRED)  # each confirms for themselves
    [row] = [row for row in audit_rows() if row["result"] == "briefing confirmed"]
    assert (row["who"], row["role"], row["whom"]) == ("M1", "manager", None)


def test_hr_needs_no_briefing_and_a_manager_who_is_hr_too_needs_one_for_the_own_list(
    unbriefed: Store, client: TestClient, bearer: Bearer
) -> None:
    assert client.get("/v1/lists/2026-09?manager_id=M1", headers=bearer("hr")).status_code == 200
    assert client.get("/v1/briefing", headers=bearer("hr")).status_code == 403
    with unbriefed.changing() as connection:
        confirm(connection, "M1", datetime.now(UTC))
    assert client.get("/v1/briefing", headers=bearer("manager", "M1")).status_code == 200


def test_figures_of_groups_need_no_briefing(unbriefed: Store, client: TestClient, bearer: Bearer) -> None:
    assert client.get("/v1/groups/line", headers=bearer("manager", "M1")).status_code == 200


def test_after_a_year_it_is_read_again(unbriefed: Store, client: TestClient, bearer: Bearer) -> None:
    now = datetime.now(UTC)
    with unbriefed.changing() as connection:
        confirm(connection, "M1", now - timedelta(days=367))
    assert client.get("/v1/lists/2026-09", headers=bearer("manager", "M1")).status_code == 403
    with unbriefed.changing() as connection:
        confirm(connection, "M1", now - timedelta(days=364))
    assert client.get("/v1/lists/2026-09", headers=bearer("manager", "M1")).status_code == 200
    assert len(unbriefed_rows(unbriefed)) == 2  # the first confirmation stays on record


def unbriefed_rows(store: Store) -> list[Any]:
    with store.reading() as scores:
        return list(scores.connection.execute(select(BRIEFING_CONFIRMATION.c.manager_id)).scalars())


def test_the_receipt_holds_the_confirmations_and_erasure_removes_them(
    store: Store, client: TestClient, bearer: Bearer
) -> None:
    receipt = client.get("/v1/employees/M1/receipt", headers=bearer("hr")).json()
    assert len(receipt["briefed_at"]) == 1
    assert client.get("/v1/employees/A/receipt", headers=bearer("hr")).json()["briefed_at"] == []
    with store.erasing() as connection:
        assert erase(connection, "M1")["briefing"] == 1
    assert unbriefed_rows(store) == ["BOSS", "M2"]


def test_representatives_see_counts_of_ten_or_more(store: Store, client: TestClient, bearer: Bearer) -> None:
    """Three managers are fewer than ten, so neither number is shown."""
    shown = client.get("/v1/representation", headers=bearer("representative")).json()
    assert shown["briefing"] == {"every_months": 12, "confirmed": None, "not_confirmed": None}
    assert "M1" not in str(shown["briefing"])


def test_representatives_see_none_where_it_is_switched_off(
    store: Store, settings: ServerSettings, bearer: Bearer
) -> None:
    with TestClient(create_app(settings.model_copy(update={"briefing_months": 0}))) as client:
        assert client.get("/v1/representation", headers=bearer("representative")).json()["briefing"] is None
