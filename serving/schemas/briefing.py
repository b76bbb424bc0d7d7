"""The briefing of managers, and its confirmation."""

from datetime import datetime

from pydantic import BaseModel, Field

from serving.schemas.example import example


class BriefingSection(BaseModel):
    """A section of the briefing."""

    title: str
    sentences: list[str]


class Briefing(BaseModel):
    """What a manager should know before the first list, and whether the manager has confirmed it."""

    model_config = example(
        sections=[{"title": "What it is not", "sentences": ["It says nothing about performance or conduct."]}],
        confirmed_at="2026-10-01T07:00:00Z",
        holds_until="2027-10-01T07:00:00Z",
        is_due=False,
    )

    sections: list[BriefingSection]
    confirmed_at: datetime | None = Field(description="last time; null before the first")
    holds_until: datetime | None = Field(description="until when that holds; null before the first, and without an end")
    is_due: bool = Field(description="lists are shown only after the briefing is confirmed")
