"""Draws the first offers of a month and records them before any list of the month is written or sent.

While a roll-out runs, those who would be listed by a manager who waits are recorded too: they are offered nothing, so
an action can be compared with that (`against_nothing`).
"""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

import polars as pl
from sqlalchemy import Connection

from features.errors import BadInput, Finding
from pipeline.language.actions import actions
from pipeline.lists.offers.draw import draw
from pipeline.lists.risk_list import risk_lists
from pipeline.lists.rollout import planned_months, waiting_managers
from pipeline.lists.trial.comparison import Plan
from pipeline.settings import Settings
from pipeline.store.audit import audit
from pipeline.store.erasure import erased_since, last_audit_row
from pipeline.store.reading import Published, PublishedScores
from pipeline.store.store import Store
from pipeline.store.trials.first_offers import FirstOffer, first_offers, store_first_offers
from pipeline.store.trials.held_out import HeldOut, held_out, store_held_out

COMMAND: Final = "first offers"


def draw_first_offers(store: Store, settings: Settings, published: Published) -> int:
    """Draw and store a first offer for everyone on a list of the month who has none; returns their number. Also store
    whom first offers are held out from.

    Nothing is drawn unless the settings ask for it, for a month before the current one, whose exits may be known,
    or after the planned months. People without a reason that
    a manager can act on have no first offer and are not held out. Raises BadInput if earlier ones were drawn with
    another seed.
    """
    if not settings.first_offers:
        return 0
    with store.reading() as scores:
        if published != scores.newest(published.source):
            return 0
        known = first_offers(scores.connection, published.source)
        plan = plan_of(scores.connection, known.values(), settings)
        people = _people(scores, published, settings).filter(~pl.col("employee_id").is_in(list(known)))
        earlier = list(held_out(scores.connection, published.source))
        read_at = last_audit_row(scores.connection)
    _require_one_seed(known.values(), settings)
    if plan and plan.number(published.month) > plan.months:
        return 0
    keys = {driver: [action.key for action in each] for driver, each in actions().items()}
    on_lists, waiting = people.filter(~pl.col("waits")), people.filter("waits")
    drawn = draw(on_lists, keys, settings.rollout_seed, f"{published.source}\n{published.month}")
    new = waiting.filter(~pl.col("employee_id").is_in(earlier)).drop("waits")
    return _write(store, published, drawn, new, settings.rollout_seed, read_at)


def plan_of(connection: Connection, offers: Collection[FirstOffer], settings: Settings) -> Plan | None:
    """The planned months, as the ledger of settings had them at the first draw; None before it."""
    if not offers:
        return None
    months = planned_months(connection, min(each.at for each in offers), settings)
    return Plan(min(each.month for each in offers), months)


def _people(scores: PublishedScores, published: Published, settings: Settings) -> pl.DataFrame:
    """employee_id, manager_id, driver, waits: everyone who stands out, with the driver of the strongest reason, and
    whether their manager waits in the roll-out and so gets no list."""
    waiting = waiting_managers(scores, published)
    rows = [
        (entry.employee_id, each.manager_id, entry.reasons[0].driver, each.manager_id in waiting)
        for each in risk_lists(scores, published, settings.list_rules)
        for entry in each.entries
        if entry.reasons
    ]
    columns = dict.fromkeys(("employee_id", "manager_id", "driver"), pl.String)
    return pl.DataFrame(rows, schema={**columns, "waits": pl.Boolean}, orient="row")


def _write(
    store: Store, published: Published, drawn: pl.DataFrame, waiting: pl.DataFrame, seed: int, read_at: int
) -> int:
    """Write new rows, with a row of the audit. Two simultaneous runs draw the same; the second finds nothing to write.

    People who were erased since the lists were read are left out.
    """
    at, month = datetime.now(UTC), published.month
    with store.changing() as connection:
        erased = erased_since(connection, read_at)
        known, held = first_offers(connection, published.source), held_out(connection, published.source)
        offers = [FirstOffer(**row, month=month, seed=seed, at=at) for row in _others(drawn, erased | known.keys())]
        without = [HeldOut(**row, month=month, at=at) for row in _others(waiting, erased | held.keys())]
        store_first_offers(connection, published.source, offers)
        store_held_out(connection, published.source, without)
        if offers or without:
            audit.append(connection, [_audit_row(at)])
    return len(offers)


def _others(people: pl.DataFrame, left_out: Collection[str]) -> list[dict[str, Any]]:
    """The rows of people who are not left out, and whose manager is not."""
    return [row for row in people.to_dicts() if not {row["employee_id"], row["manager_id"]} & set(left_out)]


def _audit_row(at: datetime) -> audit.AuditEntry:
    """That first offers were drawn: the row's place in the audit's chain proves that it was before the lists."""
    return audit.AuditEntry(at, uuid4().hex, COMMAND, "operator", COMMAND, whom=None, purpose=None, result="drawn")


def _require_one_seed(known: Collection[FirstOffer], settings: Settings) -> None:
    others = [each for each in known if each.seed != settings.rollout_seed]
    if others:
        rule = f"{len(others):,} first offers were drawn with another seed"
        remedy = "Restore the earlier seed: the draw was registered with it."
        raise BadInput(Finding(rule, "environment", "RETENTION_ROLLOUT_SEED", remedy=remedy))
