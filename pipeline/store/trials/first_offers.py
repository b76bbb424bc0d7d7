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


def first_offers(connection: Connection, source: str) -> dict[str, FirstOffer]:
    """The first offers of a source by employee_id, in order of id."""
    query = select(*_COLUMNS).where(FIRST_OFFER.c.source == source).order_by(FIRST_OFFER.c.employee_id)
    return {row.employee_id: FirstOffer(*row) for row in connection.execute(query)}


def first_offer_of(connection: Connection, source: str, employee_id: str) -> FirstOffer | None:
    """The first offer of one person."""
    is_theirs = (FIRST_OFFER.c.source == source) & (FIRST_OFFER.c.employee_id == employee_id)
    row = connection.execute(select(*_COLUMNS).where(is_theirs)).one_or_none()
    return None if row is None else FirstOffer(*row)


def store_first_offers(connection: Connection, source: str, offers: Sequence[FirstOffer]) -> None:
    """Add first offers of people who have none."""
    if offers:
        connection.execute(insert(FIRST_OFFER), [asdict(each) | {"source": source} for each in offers])
