"""People held out: they would be drawn a first offer if their manager did not wait in the roll-out.

They are what an action is compared with when the question is whether it helps at all. Rows are added, and deleted by
erasure and at the end of a period.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, insert, select

from features.contract.vocabulary import Driver
from pipeline.store.trials.tables import HELD_OUT


@dataclass(frozen=True)
class HeldOut:
    """That a person would first have been listed in a month, with the driver of the strongest reason; the manager got
    no list."""

    employee_id: str
    manager_id: str
    month: str
    driver: Driver
    at: datetime


_COLUMNS: Final = [HELD_OUT.c[name] for name in HeldOut.__dataclass_fields__]


def held_out(connection: Connection, source: str, employee_id: str | None = None) -> dict[str, HeldOut]:
    """Everyone held out, or one person, by employee_id and in its order."""
    query = select(*_COLUMNS).where(HELD_OUT.c.source == source).order_by(HELD_OUT.c.employee_id)
    if employee_id is not None:
        query = query.where(HELD_OUT.c.employee_id == employee_id)
    return {row.employee_id: HeldOut(*row) for row in connection.execute(query)}


def store_held_out(connection: Connection, source: str, people: Sequence[HeldOut]) -> None:
    """Add people who are not held out yet."""
    if people:
        connection.execute(insert(HELD_OUT), [asdict(each) | {"source": source} for each in people])
