"""Which role may request what, and which purposes are accepted: every pair, listed independently of the code."""

from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from event_loops import run
from fastapi import FastAPI
from fastapi.testclient import TestClient

from pipeline.identity.tokens import Identity, Role
from serving.access.permissions import (
    ForAuditors,
    ForHr,
    ForHrAndManagers,
    ForHrAndScientists,
    ForManagers,
    ForModelReaders,
    ForRepresentatives,
    ListPurpose,
    PlanningPurpose,
    Purpose,
    PurposeParameter,
    ReviewPurpose,
    StatedPurpose,
    SubjectPurpose,
    allowed,
    not_in_your_line,
)
from serving.http.problems import Refusal

PURPOSES = ["retention_conversation", "workforce_planning", "model_review", "data_subject_request"]
ALLOWED = "Allowed purposes: retention_conversation, workforce_planning, model_review, data_subject_request."


@dataclass
class Trail:
    """The part of the audit trail to which a role and a purpose are written."""

    role: Role | None = None
    purpose: str | None = None


def ask(dependency: Any, *arguments: object, **named: object) -> Any:
    """The result of the dependency of an annotated parameter, called as FastAPI does."""
    return run(dependency.__metadata__[0].dependency(*arguments, **named))


MAY_ASK = {
    "hr": (ForHr, ["hr"]),
    "hr and managers": (ForHrAndManagers, ["hr", "manager"]),
    "hr and scientists": (ForHrAndScientists, ["hr", "data_scientist"]),
    "model readers": (ForModelReaders, ["hr", "data_scientist", "auditor"]),
    "auditors": (ForAuditors, ["auditor"]),
    "managers": (ForManagers, ["manager"]),
    "representatives": (ForRepresentatives, ["representative"]),
}
"""Employees are asked about the settings too: `tests/api/test_own_receipt.py`."""


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("permit", "roles"), MAY_ASK.values(), ids=MAY_ASK)
def test_a_role_passes_where_it_is_named_and_nowhere_else(permit: Any, roles: list[str], role: Role) -> None:
    asker, trail = Identity("somebody", (role,), None), Trail()
    if role in roles:
        assert ask(permit, asker, trail) is asker
        assert trail.role is role
        return
    with pytest.raises(Refusal) as refused:
        ask(permit, asker, trail)
    assert trail.role is None
    assert (refused.value.status_code, refused.value.kind) == (403, "role-refused")
    assert refused.value.detail == f"Only these roles have access: {', '.join(roles)}."


@pytest.mark.parametrize(
    ("permit", "role"),
    [(ForHrAndManagers, "hr"), (ForHr, "hr"), (ForManagers, "manager")],
    ids=["both", "hr", "manager"],
)
def test_of_two_roles_the_first_that_gives_access_is_recorded(permit: Any, role: str) -> None:
    asker, trail = Identity("somebody", (Role.HR, Role.MANAGER), "M1"), Trail()
    assert ask(permit, asker, trail) is asker
    assert trail.role == role


@pytest.mark.parametrize("purpose", PURPOSES)
def test_an_accepted_purpose_is_passed_on_and_recorded(purpose: str) -> None:
    trail = Trail()
    given = ask(StatedPurpose, purpose, trail)
    assert isinstance(given, Purpose)
    assert (given, trail.purpose) == (purpose, purpose)


@pytest.mark.parametrize(
    ("parameter", "default"),
    [
        (ListPurpose, "retention_conversation"),
        (SubjectPurpose, "data_subject_request"),
        (PlanningPurpose, "workforce_planning"),
        (ReviewPurpose, "model_review"),
    ],
)
def test_a_route_with_an_inherent_purpose_needs_none_and_accepts_one(parameter: Any, default: str) -> None:
    trail = Trail()
    assert ask(parameter, trail) == default == trail.purpose
    for purpose in PURPOSES:
        assert ask(parameter, trail, purpose=purpose) == purpose == trail.purpose
    for purpose in ("dismissal", ""):  # an empty purpose is not a missing one
        with pytest.raises(Refusal):
            ask(parameter, trail, purpose=purpose)
        assert trail.purpose == purpose


@pytest.mark.parametrize(
    ("purpose", "reason"),
    [
        ("dismissal", "A risk of leaving says nothing about performance or conduct."),
        ("curiosity", "Scores are for helping people stay, and for checking that this is done well."),
        ("", "Scores are for helping people stay, and for checking that this is done well."),
        ("MODEL_REVIEW", "Scores are for helping people stay, and for checking that this is done well."),
    ],
)
def test_any_other_purpose_is_refused_with_its_reason_and_recorded(purpose: str, reason: str) -> None:
    trail = Trail()
    with pytest.raises(Refusal) as refused:
        allowed(purpose, trail)  # type: ignore[arg-type]
    assert (refused.value.status_code, refused.value.kind) == (403, "purpose-refused")
    assert refused.value.detail == f"Scores are not given for this purpose. {reason} {ALLOWED}"
    assert trail.purpose == purpose


def test_a_refused_purpose_is_recorded_up_to_64_characters_that_a_database_accepts() -> None:
    trail = Trail()
    with pytest.raises(Refusal):
        allowed("\x00" * 2 + "x" * 63, trail)  # type: ignore[arg-type]
    assert trail.purpose == "\N{REPLACEMENT CHARACTER}" * 2 + "x" * 62


def test_a_person_not_on_a_managers_lists_is_answered_like_an_unknown_person() -> None:
    refusal = not_in_your_line()
    assert (refusal.status_code, refusal.kind) == (403, "not-in-your-line")
    assert refusal.detail == "You can see only people who report to you and are on this month's list."


def test_the_api_page_names_the_four_purposes_and_lets_others_reach_their_refusal() -> None:
    app = FastAPI()

    @app.get("/")
    def purpose_of(purpose: Annotated[str, PurposeParameter]) -> str:
        return purpose

    [parameter] = app.openapi()["paths"]["/"]["get"]["parameters"]
    assert parameter["schema"]["enum"] == PURPOSES
    assert TestClient(app).get("/", params={"purpose": "dismissal"}).json() == "dismissal"
