"""A person's score, for HR in figures and for a manager in words."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from features.contract.vocabulary import Driver
from pipeline.lists.risk_list import Band
from serving.schemas.example import example

PersonName = Annotated[str | None, Field(description="as the directory has it; null for people without an entry")]
"""Shown beside an id, to those who may see the id, and nowhere else."""


class Range(BaseModel):
    """How well a risk is known: for nine people in ten it holds the risk that far more data would give."""

    low: float
    high: float


class CurvePoint(BaseModel):
    """The probability of a voluntary exit within a number of months."""

    months: int
    risk: float


@dataclass(
    slots=True
)  # not a model: an answer has a hundred or more of them, and a model takes five times as long to build
class FactorForHr:
    """What one feature adds to the log-odds; `value` and `peer_value` are null where unknown.

    `actionable` says whether an employer can change the feature; the others are context, which is never acted on.
    `related` is a name shared by features that rank people almost alike, else null. Read the contributions of related
    features as a sum: the split between them means little.
    """

    feature: str
    driver: Driver
    actionable: bool
    related: str | None
    label: str
    value: float | str | None
    peer_value: float | str | None
    contribution: float
    text: str


FACTOR = {
    "feature": "pay_against_market",
    "driver": "pay",
    "actionable": True,
    "related": "pay_against_market",
    "label": "Pay against the market",
    "value": -0.16,
    "peer_value": 0.01,
    "contribution": 0.41,
    "text": "Pay against the market: -14.8% (peers: +1.0%). It raises the risk.",
}


class RiskForHr(BaseModel):
    """A person's score. 1 / (1 + e^-(base_log_odds + Σ contribution)) is the risk at `factors_horizon_months`."""

    model_config = example(
        employee_id="E-1042",
        name="Anna Muster",
        snapshot_date="2026-09-30",
        model_version="4",
        horizon_months=6,
        risk=0.1824,
        range={"low": 0.11, "high": 0.27},
        band="elevated",
        curve=[{"months": 3, "risk": 0.1}, {"months": 6, "risk": 0.1824}, {"months": 12, "risk": 0.31}],
        evidence="enough",
        factors_horizon_months=6,
        base_log_odds=-1.91,
        log_odds=-1.5,
        drivers={"pay": 0.41, "conditions": 0, "relationships": 0, "growth": 0, "context": 0},
        factors=[FACTOR],
    )

    employee_id: str
    name: PersonName
    snapshot_date: date
    model_version: str
    horizon_months: int
    risk: float = Field(description="probability of a voluntary exit within `horizon_months` of the snapshot date")
    range: Range | None = Field(description="null unless `horizon_months` is `factors_horizon_months`")
    band: Band | None = Field(description="relative to everyone's mean risk; null without enough evidence")
    curve: list[CurvePoint]
    evidence: str = Field(description="`enough`, or why the score should not be relied on")
    factors_horizon_months: int = Field(description="the horizon whose log-odds the factors add up to")
    base_log_odds: float
    log_odds: float
    drivers: dict[Driver, float] = Field(description="contributions summed by driver")
    factors: list[FactorForHr] = Field(description="largest first, related ones together")


class ReasonForManager(BaseModel):
    """A factor behind a person's position on the list, without a figure."""

    driver: Driver
    text: str


class GuidanceForManager(BaseModel):
    """What to ask, what to offer, and whom to involve."""

    ask: str
    offer: str
    involve: str


REASON = {"driver": "pay", "text": "Pay against the market: lower than for peers"}
GUIDANCE = {
    "ask": "Does what you earn fit what you do now, and what you see around you?",
    "offer": "A pay review against the market. Ask for it before you promise anything.",
    "involve": "HR, for the pay review",
}


class RiskForManager(BaseModel):
    """A listed person's risk for a manager: a band instead of a probability, reasons instead of figures."""

    model_config = example(
        employee_id="E-1042",
        name="Anna Muster",
        snapshot_date="2026-09-30",
        model_version="4",
        horizon_months=6,
        band="elevated",
        evidence="enough",
        reasons=[REASON],
        guidance=[GUIDANCE],
    )

    employee_id: str
    name: PersonName
    snapshot_date: date
    model_version: str
    horizon_months: int
    band: Band
    evidence: str
    reasons: list[ReasonForManager]
    guidance: list[GuidanceForManager]


class ScoredPerson(BaseModel):
    """One line of a page of scores."""

    employee_id: str
    name: PersonName
    risk: float
    range: Range | None
    band: Band | None
    evidence: str
    department: str | None
    job: str | None
    level: int | None
    location: str | None
    manager_id: str | None
    manager_name: PersonName


class RiskPage(BaseModel):
    """A page of one publication; all pages that follow it come from the same publication."""

    model_config = example(
        snapshot_date="2026-09-30",
        model_version="4",
        horizon_months=6,
        people=[
            {
                "employee_id": "E-1042",
                "name": "Anna Muster",
                "risk": 0.1824,
                "range": {"low": 0.11, "high": 0.27},
                "band": "elevated",
                "evidence": "enough",
                "department": "Sales",
                "job": "Account manager",
                "level": 3,
                "location": "Riga",
                "manager_id": "M-017",
                "manager_name": "Ивар Озолс",
            }
        ],
        not_informed=12,
        next_cursor="12-100",
    )

    snapshot_date: date
    model_version: str
    horizon_months: int
    people: list[ScoredPerson]
    not_informed: int | None = Field(
        description="people at risk who are not scored, or not shown: not informed yet; null after the first page"
    )
    next_cursor: str | None = Field(description="pass it as `cursor` for the next page; null on the last")
