"""Records that a client sends for scoring, and their scores."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from features.contract.vocabulary import Driver
from serving.schemas.example import example
from serving.schemas.risks import FACTOR, CurvePoint, FactorForHr, Range

_Figure = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class RecordsToScore(BaseModel):
    """Records that map features to values; a feature that is null or missing is unknown."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"records": [{"tenure_months": 14, "pay_against_market": -0.12}]}]},
    )

    records: list[dict[str, _Figure | str | None]] = Field(min_length=1, max_length=1_000)


class ScoredRecord(BaseModel):
    """A record's score. 1 / (1 + e^-(base_log_odds + Σ contribution)) is the risk."""

    risk: float
    range: Range | None = Field(description="null for a model of an earlier version, which did not know it")
    curve: list[CurvePoint]
    evidence: str = Field(description="`enough`, or why the score should not be relied on")
    base_log_odds: float
    log_odds: float
    drivers: dict[Driver, float] = Field(description="contributions summed by driver")
    factors: list[FactorForHr] = Field(description="largest first; peers are the records sent, if at least five")


class ScoredRecords(BaseModel):
    """The scores of the records, in the order sent, by one model."""

    model_config = example(
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
                "factors": [FACTOR],
            }
        ],
    )

    model_version: str
    horizon_months: int
    scores: list[ScoredRecord]
