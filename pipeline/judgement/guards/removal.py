"""What the model loses without a feature and its copies, and without all features of a table or two.

Leaks cover for each other: of two columns that both hold the outcome, either can be removed at no cost. So copies are
removed together, and so are the features of a table, and of two tables.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from pipeline.model.blend import Blend
from pipeline.model.separation import rank_auc

Floats = NDArray[np.float64]

REMOVAL_LIMIT: Final = 0.08
"""Drop-column importance in AUC: no honest feature costs as much once the others can compensate."""
ALIKE: Final = 0.9
"""Features with at least this rank correlation are copies of each other and are removed together."""
TABLE_LIMITS: Final = (0.12, 0.18)
"""The cost in AUC of all features of one table, and of two. On two public data sets no table cost more than 0.05, a
leaking survey 0.16."""
CHANCE: Final = 1.64
"""Standard errors that a cost must lie beyond its limit (5 % on one side) in models without what was named: little
signal is left in them, and any feature may be the best of the rest."""
SEPARATES: Final = 0.80
"""A table is only suspect in a model that separates better than this: in a small source one honest table may hold all
that is known."""


@dataclass(frozen=True)
class Removal:
    """Test rows (n) that `blend` was not fitted on; `without` refits it without some features."""

    X: pl.DataFrame
    left: np.ndarray
    blend: Blend
    without: Callable[[Collection[str]], Blend]

    @cached_property
    def auc(self) -> float:
        return _auc_of(self.blend.log_odds(self.X), self.left)

    def shares(self) -> tuple[Floats, Floats]:
        """The log-odds (n,), and each feature's share of them (n, features)."""
        return self.blend.log_odds(self.X), self.blend.contributions(self.X)[1]

    def lacking(self, names: Collection[str]) -> "Removal":
        """The same test rows and a model without some features."""
        kept = [name for name in self.X.columns if name not in set(names)]
        return Removal(self.X.select(kept), self.left, self.without(names), lambda more: self.without({*names, *more}))


@dataclass(frozen=True)
class Costly:
    """Features, or the tables that they come from, without which the model loses `cost` in AUC."""

    features: tuple[str, ...]
    cost: float
    tables: tuple[str, ...] = ()


def costly_features(
    removals: Sequence[Removal], allowed: Iterable[str] = (), *, beyond_chance: bool = False
) -> list[Costly]:
    """Features whose drop-column importance is too high: removing one and its copies costs more than 0.08 of AUC.

    `beyond_chance`: by more than chance explains (`CHANCE`).

    The mean is over all test sets, because one with few exits is not enough: among 1,470 people overtime cost 0.091 of
    AUC on one fifth, but less than the limit on average over five. Models are refitted only without features whose
    share of the log-odds is worth that much AUC, since a refit costs less: the other features compensate.
    """
    exempt = set(allowed)
    units = [unit for unit in related(removals[0].X, ALIKE) if not exempt.intersection(unit)]
    worth = _worth(removals, units)
    limit = REMOVAL_LIMIT + (CHANCE * _standard_error(removals) if beyond_chance else 0.0)
    found = []
    for unit, cost in zip(units, worth, strict=True):
        if cost > limit and (lost := _lost(removals, unit)) > limit:
            found.append(Costly(tuple(unit), lost))
    return found


def costly_tables(
    removals: Sequence[Removal], table_of: Mapping[str, str], allowed: Iterable[str] = ()
) -> Costly | None:
    """The tables without which the model loses too much AUC: one, or two that cover for each other.

    The table whose features' shares are worth most is removed first, then the worthiest in the model without it. None
    for a source without tables: a few honest columns may hold all that is known.
    """
    exempt, units = set(allowed), dict[str, list[str]]()
    for name in removals[0].X.columns:
        if name in table_of and name not in exempt:
            units.setdefault(table_of[name], []).append(name)
    if _mean_auc(removals) <= SEPARATES or not _could_cost(removals, units):
        return None
    removed: list[str] = []
    now = list(removals)
    for limit in TABLE_LIMITS[: len(units)]:
        rest = [unit for unit in units if unit not in removed]
        worth = _worth(now, [units[unit] for unit in rest])
        removed.append(rest[int(np.argmax(worth))])
        features = [name for unit in removed for name in units[unit]]
        if len(features) == removals[0].X.width:
            return None
        now = [removal.lacking(features) for removal in removals]
        cost = _mean_auc(removals) - _mean_auc(now)
        if cost > limit:
            return Costly(tuple(features), cost, tuple(removed))
    return None


def _could_cost(removals: Sequence[Removal], units: Mapping[str, Collection[str]]) -> bool:
    """Whether the shares of the worthiest units are worth more than a limit; a refit without them loses less."""
    worth = dict(zip(units, _worth(removals, list(units.values())), strict=True))
    order = sorted(units, key=lambda unit: -worth[unit])
    firsts = [[name for unit in order[:number] for name in units[unit]] for number in range(1, len(TABLE_LIMITS) + 1)]
    return any(cost > limit for cost, limit in zip(_worth(removals, firsts), TABLE_LIMITS, strict=True))


def _standard_error(removals: Sequence[Removal]) -> float:
    """Of the AUC of a figure without skill, on all test rows together (Mann and Whitney)."""
    left = np.concatenate([removal.left for removal in removals])
    leavers, stayers = int(left.sum()), int((~left).sum())
    return float(np.sqrt((leavers + stayers + 1) / (12 * leavers * stayers))) if leavers and stayers else np.inf


def _mean_auc(removals: Sequence[Removal]) -> float:
    return float(np.nanmean([removal.auc for removal in removals]))


def _lost(removals: Sequence[Removal], names: Collection[str]) -> float:
    """The mean AUC lost when the models are refitted without these features."""
    if len(names) == removals[0].X.width:
        return _mean_auc(removals) - 0.5
    return _mean_auc(removals) - _mean_auc([removal.lacking(names) for removal in removals])


def _worth(removals: Sequence[Removal], units: Sequence[Collection[str]]) -> list[float]:
    """The mean AUC lost without each unit's share of the log-odds; nothing is refitted."""
    lost = np.zeros((len(removals), len(units)))
    for row, removal in enumerate(removals):
        log_odds, shares = removal.shares()
        position = {name: at for at, name in enumerate(removal.blend.features)}
        whole = _auc_of(log_odds, removal.left)
        for column, unit in enumerate(units):
            of_unit = shares[:, [position[name] for name in unit]].sum(axis=1)
            lost[row, column] = whole - _auc_of(log_odds - of_unit, removal.left)
    return [float(each) for each in np.nanmean(lost, axis=0)]


def _auc_of(figures: np.ndarray, left: np.ndarray) -> float:
    """The AUC of figures (n,); NaN if nobody or everybody left."""
    return float(rank_auc(figures, left)) if 0 < left.sum() < len(left) else np.nan


def related(X: pl.DataFrame, alike: float) -> Iterator[list[str]]:
    """Groups of features that are nearly copies: rank correlation of at least `alike` in size, directly or in a chain.

    A feature without a copy is a group of its own. An unknown figure ranks in the middle, a category by its frequency.
    """
    if not X.width:
        return
    ranks = np.column_stack([_ranks(column) for column in X.iter_columns()])
    ranks -= ranks.mean(axis=0)
    spread = np.sqrt((ranks**2).sum(axis=0))
    size = np.abs(ranks.T @ ranks) / np.maximum(np.outer(spread, spread), 1e-12)
    _, group = connected_components(size >= alike, directed=False)
    for number in range(int(group.max()) + 1):
        yield [name for name, of in zip(X.columns, group, strict=True) if of == number]


def _ranks(values: pl.Series) -> Floats:
    numbers = values.to_frame().select(pl.len().over(values.name)).to_series() if values.dtype == pl.String else values
    ranks = numbers.cast(pl.Float64).fill_nan(None).rank()
    return ranks.fill_null(ranks.mean() or 0.0).to_numpy().astype(np.float64)
