"""What is coming: exits and head count by group. Figures are null where they are suppressed or not known."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from serving.schemas.example import example

OutlookBy = Literal["everyone", "department", "location", "job", "level"]


class OutlookGroup(BaseModel):
    """A group over the next `horizon_months`. Ranges hold the number in at least 90 of 100 cases."""

    by: OutlookBy
    group: str | None = Field(description="null for everyone, and for people whose group is not known")
    horizon_months: int
    people: int | None = Field(description="scored on the snapshot date")
    expected: float | None = Field(description="voluntary exits; the sum of the risks")
    low: int | None
    high: int | None
    other: float | None = Field(description="all other exits, at the company's own rate of twelve months")
    other_low: int | None
    other_high: int | None
    planned_hires: int | None = Field(description="null if no plan of hires was given")
    head_count: float | None = Field(description="`people`, less `expected` and `other`, and `planned_hires`")
    head_count_low: int | None
    head_count_high: int | None


class RangesHeld(BaseModel):
    """How often the actual number of voluntary exits lay in the range, over past months and groups."""

    horizon_months: int
    is_hindsight: bool = Field(description="the model had already learned from these exits: no forecast")
    months: int
    compared: int = Field(description="ranges of groups and months")
    inside: int


class OutlookAnswer(BaseModel):
    """What is coming in the source, within what the role and its scope may see."""

    model_config = example(
        source="acme",
        snapshot_date="2026-09-30",
        rows=[
            {
                "by": "department",
                "group": "Sales",
                "horizon_months": 6,
                "people": 76,
                "expected": 6.4,
                "low": 3,
                "high": 10,
                "other": 1.6,
                "other_low": 0,
                "other_high": 4,
                "planned_hires": 5,
                "head_count": 73.0,
                "head_count_low": 68,
                "head_count_high": 77,
            }
        ],
        held=[{"horizon_months": 6, "is_hindsight": False, "months": 9, "compared": 126, "inside": 119}],
        planned_until="2026-12",
        unplaced_hires=0,
        notes=[],
    )

    source: str
    snapshot_date: date
    rows: list[OutlookGroup]
    held: list[RangesHeld]
    planned_until: str | None = Field(description="the last month of the plan of hires, YYYY-MM")
    unplaced_hires: int = Field(description="planned hires in no group that is shown; they count among everyone")
    notes: list[str]
