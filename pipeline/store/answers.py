"""Answers to lists: what was done about a person, or why nothing. No free text, so nothing private is stored."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from sqlalchemy import Connection, insert, select

from features.contract.vocabulary import Driver
from pipeline.store.reading import Published
from pipeline.store.schema import LIST_ANSWER, SCORE

Outcome = Literal["talked", "offered", "agreed", "acted", "not_needed", "already_known", "disagree", "left"]
"""Spoke with the person; offered something; agreed on it; changed something; no conversation is needed; already known
and in hand; disagrees (`because`); the person has left or will leave."""

OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)

DONE: Final[tuple[Outcome, ...]] = ("talked", "offered", "agreed", "acted")
"""The answers after which something was done."""

Because = Literal["wrong", "outdated", "not_a_reason", "content", "other"]
"""Why someone disagrees: the data is wrong; it is outdated; it is true but no reason to leave; the person is content;
something else."""


@dataclass(frozen=True)
class ListAnswer:
    """One answer about a person on a list; `drivers` are those that were acted on, `action` is what was done
    (`pipeline.language.actions`)."""

    at: datetime
    who: str
    employee_id: str
    outcome: Outcome
    drivers: Sequence[Driver]
    because: Because | None = None
    action: str | None = None


def store_answer(connection: Connection, published: Published, answer: ListAnswer) -> None:
    """Store an answer to the list of a month, with the person's manager of that month.

    It supersedes earlier answers about the same person and month.
    """
    is_person = (SCORE.c.publication_id == published.id) & (SCORE.c.employee_id == answer.employee_id)
    manager = connection.execute(select(SCORE.c.manager_id).where(is_person)).scalar()
    row = asdict(answer) | {"drivers": list(answer.drivers), "source": published.source, "month": published.month}
    row |= {"manager_id": manager}
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
