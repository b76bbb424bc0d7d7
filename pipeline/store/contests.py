"""Data that people contest, or managers in answers to lists, for HR to check and correct."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select

from pipeline.store.reading import Published, PublishedScores
from pipeline.store.schema import CONTEST, LIST_ANSWER

DATA_GROUNDS = ("wrong", "outdated")
"""Reasons for disagreeing that concern the data and not the assessment."""


@dataclass(frozen=True)
class ContestedData:
    """Contested data about a person; `ground` as the person or the manager chose it."""

    at: datetime
    employee_id: str
    by: Literal["person", "manager"]
    ground: str
    feature: str | None


def contested(scores: PublishedScores, published: Published) -> list[ContestedData]:
    """Contested data of everyone scored in a publication, newest first: people's own contests, and managers' answers
    that the data is wrong or outdated. A later answer for the same month replaces an earlier one.
    """
    scored = scores.people(published)
    own = scores.connection.execute(
        select(CONTEST.c.at, CONTEST.c.employee_id, CONTEST.c.ground, CONTEST.c.feature).where(
            CONTEST.c.employee_id.in_(scored), CONTEST.c.source.in_((published.source, ""))
        )
    )
    answers = scores.connection.execute(
        select(LIST_ANSWER)
        .where(LIST_ANSWER.c.source == published.source, LIST_ANSWER.c.employee_id.in_(scored))
        .order_by(LIST_ANSWER.c.id)
    )
    last = {(row.employee_id, row.month): row for row in answers}
    data = [ContestedData(row.at, row.employee_id, "person", row.ground, row.feature) for row in own]
    data += [
        ContestedData(row.at, row.employee_id, "manager", row.because, None)
        for row in last.values()
        if row.outcome == "disagree" and row.because in DATA_GROUNDS
    ]
    return sorted(data, key=lambda each: (each.at, each.employee_id), reverse=True)
