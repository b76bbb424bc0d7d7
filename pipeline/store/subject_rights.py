"""A person's rights: to see what is held about them, and to contest it. `erasure` has the right to be forgotten."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, insert

from pipeline.store.schema import CONTEST

Ground = Literal["wrong", "outdated", "not_about_me", "unfair", "objection"]
"""The value is wrong; outdated; about someone else; should not count; the person objects to being scored."""


@dataclass(frozen=True)
class Contest:
    """A person's statement that something held about them is wrong."""

    at: datetime
    who: str
    employee_id: str
    ground: Ground
    feature: str | None
    statement: str
    source: str = ""
    """Empty where it is unknown; then the contest counts for every source."""


def contest(connection: Connection, contested: Contest) -> int:
    """Store a contest; returns its id."""
    stored = connection.execute(insert(CONTEST).values(asdict(contested)).returning(CONTEST.c.id))
    return int(stored.scalar_one())
