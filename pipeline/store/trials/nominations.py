"""Nominations: whom a manager would talk to, asked before the list of a month is shown. Never used for scoring."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, insert, or_, select

from pipeline.store.schema import AUDIT
from pipeline.store.trials.tables import NOMINATED, NOMINATION

MOST_NOMINATED: Final = 3
"""People whom a manager can name in a month."""

QUESTION: Final = "/nominations"
"""The page that asks: it shows the team without risks, so it does not count as a look at the list."""


@dataclass(frozen=True)
class Nomination:
    """A manager's answer in a month, and the people named; nobody if it `is_skipped`, or they were erased since."""

    month: str
    manager_id: str
    is_skipped: bool
    is_before_list: bool
    at: datetime
    people: frozenset[str] = frozenset()


@dataclass(frozen=True)
class NominatedBy:
    """That a manager named a person in a month."""

    month: str
    manager_id: str
    at: datetime


def store_nomination(connection: Connection, source: str, given: Nomination) -> None:
    """Add a manager's answer; there is one for each month."""
    row = {"source": source, "month": given.month, "manager_id": given.manager_id, "at": given.at}
    marks = {"is_skipped": given.is_skipped, "is_before_list": given.is_before_list}
    connection.execute(insert(NOMINATION).values(row | marks))
    if given.people:
        connection.execute(insert(NOMINATED), [row | {"employee_id": person} for person in sorted(given.people)])


def has_answered(connection: Connection, source: str, month: str, manager_id: str) -> bool:
    """Whether a manager has answered or skipped the question of a month."""
    is_it = (NOMINATION.c.source == source) & (NOMINATION.c.month == month) & (NOMINATION.c.manager_id == manager_id)
    return connection.execute(select(NOMINATION.c.at).where(is_it)).first() is not None


def nominations(connection: Connection, source: str, month: str) -> list[Nomination]:
    """All answers of a month, in order of the manager's id."""
    named: dict[str, set[str]] = {}
    is_month = (NOMINATED.c.source == source) & (NOMINATED.c.month == month)
    for row in connection.execute(select(NOMINATED.c.manager_id, NOMINATED.c.employee_id).where(is_month)):
        named.setdefault(row.manager_id, set()).add(row.employee_id)
    columns = [NOMINATION.c[name] for name in ("month", "manager_id", "is_skipped", "is_before_list", "at")]
    of_month = (NOMINATION.c.source == source) & (NOMINATION.c.month == month)
    rows = connection.execute(select(*columns).where(of_month).order_by(NOMINATION.c.manager_id))
    return [Nomination(**row, people=frozenset(named.get(row["manager_id"], ()))) for row in rows.mappings()]


def nominated_by(connection: Connection, source: str, employee_id: str) -> list[NominatedBy]:
    """By whom a person was named, newest first."""
    columns = [NOMINATED.c[name] for name in NominatedBy.__dataclass_fields__]
    is_theirs = (NOMINATED.c.source == source) & (NOMINATED.c.employee_id == employee_id)
    rows = connection.execute(select(*columns).where(is_theirs).order_by(NOMINATED.c.month.desc()))
    return [NominatedBy(*row) for row in rows]


def was_shown(connection: Connection, who: str, people: Sequence[str], since: datetime) -> bool:
    """Whether anything but the question itself has shown somebody one of these people since a moment, or a mail has
    named one of them to their manager."""
    is_look = (AUDIT.c.who == who) & (AUDIT.c.result == "released") & (AUDIT.c.what != f"GET {QUESTION}")
    query = select(AUDIT.c.id).where(
        AUDIT.c.whom.in_(people), AUDIT.c.at >= since, or_(is_look, AUDIT.c.result == "mailed")
    )
    return connection.execute(query.limit(1)).first() is not None
