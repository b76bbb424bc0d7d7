"""A person's own receipt, and what the person states about it."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from features.contract.vocabulary import Driver
from pipeline.receipts.own_receipt import Kind, Withheld
from pipeline.store.subject_rights import Ground
from serving.schemas.example import example


class OwnFactor(BaseModel):
    """A figure and what it adds to the estimate, in log-odds."""

    feature: str
    driver: Driver
    label: str
    figure: str | None = Field(description="in words, with what is usual; null where it could show another person")
    contribution: float


class OwnScore(BaseModel):
    """A month's estimate with the post and the figures of that month."""

    snapshot_date: date
    published_at: datetime
    model_version: str
    horizon_months: int
    risk: float
    low: float | None = Field(description="lower end of the range; null without one")
    high: float | None
    is_range_of_calibration: bool = Field(
        description="published by version 0.1, whose range describes the calibration only"
    )
    curve: dict[int, float] = Field(description="the risk by months")
    evidence: str = Field(description="`enough`, or why the estimate cannot be relied on")
    rank: int | None
    people: int
    department: str | None
    job: str | None
    level: int | None
    location: str | None
    manager: str | None = Field(description="by name, or by id without one")
    criticality: float | None = Field(
        default=None, description="how hard you are to replace, 1 to 5; null where the source does not say"
    )
    factors: list[OwnFactor] = Field(description="largest first")


class OwnChange(BaseModel):
    """What the estimate would be for somebody who differs in this one thing."""

    text: str
    risk_before: float
    risk_after: float


class HeldKind(BaseModel):
    """A kind of data that is held."""

    kind: Kind
    count: int
    first: date | None
    last: date | None
    kept_months: int | None


class MailedList(BaseModel):
    """A list with the person's name that was mailed to the manager."""

    month: str
    day: date
    named: Literal["listed", "resolved"]


class OwnAnswer(BaseModel):
    """An answer to such a list; not who gave it."""

    month: str
    day: date
    outcome: str


class OwnOffer(BaseModel):
    """The action that lists suggest first to the manager, drawn at random."""

    month: str
    day: date
    action: str


class OwnNomination(BaseModel):
    """That the manager of a month named the person before reading the list."""

    month: str
    day: date


class OwnStatement(BaseModel):
    """What the person stated."""

    day: date
    ground: Ground
    feature: str | None
    label: str | None
    statement: str


class LooksOfDay(BaseModel):
    """Looks of one day by a role for a purpose."""

    day: date
    role: str
    purpose: str | None
    result: str
    times: int


_FACTOR = {
    "feature": "pay_against_market",
    "driver": "pay",
    "label": "Pay against the market",
    "figure": "-18.1% (peers: +0.0%)",
    "contribution": 0.41,
}


class OwnReceipt(BaseModel):
    """What is held about the person who asks. `is_not` says in one sentence what the estimate is not."""

    model_config = example(
        employee_id="E-1042",
        source="acme",
        made_on="2026-10-05",
        name="Anna Muster",
        email="anna.muster@acme.example",
        language="de",
        withheld=None,
        is_not="This is an estimate from the patterns of many people, not a statement about you …",
        scores=[
            {
                "snapshot_date": "2026-09-30",
                "published_at": "2026-10-01T06:00:00Z",
                "model_version": "4",
                "horizon_months": 6,
                "risk": 0.1824,
                "low": 0.11,
                "high": 0.27,
                "is_range_of_calibration": False,
                "curve": {"3": 0.1, "6": 0.1824, "12": 0.31},
                "evidence": "enough",
                "rank": 41,
                "people": 2005,
                "department": "Sales",
                "job": "Account manager",
                "level": 3,
                "location": "Riga",
                "manager": "Max Beispiel",
                "factors": [_FACTOR],
            }
        ],
        changes=[{"text": "A raise of 5%", "risk_before": 0.1824, "risk_after": 0.1469}],
        held=[{"kind": "scores", "count": 1, "first": "2026-09-30", "last": "2026-09-30", "kept_months": 24}],
        mailed=[{"month": "2026-09", "day": "2026-10-01", "named": "listed"}],
        answers=[{"month": "2026-09", "day": "2026-10-05", "outcome": "talked"}],
        first_offer=None,
        nominations=[],
        statements=[],
        objected_at=None,
        looks=1,
        looked=[
            {
                "day": "2026-10-02",
                "role": "hr",
                "purpose": "retention_conversation",
                "result": "released",
                "times": 1,
            }
        ],
        rights=["See everything held: this receipt (GDPR article 15)."],
    )

    employee_id: str
    source: str
    made_on: date
    name: str | None
    email: str | None
    language: str | None
    withheld: Withheld | None = Field(description="why no estimate is shown; null where it is")
    is_not: str
    scores: list[OwnScore] = Field(description="newest first; empty where they are withheld")
    changes: list[OwnChange] | None = Field(
        description="what would change the newest estimate; null for a person who objects, and without the model"
    )
    held: list[HeldKind]
    mailed: list[MailedList]
    answers: list[OwnAnswer]
    first_offer: OwnOffer | None
    nominations: list[OwnNomination]
    statements: list[OwnStatement]
    objected_at: datetime | None
    looks: int
    looked: list[LooksOfDay] = Field(description="by day, role and purpose; without accounts")
    rights: list[str]


class OwnObjection(BaseModel):
    """Whether the person objects to being scored, and since when."""

    model_config = example(objects=True, since="2026-10-05T09:30:00Z")

    objects: bool
    since: datetime | None
