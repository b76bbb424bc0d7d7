"""A person's rights: to see what is held about them, and to contest it. `erasure` has the right to be forgotten."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection, Table, func, insert, select

from pipeline.store.audit import StoredEntry, page
from pipeline.store.schema import AUDIT, CONTEST, LIST_ANSWER, PUBLICATION, SCORE

Ground = Literal["wrong", "outdated", "not_about_me", "unfair", "objection"]
"""The value is wrong; outdated; about someone else; should not count; the person objects to being scored."""

ABOUT_PEOPLE: Final = (SCORE, LIST_ANSWER, CONTEST)
"""Every table whose rows are about one person (`employee_id`)."""

MOST_LOOKS: Final = 1_000
"""Most looks at a person that a receipt lists, latest first; `looks` counts all of them."""


@dataclass(frozen=True)
class HeldScore:
    """A score that is held about a person."""

    snapshot_date: date
    model_version: str
    horizon_months: int
    risk: float
    evidence: str
    publication_id: int


@dataclass(frozen=True)
class Contest:
    """A person's statement that something held about them is wrong."""

    at: datetime
    who: str
    employee_id: str
    ground: Ground
    feature: str | None
    statement: str


@dataclass(frozen=True)
class Held:
    """Everything held about a person, newest first; `looks` counts the audit rows, `looked` lists the latest."""

    scores: Sequence[HeldScore]
    answers: Sequence[Mapping[str, Any]]
    contests: Sequence[Contest]
    looks: int
    looked: Sequence[StoredEntry]

    @property
    def is_anything(self) -> bool:
        return bool(self.scores or self.answers or self.contests)


def held_of(connection: Connection, employee_id: str) -> Held:
    """What is held about a person, and who looked at it."""
    looks = select(func.count()).select_from(AUDIT).where(AUDIT.c.whom == employee_id)
    return Held(
        scores=_scores(connection, employee_id),
        answers=_rows(connection, LIST_ANSWER, employee_id),
        contests=[Contest(**row) for row in _rows(connection, CONTEST, employee_id)],
        looks=connection.execute(looks).scalar_one(),
        looked=page(connection, [AUDIT.c.whom == employee_id], None, MOST_LOOKS),
    )


def is_held(connection: Connection, employee_id: str) -> bool:
    """Whether the store holds a row about a person."""
    return any(
        connection.execute(select(table.c.employee_id).where(table.c.employee_id == employee_id).limit(1)).first()
        for table in ABOUT_PEOPLE
    )


def contest(connection: Connection, contested: Contest) -> int:
    """Store a contest; returns its id."""
    stored = connection.execute(insert(CONTEST).values(asdict(contested)).returning(CONTEST.c.id))
    return int(stored.scalar_one())


def _scores(connection: Connection, employee_id: str) -> list[HeldScore]:
    columns = [PUBLICATION.c[name] for name in ("snapshot_date", "model_version", "horizon_months")]
    rows = connection.execute(
        select(*columns, SCORE.c.risk, SCORE.c.evidence, SCORE.c.publication_id)
        .join(PUBLICATION, PUBLICATION.c.id == SCORE.c.publication_id)
        .where(SCORE.c.employee_id == employee_id)
        .order_by(SCORE.c.publication_id.desc())
    )
    return [HeldScore(**row) for row in rows.mappings()]


def _rows(connection: Connection, table: Table, employee_id: str) -> list[dict[str, Any]]:
    columns = [column for column in table.c if column.name != "id"]
    query = select(*columns).where(table.c.employee_id == employee_id).order_by(table.c.id.desc())
    return [dict(row) for row in connection.execute(query).mappings()]
