"""First offers: which action was drawn for whom. Rows are added, and deleted by erasure and at the end of a period."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, insert, select

from features.contract.vocabulary import Driver
from pipeline.store.trials.tables import FIRST_OFFER


@dataclass(frozen=True)
class FirstOffer:
    """The action that a list suggests first for a person, drawn for the person's strongest `driver` in a month."""

    employee_id: str
    manager_id: str
    month: str
    driver: Driver
    action: str
    seed: int
    at: datetime


_COLUMNS: Final = [FIRST_OFFER.c[name] for name in FirstOffer.__dataclass_fields__]


_FEW: Final = 500
"""People whom one query can name: databases limit the number of parameters."""


def first_offers(
    connection: Connection, source: str, employee_ids: Sequence[str] | None = None
) -> dict[str, FirstOffer]:
    """The first offers of these people, or of all, by employee_id and in its order."""
    query = select(*_COLUMNS).where(FIRST_OFFER.c.source == source).order_by(FIRST_OFFER.c.employee_id)
    if employee_ids is not None and len(employee_ids) <= _FEW:
        query = query.where(FIRST_OFFER.c.employee_id.in_(employee_ids))
    return {row.employee_id: FirstOffer(*row) for row in connection.execute(query)}


def store_first_offers(connection: Connection, source: str, offers: Sequence[FirstOffer]) -> None:
    """Add first offers of people who have none."""
    if offers:
        connection.execute(insert(FIRST_OFFER), [asdict(each) | {"source": source} for each in offers])
