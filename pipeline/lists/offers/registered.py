"""Draws the first offers of a month and records them before any list of the month is written or sent."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

import polars as pl
from sqlalchemy import Connection

from features.errors import BadInput, Finding
from pipeline.language.actions import actions
from pipeline.lists.offers.draw import draw
from pipeline.lists.reach import lists_for_managers
from pipeline.lists.rollout import planned_months
from pipeline.lists.trial.comparison import Plan
from pipeline.settings import Settings
from pipeline.store.audit import audit
from pipeline.store.erasure import erased_since, last_audit_row
from pipeline.store.reading import Published, PublishedScores
from pipeline.store.store import Store
from pipeline.store.trials.first_offers import FirstOffer, first_offers, store_first_offers

COMMAND: Final = "first offers"


def draw_first_offers(store: Store, settings: Settings, published: Published) -> int:
    """Draw and store a first offer for everyone on a list of the month who has none; returns their number.

    Nothing is drawn unless the settings ask for it, for a month before the current one, whose exits may be known,
    or after the planned months. People without a reason that
    a manager can act on have no first offer, nor have those whose manager waits in the roll-out. Raises BadInput if
    earlier ones were drawn with another seed.
    """
    if not settings.first_offers:
        return 0
    with store.reading() as scores:
        if published != scores.newest(published.source):
            return 0
        known = first_offers(scores.connection, published.source)
        plan = plan_of(scores.connection, known.values(), settings)
        people = _people(scores, published, settings).filter(~pl.col("employee_id").is_in(list(known)))
        read_at = last_audit_row(scores.connection)
    _require_one_seed(known.values(), settings)
    if plan and plan.number(published.month) > plan.months:
        return 0
    keys = {driver: [action.key for action in each] for driver, each in actions().items()}
    drawn = draw(people, keys, settings.rollout_seed, f"{published.source}\n{published.month}")
    return _write(store, published, drawn, settings.rollout_seed, read_at)


def plan_of(connection: Connection, offers: Collection[FirstOffer], settings: Settings) -> Plan | None:
    """The planned months, as the ledger of settings had them at the first draw; None before it."""
    if not offers:
        return None
    months = planned_months(connection, min(each.at for each in offers), settings)
    return Plan(min(each.month for each in offers), months)


def _people(scores: PublishedScores, published: Published, settings: Settings) -> pl.DataFrame:
    """employee_id, manager_id, driver: everyone on a list, with the driver of the strongest reason."""
    rows = [
        (entry.employee_id, each.manager_id, entry.reasons[0].driver)
        for each in lists_for_managers(scores, published, settings.list_rules)
        for entry in each.entries
        if entry.reasons
    ]
    columns = ("employee_id", "manager_id", "driver")
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


def _write(store: Store, published: Published, drawn: pl.DataFrame, seed: int, read_at: int) -> int:
    """Write new rows, with a row of the audit. Two simultaneous runs draw the same; the second finds nothing to write.

    People who were erased since the lists were read are left out.
    """
    at = datetime.now(UTC)
    with store.changing() as connection:
        gone = erased_since(connection, read_at) | first_offers(connection, published.source).keys()
        offers = [
            FirstOffer(**row, month=published.month, seed=seed, at=at)
            for row in drawn.to_dicts()
            if not gone & {row["employee_id"], row["manager_id"]}
        ]
        if offers:
            store_first_offers(connection, published.source, offers)
            audit.append(connection, [_audit_row(at)])
    return len(offers)


def _audit_row(at: datetime) -> audit.AuditEntry:
    """That first offers were drawn: the row's place in the audit's chain proves that it was before the lists."""
    return audit.AuditEntry(at, uuid4().hex, COMMAND, "operator", COMMAND, whom=None, purpose=None, result="drawn")


def _require_one_seed(known: Collection[FirstOffer], settings: Settings) -> None:
    others = [each for each in known if each.seed != settings.rollout_seed]
    if others:
        rule = f"{len(others):,} first offers were drawn with another seed"
        remedy = "Restore the earlier seed: the draw was registered with it."
        raise BadInput(Finding(rule, "environment", "RETENTION_ROLLOUT_SEED", remedy=remedy))
