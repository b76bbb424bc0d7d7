"""A change in a person's working life, and the score after it."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from features.contract.vocabulary import Driver
from serving.schemas.example import example
from serving.schemas.risks import PersonName


class LeversToPull(BaseModel):
    """A change in a person's working life; what is not named stays unchanged."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"raise_percent": 5}]})

    raise_percent: float | None = Field(
        default=None, gt=0, le=50, allow_inf_nan=False, description="increase in base pay, in percent"
    )
    promotion: bool = Field(default=False, description="one level up")
    overtime_hours: float | None = Field(
        default=None, ge=0, le=200, allow_inf_nan=False, description="hours a month, as if they had applied for a year"
    )
    remote_share: float | None = Field(
        default=None, ge=0, le=1, allow_inf_nan=False, description="share of working days"
    )
    manager_change: bool = Field(default=False, description="another manager from now on")
    service_rating: float | None = Field(
        default=None,
        ge=1,
        le=5,
        allow_inf_nan=False,
        description="mean rating that the person gives to colleagues' services",
    )


class ChangedFactor(BaseModel):
    """A feature before and after; contributions are log-odds."""

    feature: str
    driver: Driver
    label: str
    value_before: float | str | None
    value_after: float | str | None
    peer_value: float | str | None
    contribution_before: float
    contribution_after: float


class WhatIfForHr(BaseModel):
    """A score before and after a change. The differences of the contributions add up to that of the log-odds."""

    model_config = example(
        employee_id="E-1042",
        name="Anna Muster",
        snapshot_date="2026-09-30",
        model_version="4",
        horizon_months=6,
        risk_before=0.1824,
        risk_after=0.1469,
        log_odds_before=-1.5,
        log_odds_after=-1.76,
        changes=[
            {
                "feature": "pay_against_market",
                "driver": "pay",
                "label": "Pay against the market",
                "value_before": -0.16,
                "value_after": -0.11,
                "peer_value": 0.01,
                "contribution_before": 0.41,
                "contribution_after": 0.15,
            }
        ],
        means="How scores differ between people who differ in this way. This is an association, not a promise.",
    )

    employee_id: str
    name: PersonName
    snapshot_date: date
    model_version: str
    horizon_months: int
    risk_before: float = Field(description="computed again from the published figures, which have six digits")
    risk_after: float
    log_odds_before: float
    log_odds_after: float
    changes: list[ChangedFactor] = Field(
        description="every feature whose value or contribution changed, largest change first"
    )
    means: str = Field(description="what the result means, and what it does not")
