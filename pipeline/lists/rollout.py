"""The roll-out: a random part of the managers gets lists first, so that the effect of the lists can be measured.

A manager is allocated once, and the allocation is stored before any list is made.
"""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import polars as pl
from sqlalchemy import Connection, insert, select, update

from features.errors import BadInput, Finding
from pipeline.settings import Settings
from pipeline.store.erasure import erased_since, last_audit_row
from pipeline.store.operations.tables import SETTINGS_LEDGER
from pipeline.store.reading import Published, PublishedScores
from pipeline.store.schema import ROLLOUT
from pipeline.store.store import Store

TEAM_SIZES: Final = (4, 9)
"""Upper bounds of the team-size classes, in direct reports: up to 4, 5 to 9, 10 and more."""


@dataclass(frozen=True)
class Allocation:
    """Whether a manager gets lists in the months [from_month, until_month); without an end, `until_month` is None."""

    manager_id: str
    gets_lists: bool
    stratum: str
    share: float
    seed: int
    from_month: str
    until_month: str | None
    at: datetime

    def holds_in(self, month: str) -> bool:
        return self.from_month <= month and (self.until_month is None or month < self.until_month)


_COLUMNS: Final = [ROLLOUT.c[name] for name in Allocation.__dataclass_fields__]


def allocate(store: Store, settings: Settings, published: Published) -> list[Allocation]:
    """Allocate and store every manager of a month who has no allocation yet; returns all allocations of the source.

    With a share of 1 no manager is allocated, and a running roll-out ends with this month: from then on all managers
    get lists. Raises BadInput if the source was allocated with another seed.
    """
    with store.reading() as scores:
        known = allocations(scores.connection, published.source)
        teams = scores.teams(published)
        read_at = last_audit_row(scores.connection)
    if settings.rollout_share >= 1:
        _end(store, known, published)
    else:
        _require_one_seed(known, settings)
        new = _new_allocations(teams, {each.manager_id for each in known}, published, settings)
        _write(store, published, new, read_at)
    with store.reading() as scores:
        return allocations(scores.connection, published.source)


def allocations(connection: Connection, source: str) -> list[Allocation]:
    """All allocations of a source, ordered by manager_id."""
    query = select(*_COLUMNS).where(ROLLOUT.c.source == source).order_by(ROLLOUT.c.manager_id)
    return [Allocation(*row) for row in connection.execute(query)]


def waiting_managers(scores: PublishedScores, published: Published) -> set[str]:
    """Managers who get no list in that month: the control group and, while a roll-out runs, those not yet allocated."""
    running = [each for each in allocations(scores.connection, published.source) if each.holds_in(published.month)]
    if not running:
        return set()
    return scores.managers(published) - {each.manager_id for each in running if each.gets_lists}


def planned_months(connection: Connection, first_at: datetime, settings: Settings) -> int:
    """How many months of lists the roll-out was planned for when its first managers were allocated, from the ledger of
    settings: a later change does not move the end. The present setting if the ledger began later."""
    query = select(SETTINGS_LEDGER.c.after).where(
        SETTINGS_LEDGER.c.program == "commands", SETTINGS_LEDGER.c.setting == "rollout_months"
    )
    before = query.where(SETTINGS_LEDGER.c.at <= first_at).order_by(SETTINGS_LEDGER.c.id.desc())
    recorded = connection.execute(before).scalar()
    if recorded is None:
        recorded = connection.execute(query.order_by(SETTINGS_LEDGER.c.id)).scalar()
    return settings.rollout_months if recorded is None else int(recorded)


def assign(managers: pl.DataFrame, share: float, seed: int, salt: str) -> pl.DataFrame:
    """Adds `gets_lists` to rows of (manager_id, stratum): the same share of each stratum, drawn with the seed.

    Of n managers, ⌊share · n⌋ get lists, and one more with the probability of the remainder, so that the share holds
    on average in strata of any size. The order of rows does not matter. `salt` separates draws with the same seed.
    """
    drawn = []
    for (stratum,), group in sorted(managers.partition_by("stratum", as_dict=True).items()):
        digest = hashlib.sha256(f"{seed}\n{salt}\n{stratum}".encode()).digest()
        generator = random.Random(int.from_bytes(digest))  # noqa: S311
        ids = sorted(group["manager_id"])
        generator.shuffle(ids)
        number = int(share * len(ids) + generator.random())
        drawn += [(manager, stratum, position < number) for position, manager in enumerate(ids)]
    schema = {"manager_id": pl.String, "stratum": pl.String, "gets_lists": pl.Boolean}
    return pl.DataFrame(drawn, schema=schema, orient="row").sort("manager_id")


def strata(teams: pl.DataFrame) -> pl.DataFrame:
    """(manager_id, stratum) from `PublishedScores.teams`: the department of most reports, and the team-size class."""
    department = pl.col("department").drop_nulls().mode().sort().first().fill_null("unknown")
    small, middle = TEAM_SIZES
    size = (
        pl.when(pl.len() <= small)
        .then(pl.lit(f"up to {small}"))
        .when(pl.len() <= middle)
        .then(pl.lit(f"{small + 1} to {middle}"))
        .otherwise(pl.lit(f"{middle + 1} and more"))
    )
    return teams.group_by("manager_id").agg(stratum=pl.format("{}, {}", department, size)).sort("manager_id")


def _new_allocations(teams: pl.DataFrame, known: set[str], published: Published, settings: Settings) -> pl.DataFrame:
    new = strata(teams).filter(~pl.col("manager_id").is_in(list(known)))
    return assign(new, settings.rollout_share, settings.rollout_seed, f"{published.source}\n{published.month}").select(
        pl.lit(published.source).alias("source"),
        "manager_id",
        "gets_lists",
        "stratum",
        pl.lit(settings.rollout_share).alias("share"),
        pl.lit(settings.rollout_seed).alias("seed"),
        pl.lit(published.month).alias("from_month"),
    )


def _write(store: Store, published: Published, new: pl.DataFrame, read_at: int) -> None:
    """Write new rows. Two simultaneous runs draw the same allocation; the second finds nothing left to write.

    Managers who were erased since the teams were read are left out.
    """
    at = datetime.now(UTC)
    with store.changing() as connection:
        known = {each.manager_id for each in allocations(connection, published.source)}
        known |= erased_since(connection, read_at)
        rows = [row | {"at": at, "until_month": None} for row in new.to_dicts() if row["manager_id"] not in known]
        if rows:
            connection.execute(insert(ROLLOUT), rows)


def _end(store: Store, known: Sequence[Allocation], published: Published) -> None:
    if not any(each.until_month is None for each in known):
        return
    is_open = (ROLLOUT.c.source == published.source) & ROLLOUT.c.until_month.is_(None)
    with store.changing() as connection:
        connection.execute(update(ROLLOUT).where(is_open).values(until_month=published.month))


def _require_one_seed(known: Sequence[Allocation], settings: Settings) -> None:
    others = [each for each in known if each.until_month is None and each.seed != settings.rollout_seed]
    if others:
        rule = f"{len(others):,} managers were allocated with another seed"
        remedy = "Restore the earlier seed: a second draw would undo the first."
        raise BadInput(Finding(rule, "environment", "RETENTION_ROLLOUT_SEED", remedy=remedy))
