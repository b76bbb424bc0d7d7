"""How well the exits that a change avoids are known, by what the model's log-odds may be wrong by.

The posterior of the model's weights (`model.posterior`) gives the errors of everyone's log-odds before and after the
change as sums of the same independent figures. Most of an error is the same before and after and cancels: what stays is
that of the columns that the change moves, and what the size of a risk does to a difference of log-odds. Exits avoided
are taken as linear in these errors, so their variance has a closed form (the delta method).

It is not the range of how many people happen to leave, and it does not say that the association is an effect.
"""

from dataclasses import dataclass
from math import nan
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.model.blend import Blend
from pipeline.model.calibration import risk_of
from pipeline.model.posterior import BEYOND, Posterior

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NORMAL_90: Final = 1.644854
"""The standard normal's quantile for a two-sided interval of 90 %."""
MOST_ROWS: Final = 10_000
"""People from whom the range is computed. A range needs no more: of larger groups an equal share is taken."""


@dataclass(frozen=True)
class Uncertain:
    """Of each group: how far each independent error of the model would move the exits avoided (groups, errors), and the
    variance of what is each person's own (groups,). None where the model does not know.
    """

    shared: Floats | None = None
    own: Floats | None = None

    def over(self, groups: Bools) -> float:
        """The standard deviation of the exits avoided in several groups together; NaN where it is not known. Groups
        have the model's errors in common, so these add up before they are squared.
        """
        if self.shared is None or self.own is None:
            return nan
        return float(np.sqrt((self.shared[groups].sum(axis=0) ** 2).sum() + self.own[groups].sum()))


NOT_KNOWN: Final = Uncertain()


@dataclass(frozen=True)
class Sides:
    """People before and after the change: their encoded figures, and their served log-odds (n,)."""

    figures: tuple[pl.DataFrame, pl.DataFrame]
    log_odds: tuple[Floats, Floats]

    def rows(self, at: Ints) -> "Sides":
        """Some of the people."""
        figures, log_odds = self.figures, self.log_odds
        return Sides((figures[0][at], figures[1][at]), (log_odds[0][at], log_odds[1][at]))


def uncertain_of(blend: Blend, sides: Sides, reached: Bools, group: Ints, groups: int) -> Uncertain:
    """In `groups` groups; `group` (n,) is each person's. Of people who are not reached nothing changes."""
    if blend.posterior is None:
        return NOT_KNOWN
    rows, factor = _sample(np.flatnonzero(reached), group, groups)
    group, some = group[rows], sides.rows(rows)
    slopes = [factor * risk * (1 - risk) for risk in map(risk_of, some.log_odds)]
    shared = _by_weights(blend.posterior, some, slopes, group, groups)
    level = (blend.posterior.level + blend.choice.level_sd**2) ** 0.5
    of_level = level * np.bincount(group, slopes[0] - slopes[1], groups)
    own = BEYOND * np.bincount(group, (slopes[0] ** 2 + slopes[1] ** 2) / factor, groups)
    return Uncertain(np.column_stack([shared, of_level]), np.asarray(own))


def _by_weights(posterior: Posterior, sides: Sides, slopes: list[Floats], group: Ints, groups: int) -> Floats:
    """What the posterior's independent errors do to each group: (groups, columns)."""
    sums = []
    for name, basis in zip(sides.figures[0].columns, posterior.bases, strict=True):
        now, then = (figures[name].cast(pl.Float64).to_numpy() for figures in sides.figures)
        if np.array_equal(now, then, equal_nan=True):
            sums += [np.bincount(group, (slopes[0] - slopes[1]) * each, groups) for each in basis.columns(now)]
            continue
        pairs = zip(basis.columns(now), basis.columns(then), strict=True)
        sums += [np.bincount(group, slopes[0] * old - slopes[1] * new, groups) for old, new in pairs]
    away = np.bincount(group, slopes[0] - slopes[1], groups)
    columns = np.column_stack(sums) - away[:, None] * posterior.origin
    return np.asarray(columns @ posterior.root)


def _sample(rows: Ints, group: Ints, groups: int) -> tuple[Ints, Floats]:
    """Some of the rows, evenly of each group, about `MOST_ROWS` at most; and how many people each stands for."""
    most = max(MOST_ROWS // max(groups, 1), 1)
    people = np.bincount(group[rows], minlength=groups)
    ordered = rows[np.argsort(group[rows], kind="stable")]
    place = np.arange(len(rows)) - np.repeat(np.cumsum(people) - people, people)
    step = np.maximum(people // most, 1)[group[ordered]]
    some = ordered[place % step == 0]
    taken = np.bincount(group[some], minlength=groups)
    return some, (people / np.maximum(taken, 1))[group[some]]
