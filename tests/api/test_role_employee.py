"""The role of an employee: with whom it adds up, what a token of it needs, and what it never becomes."""

import pytest
from api_server import Bearer
from fastapi.testclient import TestClient

from features.errors import BadInput, Refused
from pipeline.identity.scopes import Scope
from pipeline.identity.tokens import Role, issue_token, roles_together
from pipeline.settings import Settings
from serving.settings import ServerSettings

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy
RECEIPT = "/v1/me/receipt"


@pytest.fixture
def settings(settings: ServerSettings, trained: Settings) -> ServerSettings:
    """With access, and a registry, which has no model of the months of the fixtures."""
    return settings.model_copy(update={"employee_access": True, "mlflow_tracking_uri": trained.tracking_uri})


def test_the_role_adds_up_with_hr_and_manager_and_with_no_other(client: TestClient, bearer: Bearer) -> None:
    assert roles_together(["employee", "manager"]) == (Role.MANAGER, Role.EMPLOYEE)
    assert roles_together(["employee", "hr", "manager"]) == (Role.HR, Role.MANAGER, Role.EMPLOYEE)
    for other in ("auditor", "representative", "data_scientist"):
        with pytest.raises(BadInput, match="roles that must not be held together"):
            roles_together(["employee", other])
    manager = bearer(["manager", "employee"], "M1")
    assert client.get(RECEIPT, headers=manager).json()["employee_id"] == "M1"
    lists = client.get("/v1/lists/2026-09", headers=manager).json()["lists"]
    assert [each["manager_id"] for each in lists] == ["M1"]
    assert client.get("/v1/employees/A/receipt", headers=manager).status_code == 403


def test_the_scope_of_hr_does_not_hide_ones_own_data(client: TestClient, bearer: Bearer) -> None:
    both = bearer(["hr", "employee"], "D", scope=Scope(department=("Sales",)))
    assert len(client.get(RECEIPT, headers=both).json()["scores"]) == 2
    assert client.get("/v1/employees/D/receipt", headers=both).status_code == 404


def test_a_token_for_an_employee_needs_a_person_and_the_setting(settings: ServerSettings) -> None:
    with pytest.raises(BadInput, match="needs a person"):
        issue_token(settings, "employee")
    with pytest.raises(Refused, match="RETENTION_EMPLOYEE_ACCESS"):
        issue_token(settings.model_copy(update={"employee_access": False}), "employee", "A")
    assert issue_token(settings, "employee", "A")


@pytest.mark.parametrize("what", ["halt_roles"])
def test_no_employee_can_be_allowed_to_halt(settings: ServerSettings, what: str) -> None:
    with pytest.raises(ValueError, match="one person only"):
        ServerSettings(**{"var": settings.var, what: ("hr", "employee")})
