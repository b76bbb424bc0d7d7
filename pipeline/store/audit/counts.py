"""How often each role looked at people, by month and purpose: for those who watch over the system and see nobody."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, extract, func, select

from pipeline.store.schema import AUDIT

LEAST_LOOKS: Final = 10
"""The fewest looks that are counted: a smaller number could be about one person."""

_SHOWN: Final = ("released", "mailed", "answered")


@dataclass(frozen=True)
class Looks:
    """How many times people were shown to a role for a purpose in a month; `times` is None below `LEAST_LOOKS`."""

    month: str
    role: str
    purpose: str | None
    times: int | None


def looks_since(connection: Connection, since: datetime) -> list[Looks]:
    """The looks from a moment on, newest month first. Each person in an answer counts as one look.

    There are no totals, so that a number that is not shown cannot be worked out from the others.
    """
    year, month = extract("year", AUDIT.c.at), extract("month", AUDIT.c.at)
    columns = (year, month, AUDIT.c.role, AUDIT.c.purpose)
    rows = connection.execute(
        select(*columns, func.count())
        .where(AUDIT.c.at >= since, AUDIT.c.whom.is_not(None), AUDIT.c.result.in_(_SHOWN))
        .group_by(*columns)
        .order_by(year.desc(), month.desc(), AUDIT.c.role, AUDIT.c.purpose)
    )
    return [
        Looks(f"{int(year):04}-{int(month):02}", role, purpose, times if times >= LEAST_LOOKS else None)
        for year, month, role, purpose, times in rows
    ]
