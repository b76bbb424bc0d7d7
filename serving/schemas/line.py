"""A manager's organisation as groups."""

from datetime import date

from pydantic import BaseModel, Field

from serving.schemas.example import example
from serving.schemas.groups import Group, ServicesBetween


class TeamInLine(Group):
    """A team's figures, and its list as counts; all null where the team is suppressed."""

    manager_name: str | None = Field(description="the name of the team's manager, where the directory has it")
    is_own: bool = Field(description="whether the team reports to the asker directly")
    listed: int | None = Field(description="people on the team's list; null where it would be everyone")
    answered: int | None = Field(description="people on the list about whom the team's manager has answered")


class LineAnswer(BaseModel):
    """The asker's organisation: the asker, and everyone who reports to them directly or through others."""

    model_config = example(
        snapshot_date="2026-09-30",
        model_version="4",
        horizon_months=6,
        people=61,
        total={
            "group": None,
            "is_suppressed": False,
            "people": 54,
            "expected_exits": 5.6,
            "range": {"low": 1.4, "high": 9.8},
            "drivers": {"pay": 0.1, "conditions": 0.0, "relationships": 0.2, "growth": -0.1, "context": 0.0},
        },
        departments=[],
        teams=[],
        services=[],
    )

    snapshot_date: date
    model_version: str
    horizon_months: int
    people: int = Field(description="everyone in the organisation, the asker included")
    total: Group = Field(description="the shown groups added up; `people` counts those in them")
    departments: list[Group] = Field(description="departments that lie wholly in the organisation")
    teams: list[TeamInLine] = Field(description="each team, by its manager")
    services: list[ServicesBetween] = Field(description="what these departments ask and answer")
