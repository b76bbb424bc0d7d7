"""Which people of a list were shown to a manager, from the audit: that is what opening a list leaves behind."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from pipeline.store.schema import AUDIT

OPENS_A_LIST: Final = ("GET /list", "GET /v1/lists/{month}")
"""What an opening is recorded as, on the page and by the API."""

_FEW: Final = 500
"""People whom one query can name: databases limit the number of parameters."""


def shown_on_lists(connection: Connection, people: Sequence[str], since: datetime) -> set[str]:
    """Those of the people who were shown on a list to somebody in the role of a manager since a moment."""
    found: set[str] = set()
    for start in range(0, len(people), _FEW):
        query = select(AUDIT.c.whom).where(
            AUDIT.c.whom.in_(people[start : start + _FEW]),
            AUDIT.c.at >= since,
            AUDIT.c.role == "manager",
            AUDIT.c.what.in_(OPENS_A_LIST),
            AUDIT.c.result == "released",
        )
        found.update(connection.execute(query.distinct()).scalars())
    return found
