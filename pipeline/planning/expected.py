"""Exits that are expected of a group, before and after a change.

Exits are sums of risks at the model's horizon. Only what the change moves is computed again: the regression is a sum of
a curve per feature, so its difference is that of the curves of the features moved; the trees are evaluated again for
the people reached. `planning.uncertainty` says how well the difference is known.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.model.blend import Blend
from pipeline.model.calibration import risk_of
from pipeline.model.selection import mixed
from pipeline.planning.plan_levers import Applied, rows_of
from pipeline.planning.staff import Figures
from pipeline.planning.uncertainty import NOT_KNOWN, Uncertain

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def log_odds_after(blend: Blend, figures: Figures, after: Applied) -> Floats:
    """The served log-odds (n,) of everyone after the change."""
    reached = after.is_reached
    if not reached.any():
        return figures.log_odds
    old, new = rows_of(figures.encoded, reached), rows_of(after.table, reached)
    weight, slope = blend.choice.weight, blend.choice.line.slope
    curves = _of_curves(blend, old, new, after.moved)
    trees = blend.trees.log_odds(_matrix(new), threads=2) - figures.trees[reached]
    log_odds = figures.log_odds.copy()
    log_odds[reached] += slope * mixed(weight, curves, trees)
    return log_odds


def _of_curves(blend: Blend, before: pl.DataFrame, after: pl.DataFrame, moved: frozenset[str]) -> Floats:
    """The difference (n,) of the regression's log-odds, before calibration."""
    difference = np.zeros(before.height)
    for name, curve in zip(blend.encoding.names, blend.linear.curves, strict=True):
        if name in moved:
            difference += curve(_numbers(after[name])) - curve(_numbers(before[name]))
    return difference


def _numbers(column: pl.Series) -> Floats:
    return column.cast(pl.Float64).to_numpy()


def _matrix(table: pl.DataFrame) -> NDArray[np.float32]:
    """A row per person, in one piece of memory, as LightGBM reads it fastest."""
    return np.ascontiguousarray(table.cast(pl.Float32).to_numpy())


@dataclass(frozen=True)
class Exits:
    """Of each group (groups,): expected exits before, exits avoided, and how well the latter are known."""

    before: Floats
    avoided: Floats
    uncertain: Uncertain

    def over(self, groups: Bools) -> tuple[float, float, float]:
        """Exits before, exits avoided and the standard deviation of the latter, over several groups; NaN where that is
        not known.
        """
        return (
            float(self.before[groups].sum()),
            float(self.avoided[groups].sum()),
            self.uncertain.over(groups),
        )


def exits_of(before: Floats, after: Floats, group: Ints, groups: int, uncertain: Uncertain = NOT_KNOWN) -> Exits:
    """The exits of each group, from everyone's log-odds (n,); `group` (n,) is everyone's, 0, 1, 2 ..."""
    risk, then = risk_of(before), risk_of(after)
    return Exits(summed(risk, group, groups), summed(risk - then, group, groups), uncertain)


def summed(values: Floats, group: Ints, groups: int) -> Floats:
    """Sums of the values by group."""
    return np.asarray(np.bincount(group, values, groups))
