"""A person's rights: to see what is held about them, and to contest it. `erasure` has the right to be forgotten."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import Connection, insert, select

from pipeline.store.schema import CONTEST, LIST_ANSWER, SCORE

Ground = Literal["wrong", "outdated", "not_about_me", "unfair", "objection"]
"""The value is wrong; outdated; about someone else; should not count; the person objects to being scored."""

ABOUT_PEOPLE: Final = (SCORE, LIST_ANSWER, CONTEST)
"""Every table whose rows are about one person (`employee_id`)."""


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


def is_held(connection: Connection, employee_id: str) -> bool:
    """Whether the store holds a row about a person, in any source."""
    return any(
        connection.execute(select(table.c.employee_id).where(table.c.employee_id == employee_id).limit(1)).first()
        for table in ABOUT_PEOPLE
    )


def contest(connection: Connection, contested: Contest) -> int:
    """Store a contest; returns its id."""
    stored = connection.execute(insert(CONTEST).values(asdict(contested)).returning(CONTEST.c.id))
    return int(stored.scalar_one())
