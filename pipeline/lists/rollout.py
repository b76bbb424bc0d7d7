"""Lists for a random part of the managers first, so that their effect can be measured: dealt once, written down before
any list is made, and kept to.
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
from pipeline.lists.risk_list import RiskList
from pipeline.settings import Settings
from pipeline.store.reading import Published, PublishedScores
from pipeline.store.schema import ROLLOUT
from pipeline.store.store import Store

TEAM_SIZES: Final = (4, 9)
"""Upper ends of the classes of direct reports: up to 4, 5 to 9, 10 and more."""


@dataclass(frozen=True)
class Dealt:
    """To which part a manager was dealt, for the months [from_month, until_month); None: it still lasts."""

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


_COLUMNS: Final = [ROLLOUT.c[name] for name in Dealt.__dataclass_fields__]


def deal(store: Store, settings: Settings, published: Published) -> list[Dealt]:
    """Deal every manager of a month who has not been dealt before, and write it down; gives all of the source.

    With a share of 1 nobody is dealt, and a roll-out that was under way ends with this month: from it on all get
    lists. Raises BadInput for another seed than the one the source was dealt with.
    """
    with store.reading() as scores:
        known = dealt(scores.connection, published.source)
        teams = scores.teams(published)
    if settings.rollout_share >= 1:
        _end(store, known, published)
    else:
        _require_one_seed(known, settings)
        new = _newly_dealt(teams, {each.manager_id for each in known}, published, settings)
        _keep(store, published, new)
    with store.reading() as scores:
        return dealt(scores.connection, published.source)


def dealt(connection: Connection, source: str) -> list[Dealt]:
    """Everyone who was dealt, in order of id."""
    query = select(*_COLUMNS).where(ROLLOUT.c.source == source).order_by(ROLLOUT.c.manager_id)
    return [Dealt(*row) for row in connection.execute(query)]


def rolled_out(scores: PublishedScores, published: Published, lists: Sequence[RiskList]) -> list[RiskList]:
    """The lists of managers who get one in that month; whoever was not dealt gets one."""
    waiting = waiting_managers(scores, published)
    return [each for each in lists if each.manager_id not in waiting]


def waiting_managers(scores: PublishedScores, published: Published) -> set[str]:
    """Managers who get no list in that month, so that the others can be held against them."""
    found = dealt(scores.connection, published.source)
    return {each.manager_id for each in found if not each.gets_lists and each.holds_in(published.month)}


def assign(managers: pl.DataFrame, share: float, seed: int, salt: str) -> pl.DataFrame:
    """Adds `gets_lists` to rows of (manager_id, stratum): in each stratum the same share, drawn by seed.

    Of n managers ⌊share · n⌋ get lists, and one more with the probability of what is left over, so that the share
    holds on average in strata of any size. The order of rows does not matter. `salt` parts draws of one seed.
    """
    drawn = []
    for (stratum,), group in sorted(managers.partition_by("stratum", as_dict=True).items()):
        whole = hashlib.sha256(f"{seed}\n{salt}\n{stratum}".encode()).digest()
        source = random.Random(int.from_bytes(whole))  # noqa: S311
        ids = sorted(group["manager_id"])
        source.shuffle(ids)
        number = int(share * len(ids) + source.random())
        drawn += [(manager, stratum, place < number) for place, manager in enumerate(ids)]
    schema = {"manager_id": pl.String, "stratum": pl.String, "gets_lists": pl.Boolean}
    return pl.DataFrame(drawn, schema=schema, orient="row").sort("manager_id")


def strata(teams: pl.DataFrame) -> pl.DataFrame:
    """(manager_id, stratum) of `PublishedScores.teams`: where most of the reports work, and how many they are."""
    place = pl.col("department").drop_nulls().mode().sort().first().fill_null("unknown")
    small, middle = TEAM_SIZES
    size = (
        pl.when(pl.len() <= small)
        .then(pl.lit(f"up to {small}"))
        .when(pl.len() <= middle)
        .then(pl.lit(f"{small + 1} to {middle}"))
        .otherwise(pl.lit(f"{middle + 1} and more"))
    )
    return teams.group_by("manager_id").agg(stratum=pl.format("{}, {}", place, size)).sort("manager_id")


def _newly_dealt(teams: pl.DataFrame, known: set[str], published: Published, settings: Settings) -> pl.DataFrame:
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


def _keep(store: Store, published: Published, new: pl.DataFrame) -> None:
    """Two runs at once deal alike, and the second finds everyone dealt."""
    at = datetime.now(UTC)
    with store.changing() as connection:
        there = {each.manager_id for each in dealt(connection, published.source)}
        rows = [row | {"at": at, "until_month": None} for row in new.to_dicts() if row["manager_id"] not in there]
        if rows:
            connection.execute(insert(ROLLOUT), rows)


def _end(store: Store, known: Sequence[Dealt], published: Published) -> None:
    if not any(each.until_month is None for each in known):
        return
    lasting = (ROLLOUT.c.source == published.source) & ROLLOUT.c.until_month.is_(None)
    with store.changing() as connection:
        connection.execute(update(ROLLOUT).where(lasting).values(until_month=published.month))


def _require_one_seed(known: Sequence[Dealt], settings: Settings) -> None:
    others = [each for each in known if each.until_month is None and each.seed != settings.rollout_seed]
    if others:
        rule = f"{len(others):,} managers were dealt with another seed"
        remedy = "Set it back: a second draw would undo the first."
        raise BadInput(Finding(rule, "environment", "RETENTION_ROLLOUT_SEED", remedy=remedy))
