"""Tokens of HR with a scope: `retention token` makes them, and refuses a scope that nobody is in."""

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from features.errors import BadInput
from pipeline.commands.main import app as commands
from pipeline.identity.scopes import Scope
from pipeline.identity.tokens import Role, issue_token, roles_together
from pipeline.store.store import Store
from serving.settings import ServerSettings

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy
WHY = "purpose=retention_conversation"
SALES = Scope(department=("Sales",))


def test_roles_hr_and_manager_add_up_and_no_others_do(settings: ServerSettings) -> None:
    assert roles_together(["manager", "hr"]) == (Role.HR, Role.MANAGER)
    for other in ("auditor", "representative", "data_scientist"):
        for role in ("hr", "manager"):
            with pytest.raises(BadInput, match="must not be held together"):
                issue_token(settings, [role, other], "M1")
    with pytest.raises(BadInput, match="only role hr has a scope"):
        issue_token(settings, "auditor", scope=SALES)


@pytest.mark.parametrize(
    ("scope", "message"),
    [
        (["department=Slaes"], "1 unknown value of department"),
        (["location=Riga", "location=P-4711"], "1 unknown value of location"),
        (["line=A"], "1 unknown value of line"),
        (["department=Sales", "line=M2"], "nobody is within this scope"),
        (["team=7"], "not a scope"),
        (["Sales"], "not a scope"),
        (["department="], "not a scope"),
        (["all", "department=Sales"], "not a scope"),
        (["department=" + "x" * 3_000], "the scope is too long"),
    ],
)
def test_retention_token_refuses_a_scope_that_nobody_is_in(
    store: Store, settings: ServerSettings, monkeypatch: pytest.MonkeyPatch, scope: list[str], message: str
) -> None:
    assert store.is_ready()
    monkeypatch.setenv("RETENTION_VAR", str(settings.var))
    given = [part for word in scope for part in ("--scope", word)]
    refused = CliRunner().invoke(commands, ["token", "--role", "hr", *given])
    assert isinstance(refused.exception, BadInput)
    assert message in str(refused.exception)
    assert "4711" not in str(refused.exception)


def test_retention_token_makes_a_token_with_a_scope(
    store: Store, settings: ServerSettings, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store.is_ready()
    monkeypatch.setenv("RETENTION_VAR", str(settings.var))
    options = [
        "--role",
        "manager",
        "--role",
        "hr",
        "--person",
        "M2",
        "--scope",
        "department=Sales",
        "--scope",
        "line=M1",
    ]
    made = CliRunner().invoke(commands, ["token", *options])
    headers = {"Authorization": f"Bearer {made.stdout.strip()}"}
    answer = client.get(f"/v1/risks?{WHY}", headers=headers)
    assert {person["employee_id"] for person in answer.json()["people"]} == {"A", "B", "C"}
    assert client.get("/v1/groups/line", headers=headers).status_code == 200
