"""The levers of a plan, and what they move for everyone of a table.

A threshold (a floor or a cap) moves only the people on its wrong side; it has few steps (`pipeline.planning.ladders`).
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.catalogue.feature import Feature
from pipeline.planning.ladders import LADDERS
from pipeline.planning.services import RATING, SHARE
from pipeline.scoring import levers

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

DAYS_A_WEEK: Final = 5


@dataclass(frozen=True)
class PlanLevers:
    """The change; None or False leaves a side of working life as it is. The order is that in which they are applied.

    raise_percent: of everyone's base pay. overtime_hours_at_most: a month. remote_days_at_least: a week.
    team_size_at_most: people under one manager. service_rating_at_least: of the services that people receive;
    provider_rating_at_least: of those from one department, on average (`planning.services`).
    """

    raise_percent: float | None = None
    pay_at_least_percent_of_market: float | None = None
    promotion: bool = False
    overtime_hours_at_most: float | None = None
    remote_days_at_least: float | None = None
    team_size_at_most: float | None = None
    service_rating_at_least: float | None = None
    provider_rating_at_least: float | None = None

    @property
    def pulled(self) -> tuple[str, ...]:
        """The names of the levers that change something."""
        unused = PlanLevers()
        names = (each.name for each in fields(self))
        return tuple(name for name in names if getattr(self, name) != getattr(unused, name))

    def milder(self, name: str) -> list["PlanLevers"]:
        """The same levers with a milder step of one threshold, the mildest first."""
        steps = LADDERS.get(name, ())
        milder = steps[: steps.index(getattr(self, name))] if steps else ()
        return [PlanLevers(**{**asdict(self), name: step}) for step in milder]


@dataclass(frozen=True)
class Applied:
    """A table of people after the levers. `rise` (n,) is log(new pay / old pay); `reached` holds for each lever whom it
    reaches (n,). `moved`: the features of the model that the levers move.
    """

    table: pl.DataFrame
    rise: Floats
    reached: Mapping[str, Bools]
    moved: frozenset[str]

    @property
    def is_reached(self) -> Bools:
        """Who is reached by any lever (n,)."""
        return np.asarray(np.any(list(self.reached.values()), axis=0))

    def of(self, rows: Bools) -> "Applied":
        """Some of the people (n,)."""
        reached = {name: each[rows] for name, each in self.reached.items()}
        return replace(self, table=rows_of(self.table, rows), rise=self.rise[rows], reached=reached)


def rows_of(table: pl.DataFrame, rows: Bools) -> pl.DataFrame:
    """Some of the rows; the table itself, not a copy, if it is all of them."""
    return table if rows.all() else table.filter(rows)


_RISE: Final = "\x00rise"


def applied(table: pl.DataFrame, pulled: PlanLevers, features: Mapping[str, Feature]) -> Applied:
    """The people (a row each, a column per feature of the model) after all levers, one after another.

    Columns that are no feature, such as those of `planning.services`, are read and left out of the table after it.
    """
    after = table.with_columns(pl.lit(0.0).alias(_RISE))
    reached, moved = {}, set[str]()
    for name in pulled.pulled:
        lever = _LEVERS[name](float(getattr(pulled, name)))
        reached[name] = _reached(after, lever, features)
        after = _after(after, lever, features)
        moved |= lever.moves.keys() & features.keys()
    return Applied(after.drop(_RISE, RATING, SHARE, strict=False), after[_RISE].to_numpy(), reached, frozenset(moved))


def _reached(table: pl.DataFrame, lever: "_Lever", features: Mapping[str, Feature]) -> Bools:
    """Whom a lever reaches (n,): nobody, if the model reads no feature that it moves."""
    if not lever.moves.keys() & features.keys():
        return np.zeros(table.height, dtype=bool)
    found = levers.with_columns_of(table, [lever.reaches]).select(lever.reaches.fill_null(False).alias(_RISE))
    return np.broadcast_to(found.to_series().to_numpy(), table.height)


def _after(table: pl.DataFrame, lever: "_Lever", features: Mapping[str, Feature]) -> pl.DataFrame:
    """The table after one lever, which changes the people whom it reaches."""
    changes = [
        pl.when(lever.reaches).then(new).otherwise(pl.col(each)).alias(each)
        for each, new in levers.limited(lever.moves, features).items()
    ]
    changes.append(pl.col(_RISE) + pl.when(lever.reaches).then(lever.rise).otherwise(0.0))
    return levers.with_columns_of(table, changes).with_columns(changes).select(table.columns)


@dataclass(frozen=True)
class _Lever:
    """What a lever moves, for the people whom it reaches; where a figure is unknown it reaches nobody."""

    moves: levers.Moves
    reaches: pl.Expr = field(default_factory=lambda: pl.lit(True))
    rise: pl.Expr = field(default_factory=lambda: pl.lit(0.0))


def _raise(percent: float) -> _Lever:
    rise = pl.lit(math.log1p(percent / 100))
    return _Lever(levers.of_raise(rise), rise=rise)


def _to_market(percent: float) -> _Lever:
    gap = math.log(percent / 100) - pl.coalesce("pay_against_market_now", "pay_against_market")
    return _Lever(levers.of_raise(gap), gap > 0, gap)


def _promotion(_: float) -> _Lever:
    return _Lever(levers.of_promotion())


def _overtime_cap(hours: float) -> _Lever:
    share = levers.share_of_hours(hours)
    year = {"overtime_12m": pl.min_horizontal("overtime_12m", share)}
    return _Lever({**levers.of_overtime(share), **year}, pl.col("overtime_now") > share)


def _remote_days(days: float) -> _Lever:
    share = pl.lit(days / DAYS_A_WEEK)
    return _Lever(levers.of_remote_share(share), pl.col("remote_share_3m") < share)


def _team_size(people: float) -> _Lever:
    return _Lever({"team_size": pl.lit(people)}, pl.col("team_size") > people)


def _service_rating(rating: float) -> _Lever:
    return _Lever(levers.of_service_rating(pl.lit(rating)), pl.col("client_rating_12m") < rating)


def _provider_rating(rating: float) -> _Lever:
    gain = pl.col(SHARE) * (rating - pl.col(RATING))
    return _Lever(levers.of_service_gain(gain), (gain > 0) & pl.col("client_rating_12m").is_not_null())


_LEVERS: Final[Mapping[str, Callable[[float], _Lever]]] = {
    "raise_percent": _raise,
    "pay_at_least_percent_of_market": _to_market,
    "promotion": _promotion,
    "overtime_hours_at_most": _overtime_cap,
    "remote_days_at_least": _remote_days,
    "team_size_at_most": _team_size,
    "service_rating_at_least": _service_rating,
    "provider_rating_at_least": _provider_rating,
}
