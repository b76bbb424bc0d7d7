"""Which role may ask, and for which purpose; both are dependencies of every route under /v1."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final

from fastapi import Depends, Query

from pipeline.identity.tokens import Identity, Role
from serving.access.audit import Audit
from serving.access.auth import Asker
from serving.http.problems import Refusal


class Purpose(StrEnum):
    """What a person's score may be asked for."""

    RETENTION_CONVERSATION = "retention_conversation"
    WORKFORCE_PLANNING = "workforce_planning"
    MODEL_REVIEW = "model_review"
    DATA_SUBJECT_REQUEST = "data_subject_request"


WHY_REFUSED: Final[Mapping[str, str]] = {
    "dismissal": "A risk of leaving says nothing about performance or conduct.",
    "redundancy": "Choosing whom to let go by who might leave would punish people for a forecast.",
    "pay_cut": "Paying people less because they are expected to stay, or to go, is what this product must not serve.",
    "appraisal": "A risk of leaving says nothing about performance.",
    "hiring": "Scores are about people who work here, and for them.",
}
"""The reason that is given for the purposes that are asked for most."""

_ALLOWED: Final = f"Allowed are: {', '.join(Purpose)}."


class Permit:
    """A dependency that lets some roles pass, and gives who asks."""

    def __init__(self, *roles: Role) -> None:
        self.roles = roles

    async def __call__(self, asker: Asker, _audit: Audit) -> Identity:
        """Raise 403 unless the asker's role is one of ours; the trail, begun before, keeps the refusal."""
        if asker.role not in self.roles:
            raise Refusal(403, "role-refused", f"This is for the roles: {', '.join(self.roles)}.")
        return asker


ForHr = Annotated[Identity, Depends(Permit(Role.HR))]
"""Who asks, of role hr."""
ForHrAndManagers = Annotated[Identity, Depends(Permit(Role.HR, Role.MANAGER))]
"""Who asks, of role hr or manager; what a manager may see is for the route to say."""
ForHrAndScientists = Annotated[Identity, Depends(Permit(Role.HR, Role.DATA_SCIENTIST))]
"""Who asks, of role hr or data_scientist; the latter must see no id."""
ForModelReaders = Annotated[Identity, Depends(Permit(Role.HR, Role.DATA_SCIENTIST, Role.AUDITOR))]
"""Who asks, of a role that may see how a model was judged."""
ForAuditors = Annotated[Identity, Depends(Permit(Role.AUDITOR))]
"""Who asks, of role auditor."""


def _purpose_schema(schema: dict[str, Any]) -> None:
    schema["enum"] = list(Purpose)


PurposeParameter = Query(
    description="What the answer is for. Any purpose but these is refused with 403 and the reason.",
    examples=[Purpose.RETENTION_CONVERSATION],
    json_schema_extra=_purpose_schema,
)


async def stated_purpose(purpose: Annotated[str, PurposeParameter], audit: Audit) -> Purpose:
    """The purpose, which the audit keeps. Raises 403 for one that scores are not given for."""
    return allowed(purpose, audit)


class PurposeOf:
    """A dependency as `stated_purpose`, for what has one purpose by its nature, which need not be said."""

    def __init__(self, by_nature: Purpose) -> None:
        self.by_nature = by_nature

    async def __call__(self, audit: Audit, purpose: Annotated[str | None, PurposeParameter] = None) -> Purpose:
        """The purpose, which the audit keeps. Raises 403 for one that scores are not given for."""
        return allowed(self.by_nature if purpose is None else purpose, audit)


StatedPurpose = Annotated[Purpose, Depends(stated_purpose)]
"""A purpose that must be said."""
ListPurpose = Annotated[Purpose, Depends(PurposeOf(Purpose.RETENTION_CONVERSATION))]
"""Of a list."""
SubjectPurpose = Annotated[Purpose, Depends(PurposeOf(Purpose.DATA_SUBJECT_REQUEST))]
"""Of what a person asks for about themselves."""
PlanningPurpose = Annotated[Purpose, Depends(PurposeOf(Purpose.WORKFORCE_PLANNING))]
"""Of figures of groups."""
ReviewPurpose = Annotated[Purpose, Depends(PurposeOf(Purpose.MODEL_REVIEW))]
"""Of looking at how models, and those who use them, do."""


def not_for_you() -> Refusal:
    """The one answer to a manager for anybody but those on the lists of the own line, existing or not."""
    return Refusal(403, "not-in-your-line", "You reach the people of your own line who are on this month's list.")


def allowed(purpose: str, audit: Audit) -> Purpose:
    """The purpose, which the audit keeps. Raises 403 for one that scores are not given for."""
    if purpose not in set(Purpose):
        audit.purpose = purpose[:64].replace("\x00", "�")
        reason = WHY_REFUSED.get(
            purpose, "Scores are given for keeping people, and for checking that this is done well."
        )
        raise Refusal(403, "purpose-refused", f"Not for this purpose. {reason} {_ALLOWED}")
    audit.purpose = purpose
    return Purpose(purpose)
