"""A model version, its report and its ledger."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from serving.schemas.example import example


class LedgerRow(BaseModel):
    """One event of the ledger: a version was promoted, refused, or found in use."""

    model_config = example(
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
    replaces: str | None = Field(description="the champion at that time")
    who: str = Field(description="the account that ran the command")
    reason: str | None
    gate: list[dict[str, Any]] = Field(description="each condition, its figure, its limit, and whether it passed")


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
    ledger: list[LedgerRow] = Field(description="events of this version, and those that replaced it; oldest first")
