"""What people, and managers who answer to lists, say is wrong with the data: for HR to look at and to correct."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, select

from pipeline.store.reading import Published
from pipeline.store.schema import CONTEST, LIST_ANSWER, SCORE

DATA_GROUNDS = ("wrong", "outdated")
"""Why a manager disagrees where the data, and not the judgement, is what is wrong."""


@dataclass(frozen=True)
class ContestedData:
    """A person whose data somebody contests; `ground` as the person or the manager chose it."""

    at: datetime
    employee_id: str
    by: Literal["person", "manager"]
    ground: str
    feature: str | None


def contested(connection: Connection, published: Published) -> list[ContestedData]:
    """Of everyone who is scored in a publication, newest first: their own contests, and answers that disagree because
    the data is wrong or outdated. A later answer to the same month takes an earlier one back.
    """
    scored = select(SCORE.c.employee_id).where(SCORE.c.publication_id == published.id)
    own = connection.execute(
        select(CONTEST.c.at, CONTEST.c.employee_id, CONTEST.c.ground, CONTEST.c.feature).where(
            CONTEST.c.employee_id.in_(scored)
        )
    )
    answers = connection.execute(
        select(LIST_ANSWER)
        .where(LIST_ANSWER.c.source == published.source, LIST_ANSWER.c.employee_id.in_(scored))
        .order_by(LIST_ANSWER.c.id)
    )
    last = {(row.employee_id, row.month): row for row in answers}
    found = [ContestedData(row.at, row.employee_id, "person", row.ground, row.feature) for row in own]
    found += [
        ContestedData(row.at, row.employee_id, "manager", row.because, None)
        for row in last.values()
        if row.outcome == "disagree" and row.because in DATA_GROUNDS
    ]
    return sorted(found, key=lambda each: (each.at, each.employee_id), reverse=True)
