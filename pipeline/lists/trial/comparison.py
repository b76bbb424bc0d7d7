"""The comparison of managers with lists and without, adjusted for the published risk, at each look of a roll-out.

Rows are people who would be listed: manager_id, gets_lists, left, risk, month (YYYY-MM of the first list they would be
on). `left` is regressed on `gets_lists` and the risk: the risk was published before, so it cannot carry the effect, and
the part of the exits that it explains is not noise. Managers were randomised, so errors are over managers.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from pipeline.judgement.statistics.cluster_regression import Coefficient, coefficient
from pipeline.judgement.statistics.figures import Bounded
from pipeline.judgement.statistics.sequential import ERROR, bounds

FEWEST_MANAGERS: Final = 20
"""In each part; with fewer the interval over managers is not reliable (Cameron and Miller, 2015)."""
FEWEST_EXITS: Final = 10
"""In both parts together; with fewer, the normal approximation does not hold."""
POWER: Final = 0.8
MONTHS_A_LOOK: Final = 3
"""A look at every month would widen the last interval by 4 %; between looks, the figures of the last one stand."""


@dataclass(frozen=True)
class Plan:
    """The months of lists that a roll-out was planned for, recorded before its first list. Later months do not count:
    the error that may be spent is spent by the last one."""

    first_month: str
    months: int

    def number(self, month: str) -> int:
        """1 for the first month; above `months` for months after the plan."""
        return _index(month) - _index(self.first_month) + 1

    def month(self, number: int) -> str:
        """YYYY-MM of a month by its number."""
        year, index = divmod(_index(self.first_month) + number - 2, 12)
        return f"{year}-{index + 1:02}"

    def within(self, rows: pl.DataFrame, months: int | None = None) -> pl.DataFrame:
        """The rows of its first `months`, by default of all its months."""
        last = self.month(self.months if months is None else months)
        return rows.filter(pl.col("month").is_between(pl.lit(self.first_month), pl.lit(last)))

    @property
    def ends(self) -> list[int]:
        """The months after which to look: every third, and the last."""
        return sorted({*range(MONTHS_A_LOOK, self.months, MONTHS_A_LOOK), self.months})


@dataclass(frozen=True)
class Look:
    """What the months of lists up to `month` show. The interval holds over all looks up to this.

    `difference` is the share who left with lists less the share without, at equal risk; `unadjusted` is without regard
    to the risk; `detectable` is the difference that as much data detects four times in five. `critical`: how many
    standard errors the interval of `difference` reaches on each side.
    """

    month: str
    difference: Bounded
    unadjusted: Bounded
    detectable: float
    critical: float

    @property
    def is_found(self) -> bool:
        """Whether the interval excludes zero."""
        return self.difference.low > 0 or self.difference.high < 0


def looks(rows: pl.DataFrame, plan: Plan, matured_until: str, error: float = ERROR) -> list[Look]:
    """The looks that are due once the month `matured_until` has matured, from the first with enough data. The intervals
    exclude the true difference with the probability `error` over all looks."""
    ends = [end for end in plan.ends if plan.month(end) <= matured_until]
    parts = [(end, plan.within(rows, end)) for end in ends]
    due = [(end, known) for end, known in parts if is_enough(known)]
    adjusted = [estimate(known, is_adjusted=True) for _, known in due]
    plain = [estimate(known, is_adjusted=False) for _, known in due]
    information = [1 / max(each.standard_error, _SMALLEST) ** 2 for each in adjusted]
    limits = bounds([end / plan.months for end, _ in due], information, error)
    months = [plan.month(end) for end, _ in due]
    return [_look(*each) for each in zip(months, adjusted, plain, limits, strict=True)]


_SMALLEST: Final = 1e-6
"""Stands for a standard error of zero, when no manager's people differ."""


def is_enough(rows: pl.DataFrame) -> bool:
    """Whether an interval over managers would be reliable."""
    return fewest_managers(rows) >= FEWEST_MANAGERS and int(rows["left"].sum()) >= FEWEST_EXITS


def fewest_managers(rows: pl.DataFrame) -> int:
    """The managers of the smaller part."""
    return min(rows.filter(pl.col("gets_lists") == gets)["manager_id"].n_unique() for gets in (True, False))


def estimate(rows: pl.DataFrame, is_adjusted: bool) -> Coefficient:
    """The difference between the parts; adjusted for the risk unless everyone has the same."""
    outcome, gets, risk = (rows[name].cast(pl.Float64).to_numpy() for name in ("left", "gets_lists", "risk"))
    columns = [np.ones_like(gets), gets]
    if is_adjusted and np.ptp(risk) > 0:
        columns.append(risk - risk.mean())
    return coefficient(outcome, np.column_stack(columns), rows["manager_id"].to_numpy(), which=1)


def _look(month: str, adjusted: Coefficient, plain: Coefficient, limit: float) -> Look:
    from scipy.stats import norm, t  # half a second to import, for which lists need not wait

    error = 2 * norm.sf(limit)
    critical = float(t.isf(error / 2, adjusted.freedom))
    return Look(
        month,
        difference=_interval(adjusted, critical),
        unadjusted=_interval(plain, float(t.isf(error / 2, plain.freedom))),
        detectable=(critical + float(norm.ppf(POWER))) * adjusted.standard_error,
        critical=critical,
    )


def _interval(figure: Coefficient, critical: float) -> Bounded:
    half = critical * figure.standard_error
    return Bounded(figure.value, figure.value - half, figure.value + half)


def _index(month: str) -> int:
    year, number = month.split("-")
    return int(year) * 12 + int(number)
