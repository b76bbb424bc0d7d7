"""Who looked at whom, when and why."""

from datetime import datetime

from pydantic import BaseModel, Field

from serving.schemas.example import example


class Look(BaseModel):
    """One access: who looked, when and why, and the result."""

    at: datetime
    who: str
    role: str
    what: str
    purpose: str | None
    result: str


LOOK = {
    "at": "2026-10-02T08:15:00Z",
    "who": "H-003",
    "role": "hr",
    "what": "GET /v1/employees/{employee_id:path}/risk",
    "purpose": "retention_conversation",
    "result": "released",
}


class AuditRow(Look):
    """A row of the audit; `hash` covers it and the previous row."""

    id: int
    request_id: str
    whom: str | None
    hash: str


class AuditPage(BaseModel):
    """A page of the audit, newest first."""

    model_config = example(
        rows=[{**LOOK, "id": 5119, "request_id": "walk-1", "whom": "E-1042", "hash": "1b9e…"}], next_cursor=5119
    )

    rows: list[AuditRow]
    next_cursor: int | None = Field(description="pass it as `cursor` for the next page; null on the last")
