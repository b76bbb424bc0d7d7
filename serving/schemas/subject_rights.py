"""What is held about a person: receipt, contest and erasure."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from features.contract.ids import CHARACTERS, MOST_CHARACTERS
from features.contract.vocabulary import Driver
from pipeline.store.subject_rights import Ground
from serving.schemas.audit import LOOK, Look
from serving.schemas.example import example
from serving.schemas.lists import ANSWER, GivenAnswer
from serving.schemas.risks import FACTOR, CurvePoint, PersonName, Range


class FactorInWords(BaseModel):
    """A factor behind a score."""

    driver: Driver
    contribution: float
    text: str


class HeldScore(BaseModel):
    """A stored score of a person, with the place held on the snapshot date."""

    snapshot_date: date
    published_at: datetime
    model_version: str
    horizon_months: int
    risk: float
    range: Range | None = Field(description="as it is held")
    is_range_of_calibration: bool = Field(
        default=False, description="published by version 0.1, whose range describes the calibration only"
    )
    curve: list[CurvePoint] = Field(description="the risk at each horizon")
    rank: int | None = Field(
        description="1 is the highest risk of the `people` scored; null for HR with a scope, as it is about others too"
    )
    people: int
    evidence: str
    base_log_odds: float
    log_odds: float
    department: str | None
    job: str | None
    level: int | None
    location: str | None
    manager_id: str | None
    criticality: float | None = Field(
        default=None, description="how hard the person is to replace, 1 to 5; null where the source does not say"
    )
    factors: list[FactorInWords] = Field(description="factors of this score, largest first")


class DeliveredList(BaseModel):
    """A list that was mailed to the person's manager, with the list or a link to it."""

    month: str
    manager_id: str
    state: Literal["sent", "claimed"] = Field(description="`claimed`: it is not known whether the mail arrived")
    at: datetime
    named: Literal["listed", "resolved"] = Field(description="as somebody to talk to, or as no longer on the list")


class RolloutLot(BaseModel):
    """Whether a manager of the person was allocated lists in the roll-out, and for which months."""

    manager_id: str
    gets_lists: bool
    stratum: str
    from_month: str
    until_month: str | None = Field(description="the first month after it; null while it holds")


class HeldFirstOffer(BaseModel):
    """The action that was drawn to be suggested first for the person."""

    month: str
    manager_id: str
    driver: Driver
    action: str
    at: datetime


class HeldHeldOut(BaseModel):
    """That the person would have been listed in a month, with this driver first, and the manager got no list."""

    month: str
    manager_id: str
    driver: Driver
    at: datetime


class Periods(BaseModel):
    """How long data is kept, in months, before `retention purge` deletes it."""

    scores_months: int
    answers_months: int
    audit_months: int


class GivenAnswerOfMonth(GivenAnswer):
    """An answer about the person on a list."""

    month: str


class ContestedData(BaseModel):
    """A person whose data is contested."""

    at: datetime
    employee_id: str
    name: PersonName
    by: Literal["person", "manager"]
    ground: str = Field(description="the person's ground, or the manager's: wrong or outdated")
    feature: str | None


class ContestedPage(BaseModel):
    """Contested data, newest first."""

    model_config = example(
        contests=[
            {
                "at": "2026-10-05T09:30:00Z",
                "employee_id": "E-1042",
                "name": "Anna Muster",
                "by": "manager",
                "ground": "wrong",
                "feature": None,
            }
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

    ground: Ground = Field(description="`objection` means objecting to being scored at all")
    feature: Annotated[str, Field(min_length=1, max_length=MOST_CHARACTERS, pattern=CHARACTERS)] | None = None
    statement: str = Field(
        min_length=1, max_length=2000, pattern=r"^[^\x00]*$", description="in the person's own words"
    )


class KeptContest(BaseModel):
    """A contest as stored."""

    model_config = example(
        id=7,
        at="2026-10-05T09:30:00Z",
        who="H-003",
        employee_id="E-1042",
        ground="outdated",
        feature="pay_against_market",
        statement="There was a raise in September.",
        source="acme",
    )

    id: int
    at: datetime
    who: str
    employee_id: str
    ground: Ground
    feature: str | None
    statement: str
    source: str


class Withdrawal(BaseModel):
    """The withdrawal of a person's objection to being scored."""

    model_config = example(employee_id="E-1042", source="acme", at="2026-10-05T09:30:00Z", was_held=True)

    employee_id: str
    source: str
    at: datetime
    was_held: bool = Field(description="whether there was an objection to withdraw")


_FACTOR = {name: FACTOR[name] for name in ("driver", "contribution", "text")}


class DirectoryEntry(BaseModel):
    """How a person is called, and where and in which language they are written to."""

    name: str
    email: str | None
    language: str | None


class Employment(BaseModel):
    """Since when and where a person works, on which it depends whether a notice was given to the person."""

    hire_date: date | None
    department: str | None
    location: str | None
    is_informed: bool | None = Field(description="of being scored; null where the settings require no notice")


class Receipt(BaseModel):
    """What a source holds about a person, newest first."""

    model_config = example(
        employee_id="E-1042",
        source="acme",
        also_in=[],
        directory={"name": "Anna Muster", "email": "anna.muster@acme.example", "language": "de"},
        employment={"hire_date": "2021-03-01", "department": "Sales", "location": "Riga", "is_informed": True},
        scores=[
            {
                "snapshot_date": "2026-09-30",
                "published_at": "2026-10-01T06:00:00Z",
                "model_version": "4",
                "horizon_months": 6,
                "risk": 0.1824,
                "range": {"low": 0.11, "high": 0.27},
                "curve": [{"months": 3, "risk": 0.1}, {"months": 6, "risk": 0.1824}, {"months": 12, "risk": 0.31}],
                "rank": 41,
                "people": 2005,
                "evidence": "enough",
                "base_log_odds": -1.91,
                "log_odds": -1.5,
                "department": "Sales",
                "job": "Account manager",
                "level": 3,
                "location": "Riga",
                "manager_id": "M-017",
                "factors": [_FACTOR],
            }
        ],
        factors=[_FACTOR],
        answers=[{**ANSWER, "month": "2026-09"}],
        contests=[{"ground": "outdated", "feature": "pay_against_market", "statement": "There was a raise."}],
        objected_at=None,
        briefed_at=[],
        deliveries=[
            {
                "month": "2026-09",
                "manager_id": "M-017",
                "state": "sent",
                "at": "2026-10-01T07:00:00Z",
                "named": "listed",
            }
        ],
        rollout=[],
        nominations=0,
        first_offer=None,
        held_out=None,
        looks=1,
        looked=[LOOK],
        purposes={"retention_conversation": 1},
        recipients={"hr": 1},
        periods={"scores_months": 24, "answers_months": 24, "audit_months": 36},
        rights=["See everything held: this receipt (GDPR article 15)."],
    )

    employee_id: str
    source: str
    also_in: list[str] = Field(
        description="other sources that hold somebody with an equal id, who may be another person"
    )
    directory: DirectoryEntry | None = Field(description="the person's entry in the directory; null without one")
    employment: Employment | None = Field(description="of a person at risk when the source was last published")
    scores: list[HeldScore]
    factors: list[FactorInWords] = Field(description="factors of the latest score, largest first")
    answers: list[GivenAnswerOfMonth]
    contests: list[ContestedPoint]
    objected_at: datetime | None = Field(description="since when the person objects to being scored")
    briefed_at: list[datetime] = Field(description="when the person, as a manager, confirmed the briefing")
    deliveries: list[DeliveredList] = Field(
        description="lists that named the person; worked out from the scores by the present rules of lists"
    )
    rollout: list[RolloutLot]
    nominations: int = Field(
        description="how often managers named the person before reading a list; the person's own receipt has the months"
    )
    first_offer: HeldFirstOffer | None
    held_out: HeldHeldOut | None
    looks: int
    looked: list[Look]
    purposes: dict[str, int] = Field(description="number of looks by purpose")
    recipients: dict[str, int] = Field(description="by role, how often the person's data was shown")
    periods: Periods
    rights: list[str]


class Proof(BaseModel):
    """The position of the erasure in the audit's chain."""

    audit_id: int
    hash: str


class Erasure(BaseModel):
    """The erasure of a person: what was removed, what stays, and the proof."""

    model_config = example(
        employee_id="E-1042",
        at="2026-10-05T09:30:00Z",
        removed={"score": 12, "list_answer": 1, "contest": 1, "manager_of": 0, "lists": 2, "feature_sums": 1},
        remains={"audit_about": 7, "audit_by": 0, "model_ledger_by": 0, "running_jobs": 0},
        stays="The audit still records who looked at this person …",
        proof={"audit_id": 5120, "hash": "9f2c…"},
    )

    employee_id: str
    at: datetime
    removed: dict[str, int] = Field(
        description="number of rows removed, by kind; of folders, for lists, their drafts, monthly sums and killed runs"
    )
    remains: dict[str, int] = Field(
        description="number of rows that still name the person, and of files that may, by kind; `stays` says why"
    )
    stays: str
    proof: Proof
