"""The answers of the API, with an example each. Probabilities are shares of 1; contributions are log-odds."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from features.vocabulary import Driver
from pipeline.feedback import Because, Outcome
from pipeline.risk_list import Band
from pipeline.subject_rights import Ground

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


@dataclass(slots=True)  # not a model: an answer holds a hundred and more, and a model takes five times as long to make
class FactorForHr:
    """What one feature adds to the log-odds; `value` and `peer_value` are null where unknown.

    `actionable` says whether an employer can change it; the others are context, and never to be acted on. `related`
    is one name for features that say nearly the same of people, and null for one that stands alone: what they add
    means something in sum, and the split between them little.
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


_FACTOR = {
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
    factors: list[FactorForHr] = Field(description="weightiest first, related ones together")


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


class LeversToPull(BaseModel):
    """A change in a person's working life; what is not named stays as it is."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"raise_percent": 5}]})

    raise_percent: float | None = Field(default=None, gt=0, le=50, allow_inf_nan=False, description="of base pay")
    promotion: bool = Field(default=False, description="one level up")
    overtime_hours: float | None = Field(
        default=None, ge=0, le=200, allow_inf_nan=False, description="a month, as if it had been so for a year"
    )
    remote_share: float | None = Field(default=None, ge=0, le=1, allow_inf_nan=False, description="of working days")
    manager_change: bool = Field(default=False, description="another manager from now on")
    service_rating: float | None = Field(
        default=None,
        ge=1,
        le=5,
        allow_inf_nan=False,
        description="given by the person to colleagues' services",
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
    """A score before and after a change. The sum of the contributions' differences is that of the log-odds."""

    model_config = _example(
        employee_id="E-1042",
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
        means="How scores differ between people who differ in this way. It is an association, not a promise.",
    )

    employee_id: str
    snapshot_date: date
    model_version: str
    horizon_months: int
    risk_before: float = Field(description="worked out anew from the published figures, which have six digits")
    risk_after: float
    log_odds_before: float
    log_odds_after: float
    changes: list[ChangedFactor] = Field(description="every feature that moved or weighs differently, weightiest first")
    means: str = Field(description="what this says, and what it does not")


_Figure = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class RecordsToScore(BaseModel):
    """Records of features, a figure by the name of its feature; null, or a name that is not there, is unknown."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"records": [{"tenure_months": 14, "pay_against_market": -0.12}]}]},
    )

    records: list[dict[str, _Figure | str | None]] = Field(min_length=1, max_length=1_000)


class ScoredRecord(BaseModel):
    """A record's score. 1 / (1 + e^-(base_log_odds + Σ contribution)) is the risk."""

    risk: float
    range: Range
    curve: list[CurvePoint]
    evidence: str = Field(description="`enough`, or why the score says little")
    base_log_odds: float
    log_odds: float
    drivers: dict[Driver, float] = Field(description="contributions summed by driver")
    factors: list[FactorForHr] = Field(description="weightiest first; peers are the records sent, if at least five")


class ScoredRecords(BaseModel):
    """The scores of the records, in their order, by one model."""

    model_config = _example(
        model_version="4",
        horizon_months=6,
        scores=[
            {
                "risk": 0.1824,
                "range": {"low": 0.11, "high": 0.27},
                "curve": [{"months": 6, "risk": 0.1824}],
                "evidence": "enough",
                "base_log_odds": -1.91,
                "log_odds": -1.5,
                "drivers": {"pay": 0.41, "conditions": 0, "relationships": 0, "growth": 0, "context": 0},
                "factors": [_FACTOR],
            }
        ],
    )

    model_version: str
    horizon_months: int
    scores: list[ScoredRecord]


class AnswerToList(BaseModel):
    """What was done about a person on a list, or why nothing was. There is no room for anything private."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"outcome": "acted", "drivers": ["pay"]}]}
    )

    outcome: Outcome = Field(
        description="talked, offered, agreed, acted; or why not: not_needed, already_known, disagree, left"
    )
    drivers: list[Driver] = Field(default=[], max_length=5, description="the sides of working life that were acted on")
    because: Because | None = Field(
        default=None, description="why one disagrees; `wrong` and `outdated` are about the data, and HR is told"
    )

    @model_validator(mode="after")
    def _says_why_only_where_it_disagrees(self) -> Self:
        if self.because is not None and self.outcome != "disagree":
            raise ValueError("only an answer that disagrees has a because")
        return self


class GivenAnswer(BaseModel):
    """The last answer about a person on a list."""

    at: datetime
    who: str
    outcome: Outcome
    drivers: list[Driver]
    because: Because | None = None


_ANSWER = {"at": "2026-10-05T09:30:00Z", "who": "M-017", "outcome": "acted", "drivers": ["pay"]}


class KeptAnswer(GivenAnswer):
    """An answer as it was kept."""

    model_config = _example(employee_id="E-1042", month="2026-09", **_ANSWER)

    employee_id: str
    month: str


class ListedPerson(BaseModel):
    """A person to talk to this month."""

    employee_id: str
    band: Band
    change: Literal["new", "rising", "continuing"]
    department: str | None
    job: str | None
    level: int | None
    location: str | None
    reasons: list[ReasonForManager]
    guidance: list[GuidanceForManager]
    moved: list[str] = Field(default=[], description="what changed most since last month, in words")
    answer: GivenAnswer | None = Field(description="the last answer; null while there is none")


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
                        "answer": _ANSWER,
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


class Group(BaseModel):
    """A group's figures; all null where the group is suppressed."""

    group: str | None = Field(description="null for people of whom it is not known")
    is_suppressed: bool
    people: int | None
    expected_exits: float | None = Field(description="sum of the risks: voluntary exits within `horizon_months`")
    range: Range | None = Field(description="where 95 % of such groups lie if the risks are right; in exits")
    drivers: dict[Driver, float] | None = Field(description="mean of what each driver adds to a person's log-odds")


class GroupPage(BaseModel):
    """The groups of one dimension."""

    model_config = _example(
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
    """What one department asks of another, over 12 months; figures are null where they are not known or suppressed."""

    client_department: str
    provider_department: str
    is_suppressed: bool
    services: int | None = Field(description="asked for in 12 months")
    rating: float | None = Field(description="mean of what clients gave, 1 to 5; higher is better")
    hours: float | None = Field(description="mean from asking to the answer")
    balance: float | None = Field(description="of the client department: 1 only gives, -1 only receives, 0 is mutual")
    trend: float | None = Field(description="services a month over 3 months against 12, minus 1")
    risk: float | None = Field(description="mean risk of those who ask, weighted by what they ask for")
    relationships_log_odds: float | None = Field(description="what relationships add to it, weighted alike")
    kinds: dict[str, int] | None = Field(description="services by kind; one of a few people counts under `other`")


class ServicePage(BaseModel):
    """Services between departments."""

    model_config = _example(
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


class HeldScore(BaseModel):
    """A score that is held of a person."""

    snapshot_date: date
    model_version: str
    horizon_months: int
    risk: float
    evidence: str


class FactorInWords(BaseModel):
    """Something behind the latest score."""

    driver: Driver
    contribution: float
    text: str


class GivenAnswerOfMonth(GivenAnswer):
    """An answer about the person on a list."""

    month: str


class ContestedData(BaseModel):
    """A person whose data somebody contests."""

    at: datetime
    employee_id: str
    by: Literal["person", "manager"]
    ground: str = Field(description="the person's ground, or why the manager disagrees: wrong or outdated")
    feature: str | None


class ContestedPage(BaseModel):
    """Newest first."""

    model_config = _example(
        contests=[
            {"at": "2026-10-05T09:30:00Z", "employee_id": "E-1042", "by": "manager", "ground": "wrong", "feature": None}
        ]
    )

    contests: list[ContestedData]


class ContestedPoint(BaseModel):
    """What a person says is wrong."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"ground": "outdated", "feature": "pay_against_market", "statement": "There was a raise in September."}
            ]
        },
    )

    ground: Ground = Field(description="`objection` is to being scored at all")
    feature: Annotated[str, Field(min_length=1, max_length=200, pattern=_PRINTABLE)] | None = None
    statement: str = Field(
        min_length=1, max_length=2000, pattern=r"^[^\x00]*$", description="in the person's own words"
    )


class KeptContest(BaseModel):
    """A contest as it was kept."""

    model_config = _example(
        id=7,
        at="2026-10-05T09:30:00Z",
        who="H-003",
        employee_id="E-1042",
        ground="outdated",
        feature="pay_against_market",
        statement="There was a raise in September.",
    )

    id: int
    at: datetime
    who: str
    employee_id: str
    ground: Ground
    feature: str | None
    statement: str


class Look(BaseModel):
    """Who looked at the person, and why."""

    at: datetime
    who: str
    role: str
    what: str
    purpose: str | None
    result: str


_LOOK = {
    "at": "2026-10-02T08:15:00Z",
    "who": "H-003",
    "role": "hr",
    "what": "GET /v1/employees/{employee_id:path}/risk",
    "purpose": "retention_conversation",
    "result": "released",
}


class Receipt(BaseModel):
    """What is held of a person, newest first."""

    model_config = _example(
        employee_id="E-1042",
        scores=[
            {
                "snapshot_date": "2026-09-30",
                "model_version": "4",
                "horizon_months": 6,
                "risk": 0.1824,
                "evidence": "enough",
            }
        ],
        factors=[{name: _FACTOR[name] for name in ("driver", "contribution", "text")}],
        answers=[{**_ANSWER, "month": "2026-09"}],
        contests=[{"ground": "outdated", "feature": "pay_against_market", "statement": "There was a raise."}],
        looks=1,
        looked=[_LOOK],
    )

    employee_id: str
    scores: list[HeldScore]
    factors: list[FactorInWords] = Field(description="of the latest score, weightiest first")
    answers: list[GivenAnswerOfMonth]
    contests: list[ContestedPoint]
    looks: int
    looked: list[Look]


class Proof(BaseModel):
    """The place of the erasure in the audit's chain."""

    audit_id: int
    hash: str


class Erasure(BaseModel):
    """That a person was erased: what went, what stays, and the proof."""

    model_config = _example(
        employee_id="E-1042",
        at="2026-10-05T09:30:00Z",
        removed={"score": 12, "list_answer": 1, "contest": 1, "manager_of": 0, "lists": 2, "monthly_sums": 1},
        stays="The audit keeps who looked at this person …",
        proof={"audit_id": 5120, "hash": "9f2c…"},
    )

    employee_id: str
    at: datetime
    removed: dict[str, int] = Field(description="rows of each kind; of lists and monthly sums, folders")
    stays: str
    proof: Proof


class LedgerRow(BaseModel):
    """When a model version was offered to the gate, found to serve, or replaced, and what came of it."""

    model_config = _example(
        at="2026-10-01T04:00:00Z",
        event="overridden",
        version="4",
        replaces="3",
        who="retention",
        reason="The interval of one age group is wide; reviewed with the works council.",
        gate=[{"gate": "calibration slope", "passed": True, "value": 1.02, "limit": "0.8 to 1.25"}],
    )

    at: datetime
    event: Literal["promoted", "overridden", "refused", "found"]
    version: str
    replaces: str | None = Field(description="the champion of that moment")
    who: str = Field(description="the account that ran the command")
    reason: str | None
    gate: list[dict[str, Any]] = Field(description="each condition, its figure, and by how much it was missed")


class ModelAnswer(BaseModel):
    """A model version, the report of its training as `retention train --json` writes it, and its ledger."""

    model_config = ConfigDict(
        protected_namespaces=(),
        json_schema_extra={
            "examples": [
                {
                    "version": "4",
                    "is_champion": True,
                    "run_id": "0f4c1c7be7c24b8f9d8f7a3d2f1f3b11",
                    "registered_at": "2026-10-01T04:00:00Z",
                    "report": {"horizon_months": 6, "metrics": {"auc": {"value": 0.78, "low": 0.75, "high": 0.81}}},
                    "ledger": [],
                }
            ]
        },
    )

    version: str
    is_champion: bool
    run_id: str
    registered_at: datetime
    report: dict[str, Any] = Field(description="metrics, baselines, ablation, fairness, gate, suspects, features …")
    ledger: list[LedgerRow] = Field(description="oldest first; the events of this version, and those that replaced it")


class AuditRow(Look):
    """A row of the audit; `hash` covers it and the row before."""

    id: int
    request_id: str
    whom: str | None
    hash: str


class AuditPage(BaseModel):
    """A page of the audit, newest first."""

    model_config = _example(
        rows=[{**_LOOK, "id": 5119, "request_id": "walk-1", "whom": "E-1042", "hash": "1b9e…"}], next_cursor=5119
    )

    rows: list[AuditRow]
    next_cursor: int | None = Field(description="pass it as `cursor` for the next page; null on the last")


class Health(BaseModel):
    """Whether the server lives, and whether it can answer."""

    model_config = _example(status="ready")

    status: Literal["live", "ready", "not ready"]
