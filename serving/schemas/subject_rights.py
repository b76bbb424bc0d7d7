"""What is held about a person: receipt, contest and erasure."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from features.contract.vocabulary import Driver
from pipeline.store.subject_rights import Ground
from serving.schemas.audit import LOOK, Look
from serving.schemas.example import example
from serving.schemas.lists import ANSWER, GivenAnswer
from serving.schemas.parameters import PRINTABLE
from serving.schemas.risks import FACTOR


class HeldScore(BaseModel):
    """A stored score of a person."""

    snapshot_date: date
    model_version: str
    horizon_months: int
    risk: float
    evidence: str


class FactorInWords(BaseModel):
    """A factor behind the latest score."""

    driver: Driver
    contribution: float
    text: str


class GivenAnswerOfMonth(GivenAnswer):
    """An answer about the person on a list."""

    month: str


class ContestedData(BaseModel):
    """A person whose data is contested."""

    at: datetime
    employee_id: str
    by: Literal["person", "manager"]
    ground: str = Field(description="the person's ground, or the manager's: wrong or outdated")
    feature: str | None


class ContestedPage(BaseModel):
    """Contested data, newest first."""

    model_config = example(
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

    ground: Ground = Field(description="`objection` means objecting to being scored at all")
    feature: Annotated[str, Field(min_length=1, max_length=200, pattern=PRINTABLE)] | None = None
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
    )

    id: int
    at: datetime
    who: str
    employee_id: str
    ground: Ground
    feature: str | None
    statement: str


class Receipt(BaseModel):
    """What is held about a person, newest first."""

    model_config = example(
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
        factors=[{name: FACTOR[name] for name in ("driver", "contribution", "text")}],
        answers=[{**ANSWER, "month": "2026-09"}],
        contests=[{"ground": "outdated", "feature": "pay_against_market", "statement": "There was a raise."}],
        looks=1,
        looked=[LOOK],
    )

    employee_id: str
    scores: list[HeldScore]
    factors: list[FactorInWords] = Field(description="factors of the latest score, largest first")
    answers: list[GivenAnswerOfMonth]
    contests: list[ContestedPoint]
    looks: int
    looked: list[Look]


class Proof(BaseModel):
    """The position of the erasure in the audit's chain."""

    audit_id: int
    hash: str


class Erasure(BaseModel):
    """The erasure of a person: what was removed, what stays, and the proof."""

    model_config = example(
        employee_id="E-1042",
        at="2026-10-05T09:30:00Z",
        removed={
            "score": 12,
            "list_answer": 1,
            "contest": 1,
            "manager_of": 0,
            "lists": 2,
            "monthly_sums": 1,
            "feature_sums": 1,
        },
        stays="The audit still records who looked at this person …",
        proof={"audit_id": 5120, "hash": "9f2c…"},
    )

    employee_id: str
    at: datetime
    removed: dict[str, int] = Field(
        description="number of rows removed, by kind; of folders, for lists and monthly sums"
    )
    stays: str
    proof: Proof
