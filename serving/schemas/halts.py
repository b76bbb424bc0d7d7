"""The stop button: the state, and who used it when and why."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from serving.schemas.example import example

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000, pattern=r"^[^\x00]*$")]


class HaltReason(BaseModel):
    """Why the system is to stop."""

    model_config = example(reason="The works council has asked for a review.")

    reason: Reason = Field(description="everyone who is stopped sees it, and it stays on record; do not name people")


class HaltRecord(BaseModel):
    """A halt or its end."""

    at: datetime
    event: Literal["halted", "resumed"]
    who: str
    role: str = Field(description="a role, or `operator` for a command")
    reason: str | None


class HaltAnswer(BaseModel):
    """Whether the system is halted, and the latest halts and resumptions, newest first."""

    model_config = example(
        is_halted=True,
        reason="The works council has asked for a review.",
        since="2026-10-02T08:15:00Z",
        events=[
            {
                "at": "2026-10-02T08:15:00Z",
                "event": "halted",
                "who": "H-003",
                "role": "hr",
                "reason": "The works council has asked for a review.",
            }
        ],
    )

    is_halted: bool
    reason: str | None = Field(description="null while the system runs")
    since: datetime | None = Field(description="null while the system runs")
    events: list[HaltRecord]
