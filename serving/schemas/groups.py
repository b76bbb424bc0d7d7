"""Groups of people, and the services between departments."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from features.contract.vocabulary import Driver
from serving.schemas.example import example
from serving.schemas.risks import Range


class Group(BaseModel):
    """A group's figures; all null where the group is suppressed."""

    group: str | None = Field(description="null for the people whose group is not known")
    is_suppressed: bool
    people: int | None
    expected_exits: float | None = Field(
        description="sum of the risks: voluntary exits expected within `horizon_months`"
    )
    range: Range | None = Field(
        description="in exits: holds the actual number 95 times in 100, allowing for chance and for uncertain risks"
    )
    drivers: dict[Driver, float] | None = Field(description="mean of what each driver adds to a person's log-odds")


class GroupPage(BaseModel):
    """The groups of one dimension."""

    model_config = example(
        snapshot_date="2026-09-30",
        model_version="4",
        horizon_months=6,
        dimension="department",
        groups=[
            {
                "group": "Sales",
                "is_suppressed": False,
                "people": 48,
                "expected_exits": 5.1,
                "range": {"low": 1.1, "high": 9.1},
                "drivers": {"pay": 0.12, "conditions": 0.02, "relationships": 0.2, "growth": -0.05, "context": 0.1},
            },
            {
                "group": "Legal",
                "is_suppressed": True,
                "people": None,
                "expected_exits": None,
                "range": None,
                "drivers": None,
            },
        ],
    )

    snapshot_date: date
    model_version: str
    horizon_months: int
    dimension: Literal["department", "location", "level", "manager"]
    groups: list[Group]


class ServicesBetween(BaseModel):
    """Services of one department for another over 12 months; figures are null where unknown or suppressed."""

    client_department: str
    provider_department: str
    is_suppressed: bool
    services: int | None = Field(description="number of services in 12 months")
    rating: float | None = Field(description="mean rating by clients, 1 to 5; higher is better")
    hours: float | None = Field(description="mean hours from the request to the answer")
    balance: float | None = Field(description="of the client department: 1 only gives, -1 only receives, 0 is mutual")
    trend: float | None = Field(
        description="services a month over the last 3 months, divided by those over 12, minus 1"
    )
    risk: float | None = Field(description="mean risk of those who ask, weighted by their number of services")
    relationships_log_odds: float | None = Field(
        description="what relationships add to their log-odds; mean with the same weights"
    )
    kinds: dict[str, int] | None = Field(description="services by kind; a kind with too few people counts as `other`")


class ServicePage(BaseModel):
    """Services between departments."""

    model_config = example(
        snapshot_date="2026-09-30",
        model_version="4",
        horizon_months=6,
        services=[
            {
                "client_department": "Sales",
                "provider_department": "Legal",
                "is_suppressed": False,
                "services": 412,
                "rating": 3.1,
                "hours": 52.5,
                "balance": -0.8,
                "trend": 0.25,
                "risk": 0.11,
                "relationships_log_odds": 0.3,
                "kinds": {"information": 250, "reporting": 120, "other": 42},
            }
        ],
    )

    snapshot_date: date
    model_version: str
    horizon_months: int
    services: list[ServicesBetween]
