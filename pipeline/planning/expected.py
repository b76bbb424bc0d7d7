"""Exits that are expected of a group, before and after a change, and what the model does not know about the difference.

Exits are sums of risks at the model's horizon. Two things make the difference uncertain: the level of a period, which
shifts everyone's log-odds alike (`Choice.level_sd`), and the model itself, whose two parts, a regression and trees, put
different sizes on the same change. The range takes both as independent and normal. It is not the range of how many
people happen to leave, and it does not say that the association is an effect.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.judgement.figures import Bounded
from pipeline.model.blend import Blend
from pipeline.model.calibration import risk_of
from pipeline.model.selection import mixed

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NORMAL_90: Final = 1.644854
"""The standard normal's quantile for a two-sided interval of 90 %."""


@dataclass(frozen=True)
class LogOdds:
    """Served log-odds (n,): of the blend, and of each part with the blend's calibration."""

    blend: Floats
    parts: tuple[Floats, ...]

    @property
    def risk(self) -> Floats:
        """Served risks (n,)."""
        return risk_of(self.blend)

    def changed(self, rows: Bools, new: "LogOdds") -> "LogOdds":
        """The same, with those of `rows` replaced."""
        mine, theirs = (self.blend, *self.parts), (new.blend, *new.parts)
        blend, *parts = (_replaced(old, rows, each) for old, each in zip(mine, theirs, strict=True))
        return LogOdds(blend, tuple(parts))


def log_odds_of(blend: Blend, table: pl.DataFrame) -> LogOdds:
    """The log-odds of a table with a column for each feature of the model."""
    matrix, line = blend.encoding(table), blend.choice.line
    parts = blend.linear.log_odds(matrix), blend.trees.log_odds(matrix)
    return LogOdds(line(mixed(blend.choice.weight, *parts)), tuple(map(line, parts)))


@dataclass(frozen=True)
class Exits:
    """Of each group (groups,): expected exits before, exits avoided, and how far the level of a period, and the
    disagreement of the model's parts, would move the exits avoided (both one standard deviation, with their sign).
    """

    before: Floats
    avoided: Floats
    by_level: Floats
    by_part: Floats

    def over(self, groups: Bools) -> tuple[float, Bounded]:
        """Exits before, and exits avoided with the 90 % range, over several groups. Both deviations are those of one
        model, so they add up over groups before they are squared.
        """
        sd = float(np.hypot(self.by_level[groups].sum(), self.by_part[groups].sum()))
        value = float(self.avoided[groups].sum())
        return float(self.before[groups].sum()), Bounded(value, value - NORMAL_90 * sd, value + NORMAL_90 * sd)


def exits_of(before: LogOdds, after: LogOdds, group: Ints, groups: int, level_sd: float) -> Exits:
    """The exits of each group; `group` (n,) is everyone's, 0, 1, 2 ...

    by_level = (avoided at a level one `level_sd` higher − one lower) / 2; by_part = (avoided by the regression − by the
    trees) / 2.
    """

    def avoided(then: Floats, now: Floats, shift: float = 0.0) -> Floats:
        return summed(risk_of(then + shift) - risk_of(now + shift), group, groups)

    at_levels = [avoided(before.blend, after.blend, sign * level_sd) for sign in (1, -1)]
    by_parts = [avoided(then, now) for then, now in zip(before.parts, after.parts, strict=True)]
    return Exits(
        before=summed(risk_of(before.blend), group, groups),
        avoided=avoided(before.blend, after.blend),
        by_level=(at_levels[0] - at_levels[1]) / 2,
        by_part=(by_parts[0] - by_parts[1]) / 2,
    )


def summed(values: Floats, group: Ints, groups: int) -> Floats:
    """Sums of the values by group."""
    return np.asarray(np.bincount(group, values, groups))


def _replaced(old: Floats, rows: Bools, new: Floats) -> Floats:
    values = old.copy()
    values[rows] = new
    return values
