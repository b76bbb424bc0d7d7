"""Hire cohorts: who left within 90 days and within a year, and how many are still employed."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl

from features.calendar import DAYS_A_MONTH
from pipeline.disclosure import LEAST_PEOPLE
from pipeline.disclosure.leaving import LEAST_LEAVERS
from pipeline.turnover.report import Checkpoint, CohortRow
from pipeline.turnover.retention.curve import Curve, retention_curve
from pipeline.turnover.staff.stays import KINDS

CHECKPOINTS: Final = (3, 6, 12, 18, 24, 36, 48, 60)
"""Months since the hire at which a curve is shown."""
FIRST_DAYS: Final = 90
FIRST_YEAR_DAYS: Final = 365


def cohort_rows(stays: pl.DataFrame) -> tuple[CohortRow, ...]:
    """A row for everyone, and one for each year of hires in the observed period; small ones have only their name.

    The curve of everyone includes people whom the source observes from some time after the hire: they count from then
    on. First-90-day and first-year exits count people who are observed from the hire.
    """
    timed = stays.with_columns(
        start=(pl.col("entry") - pl.col("hire_date")).dt.total_days(),
        time=(pl.col("end") - pl.col("hire_date")).dt.total_days() + 1,
        cohort=pl.col("hire_date").dt.year(),
    )
    hired = timed.filter("is_hire")
    last_day = stays["end"].max()
    by_year = [
        _cohort(str(key[0]), part, part, last_day)
        for key, part in sorted(hired.partition_by("cohort", as_dict=True).items())
    ]
    return (_cohort(None, hired, timed, last_day), *by_year)


def _cohort(name: str | None, hired: pl.DataFrame, observed: pl.DataFrame, last_day: object) -> CohortRow:
    if hired.height < LEAST_PEOPLE:
        return CohortRow(name)
    left_90, followed_90 = _early(hired, FIRST_DAYS, last_day)
    left_year, followed_year = _early(hired, FIRST_YEAR_DAYS, last_day)
    return CohortRow(name, hired.height, followed_90, left_90, followed_year, left_year, _checkpoints(observed))


def _early(hired: pl.DataFrame, days: int, last_day: object) -> tuple[int | None, int | None]:
    """Who left within that many days of the hire, and who was followed for that long; None for too few."""
    follows = (pl.lit(last_day) - pl.col("hire_date")).dt.total_days() + 1 >= days
    followed = hired.filter(follows)
    if followed.height < LEAST_PEOPLE:
        return None, None
    return followed.filter(pl.col("kind").is_not_null(), pl.col("time") <= days).height, followed.height


def _checkpoints(observed: pl.DataFrame) -> tuple[Checkpoint, ...]:
    """The curve at the months at which enough people are observed; by kind where enough have left since the last."""
    entry, time = (observed[name].to_numpy().astype(float) for name in ("start", "time"))
    kind = observed["kind"].fill_null("").to_numpy().astype(str)
    curve = retention_curve(entry, time, kind, KINDS)
    points = [months for months in CHECKPOINTS if _at_risk(entry, time, months) >= LEAST_PEOPLE]
    return tuple(_with_kinds(curve, entry, time, kind, points))


def _with_kinds(
    curve: Curve, entry: np.ndarray, time: np.ndarray, kind: np.ndarray, points: Sequence[int]
) -> list[Checkpoint]:
    found, since = [], 0.0
    for months in points:
        days = months * DAYS_A_MONTH
        still_here, left = curve.at(days)
        exits = int(((kind != "") & (time > since) & (time <= days)).sum())
        later = int(((kind != "") & (time > days) & (time <= points[-1] * DAYS_A_MONTH)).sum())
        may = (exits == 0 or exits >= LEAST_LEAVERS) and (later == 0 or later >= LEAST_LEAVERS)
        since = days if may else since
        shares = {name: round(left[name], 4) for name in KINDS} if may else {}
        found.append(Checkpoint(months, _at_risk(entry, time, months), round(still_here, 4), **shares))
    return found


def _at_risk(entry: np.ndarray, time: np.ndarray, months: int) -> int:
    days = months * DAYS_A_MONTH
    return int(((entry < days) & (time >= days)).sum())
