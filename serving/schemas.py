"""The answers of the API, with an example each. Probabilities are shares of 1; contributions are log-odds."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from features.vocabulary import Driver
from pipeline.risk_list import Band

_PRINTABLE = r"^[^\x00-\x1f\x7f]+$"
EmployeeId = Annotated[str, Path(min_length=1, max_length=200, pattern=_PRINTABLE, examples=["E-1042"])]
OptionalText = Annotated[str | None, Query(min_length=1, max_length=200, pattern=_PRINTABLE)]
Month = Annotated[str, Path(pattern=r"^(19|20)\d\d-(0[1-9]|1[0-2])$", description="YYYY-MM", examples=["2026-09"])]


def _example(**fields: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [fields]})


class Range(BaseModel):
    """Between which probabilities the risk lies."""

    low: float
    high: float


class CurvePoint(BaseModel):
    """The probability of a voluntary exit within so many months."""

    months: int
    risk: float


class FactorForHr(BaseModel):
    """What one feature adds to the log-odds; `value` and `peer_value` are null where unknown."""

    feature: str
    driver: Driver
    label: str
    value: float | str | None
    peer_value: float | str | None
    contribution: float
    text: str


_FACTOR = {
    "feature": "pay_against_market",
    "driver": "pay",
    "label": "Pay against the market",
    "value": -0.16,
    "peer_value": 0.01,
    "contribution": 0.41,
    "text": "Pay against the market: -14.8% (peers: +1.0%). It raises the risk.",
}


class RiskForHr(BaseModel):
    """A person's score. 1 / (1 + e^-(base_log_odds + Σ contribution)) is the risk at `factors_horizon_months`."""

    model_config = _example(
        employee_id="E-1042",
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
        factors=[_FACTOR],
    )

    employee_id: str
    snapshot_date: date
    model_version: str
    horizon_months: int
    risk: float = Field(description="probability of a voluntary exit within `horizon_months` of the snapshot date")
    range: Range | None = Field(description="null unless `horizon_months` is `factors_horizon_months`")
    band: Band | None = Field(description="against the mean risk of everyone; null without enough evidence")
    curve: list[CurvePoint]
    evidence: str = Field(description="`enough`, or why the score says little about this person")
    factors_horizon_months: int = Field(description="the horizon that the factors add up to")
    base_log_odds: float
    log_odds: float
    drivers: dict[Driver, float] = Field(description="contributions summed by driver")
    factors: list[FactorForHr] = Field(description="weightiest first")


class ReasonForManager(BaseModel):
    """Something behind a person's place on the list, without a figure."""

    driver: Driver
    text: str


class GuidanceForManager(BaseModel):
    """What to ask, what could be offered, and whom to involve."""

    ask: str
    offer: str
    involve: str


_REASON = {"driver": "pay", "text": "Pay against the market: lower than for peers"}
_GUIDANCE = {
    "ask": "Does what you earn fit what you do now, and what you see around you?",
    "offer": "A pay review against the market. Ask for it before you promise anything.",
    "involve": "HR, for the pay review",
}


class RiskForManager(BaseModel):
    """What a manager learns of a person on the list: a band in place of a probability, reasons in place of figures."""

    model_config = _example(
        employee_id="E-1042",
        snapshot_date="2026-09-30",
        model_version="4",
        horizon_months=6,
        band="elevated",
        evidence="enough",
        reasons=[_REASON],
        guidance=[_GUIDANCE],
    )

    employee_id: str
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
    risk: float
    range: Range | None
    band: Band | None
    evidence: str
    department: str | None
    job: str | None
    level: int | None
    location: str | None
    manager_id: str | None


class RiskPage(BaseModel):
    """A page of one publication, highest risk first; all pages of one walk are of the same publication."""

    model_config = _example(
        snapshot_date="2026-09-30",
        model_version="4",
        horizon_months=6,
        people=[
            {
                "employee_id": "E-1042",
                "risk": 0.1824,
                "range": {"low": 0.11, "high": 0.27},
                "band": "elevated",
                "evidence": "enough",
                "department": "Sales",
                "job": "Account manager",
                "level": 3,
                "location": "Riga",
                "manager_id": "M-017",
            }
        ],
        next_cursor="12-100",
    )

    snapshot_date: date
    model_version: str
    horizon_months: int
    people: list[ScoredPerson]
    next_cursor: str | None = Field(description="pass it as `cursor` for the next page; null on the last")


class ListedPerson(BaseModel):
    """A person to talk to this month."""

    employee_id: str
    band: Band
    change: Literal["new", "continuing"]
    department: str | None
    job: str | None
    level: int | None
    location: str | None
    reasons: list[ReasonForManager]
    guidance: list[GuidanceForManager]


class ManagerList(BaseModel):
    """One manager's list."""

    manager_id: str
    team_size: int
    expected: str = Field(description="how many of those listed would leave if nothing changes, in words")
    entries: list[ListedPerson]
    resolved: list[str] = Field(description="on last month's list, still in the team, and not standing out any more")


class MonthlyLists(BaseModel):
    """The lists of a month: one manager's, or those of every manager with something to read."""

    model_config = _example(
        month="2026-09",
        snapshot_date="2026-09-30",
        model_version="4",
        horizon_months=6,
        lists=[
            {
                "manager_id": "M-017",
                "team_size": 11,
                "expected": "Of these four, about one would leave within six months if nothing changes.",
                "entries": [
                    {
                        "employee_id": "E-1042",
                        "band": "elevated",
                        "change": "new",
                        "department": "Sales",
                        "job": "Account manager",
                        "level": 3,
                        "location": "Riga",
                        "reasons": [_REASON],
                        "guidance": [_GUIDANCE],
                    }
                ],
                "resolved": ["E-0555"],
            }
        ],
    )

    month: str
    snapshot_date: date
    model_version: str
    horizon_months: int
    lists: list[ManagerList]


class Health(BaseModel):
    """Whether the server lives, and whether it can answer."""

    model_config = _example(status="ready")

    status: Literal["live", "ready", "not ready"]
