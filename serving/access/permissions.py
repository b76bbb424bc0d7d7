"""Which roles have access, and for which purposes; both are dependencies of every route under /v1."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final

from fastapi import Depends, Query, Request

from pipeline.identity.tokens import Identity, Role
from pipeline.language.translator import marked
from serving.access.audit import Audit
from serving.access.auth import Asker
from serving.http.problems import Refusal


class Purpose(StrEnum):
    """The purposes for which a person's score can be requested."""

    RETENTION_CONVERSATION = "retention_conversation"
    WORKFORCE_PLANNING = "workforce_planning"
    MODEL_REVIEW = "model_review"
    DATA_SUBJECT_REQUEST = "data_subject_request"


WHY_REFUSED: Final[Mapping[str, str]] = {
    "dismissal": "A risk of leaving says nothing about performance or conduct.",
    "redundancy": "Selecting people for redundancy because they might leave would punish them for a forecast.",
    "pay_cut": "This product must not be used to pay people less because they are expected to stay, or to leave.",
    "appraisal": "A risk of leaving says nothing about performance.",
    "hiring": "Scores are about people who work here, and serve them.",
}
"""Why the most common other purposes are refused."""

_ALLOWED: Final = f"Allowed purposes: {', '.join(Purpose)}."


class Permit:
    """A dependency that allows some roles, and returns the asker."""

    def __init__(self, *roles: Role) -> None:
        self.roles = roles

    async def __call__(self, asker: Asker, audit: Audit) -> Identity:
        """The asker. The audit records the first role that gives access. Raises 403 for any other role; the trail,
        which has already started, records the refusal.
        """
        allowed_roles = [role for role in asker.roles if role in self.roles]
        if not allowed_roles:
            raise Refusal(403, "role-refused", f"Only these roles have access: {', '.join(self.roles)}.")
        audit.role = allowed_roles[0]
        return asker


ForHr = Annotated[Identity, Depends(Permit(Role.HR))]
"""The asker, with role hr."""
ForHrAndManagers = Annotated[Identity, Depends(Permit(Role.HR, Role.MANAGER))]
"""The asker, with role hr or manager; the route decides what a manager can see."""
ForHrAndScientists = Annotated[Identity, Depends(Permit(Role.HR, Role.DATA_SCIENTIST))]
"""The asker, with role hr or data_scientist; a data scientist must see no id."""
ForManagers = Annotated[Identity, Depends(Permit(Role.MANAGER))]
"""The asker, with role manager."""
ForRepresentatives = Annotated[Identity, Depends(Permit(Role.REPRESENTATIVE))]
"""The asker, with role representative, who must see no person and no small group."""
ForReadersOfTurnover = Annotated[
    Identity, Depends(Permit(Role.HR, Role.DATA_SCIENTIST, Role.REPRESENTATIVE, Role.MANAGER))
]
"""The asker, with a role that can see what happened; the view decides of whom."""
ForModelReaders = Annotated[Identity, Depends(Permit(Role.HR, Role.DATA_SCIENTIST, Role.AUDITOR))]
"""The asker, with a role that can see how a model was evaluated."""
ForAuditors = Annotated[Identity, Depends(Permit(Role.AUDITOR))]
"""The asker, with role auditor."""


async def allowed_as_employee(request: Request, asker: Annotated[Identity, Depends(Permit(Role.EMPLOYEE))]) -> Identity:
    """The asker, with role employee, where the settings give employees access. Raises 403 where they do not."""
    if not request.app.state.settings.employee_access:
        detail = marked(
            "This company does not let employees see their data here. HR gives you the same page as a file: ask HR for "
            "the receipt of what is held about you."
        )
        raise Refusal(403, "employee-access-off", detail)
    return asker


ForEmployees = Annotated[Identity, Depends(allowed_as_employee)]
"""The asker, with role employee, who sees only themselves (`RETENTION_EMPLOYEE_ACCESS`)."""


async def allowed_to_halt(
    request: Request, asker: Annotated[Identity, Depends(Permit(*Role))], audit: Audit
) -> Identity:
    """The asker, with a role that the settings allow to halt the system. Raises 403 for any other role."""
    roles = request.app.state.settings.halt_roles
    audit.role = next((role for role in asker.roles if role in roles), audit.role)
    if audit.role not in roles:
        raise Refusal(403, "role-refused", f"Only these roles have access: {', '.join(roles)}.")
    return asker


ForHaltRoles = Annotated[Identity, Depends(allowed_to_halt)]
"""The asker, with a role that may halt the system (`RETENTION_HALT_ROLES`)."""


def _purpose_schema(schema: dict[str, Any]) -> None:
    schema["enum"] = list(Purpose)


PurposeParameter = Query(
    description="What the answer is for. Any other purpose is refused with 403 and the reason",
    examples=[Purpose.RETENTION_CONVERSATION],
    json_schema_extra=_purpose_schema,
)


async def stated_purpose(purpose: Annotated[str, PurposeParameter], audit: Audit) -> Purpose:
    """The purpose, which the audit records. Raises 403 for one that scores are not given for."""
    return allowed(purpose, audit)


class DefaultPurpose:
    """Like `stated_purpose`, for requests that have a default purpose."""

    def __init__(self, default: Purpose) -> None:
        self.default = default

    async def __call__(self, audit: Audit, purpose: Annotated[str | None, PurposeParameter] = None) -> Purpose:
        """The purpose, which the audit records. Raises 403 for one that scores are not given for."""
        return allowed(self.default if purpose is None else purpose, audit)


StatedPurpose = Annotated[Purpose, Depends(stated_purpose)]
"""A purpose that must be stated."""
ListPurpose = Annotated[Purpose, Depends(DefaultPurpose(Purpose.RETENTION_CONVERSATION))]
"""The purpose of reading a list."""
SubjectPurpose = Annotated[Purpose, Depends(DefaultPurpose(Purpose.DATA_SUBJECT_REQUEST))]
"""The purpose of a request by a person about themselves."""
PlanningPurpose = Annotated[Purpose, Depends(DefaultPurpose(Purpose.WORKFORCE_PLANNING))]
"""The purpose of reading figures of groups."""
ReviewPurpose = Annotated[Purpose, Depends(DefaultPurpose(Purpose.MODEL_REVIEW))]
"""The purpose of reviewing models and their use."""


def not_in_your_line() -> Refusal:
    """The refusal to a manager for anyone not on their own list, whether or not the person exists."""
    return Refusal(403, "not-in-your-line", "You can see only people who report to you and are on this month's list.")


def allowed(purpose: str, audit: Audit) -> Purpose:
    """The purpose, which the audit records. Raises 403 for one that scores are not given for."""
    if purpose not in set(Purpose):
        audit.purpose = purpose[:64].replace("\x00", "�")
        reason = WHY_REFUSED.get(
            purpose, "Scores are for helping people stay, and for checking that this is done well."
        )
        raise Refusal(403, "purpose-refused", f"Scores are not given for this purpose. {reason} {_ALLOWED}")
    audit.purpose = purpose
    return Purpose(purpose)
