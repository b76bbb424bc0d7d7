"""What became of a list: what was done about a person, or why nothing was. No free text, so nothing private gets in."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from sqlalchemy import Connection, insert, select

from features.contract.vocabulary import Driver
from pipeline.store.reading import Published
from pipeline.store.schema import LIST_ANSWER

Outcome = Literal["talked", "offered", "agreed", "acted", "not_needed", "already_known", "disagree", "left"]
"""Spoke with the person; offered something; agreed on it; changed something; no conversation is needed; knew it and is
at it; sees it differently (`because`); the person has left or will."""

OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)

DONE: Final[tuple[Outcome, ...]] = ("talked", "offered", "agreed", "acted")
"""The answers that say that something was done."""

Because = Literal["wrong", "outdated", "not_a_reason", "content", "other"]
"""Why somebody disagrees: the data is wrong; it was true once; it is true and no reason to leave; the person is
content; something else."""


@dataclass(frozen=True)
class ListAnswer:
    """What somebody answered about a person on a list; `drivers` are the sides of working life that were acted on."""

    at: datetime
    who: str
    employee_id: str
    outcome: Outcome
    drivers: Sequence[Driver]
    because: Because | None = None


def keep_answer(connection: Connection, published: Published, answer: ListAnswer) -> None:
    """Keep an answer to the list of a month; an earlier one of the same person and month stays, and counts no more."""
    row = asdict(answer) | {"drivers": list(answer.drivers), "source": published.source, "month": published.month}
    connection.execute(insert(LIST_ANSWER), [row])


def last_answers(connection: Connection, published: Published) -> dict[str, ListAnswer]:
    """The last answer about each person on the lists of a month, by employee_id."""
    columns = [LIST_ANSWER.c[name] for name in ListAnswer.__dataclass_fields__]
    rows = connection.execute(
        select(*columns)
        .where(LIST_ANSWER.c.source == published.source, LIST_ANSWER.c.month == published.month)
        .order_by(LIST_ANSWER.c.id)
    )
    return {row.employee_id: ListAnswer(*row) for row in rows}
