"""The exits that a model expects, against those that ever happened: out of time, and among the people scored now.

A leak that shows only among today's people is invisible out of time. An export of "last review", say, holds a recent
review for everyone still here and an old one for everyone who left; of today's people it makes leavers of most.
"""

from typing import Protocol

import numpy as np
import polars as pl

from pipeline.dataset.material import Material
from pipeline.dataset.rows import Dataset
from pipeline.judgement.backtest import Backtest
from pipeline.judgement.reporting.report import ExpectedExits
from pipeline.judgement.statistics.figures import UNDEFINED, Bounded
from pipeline.judgement.statistics.resampling import RESAMPLES, drawn_sums, percentile_interval
from pipeline.judgement.statistics.score_intervals import share_interval


class GivesRisk(Protocol):
    """A model that was fitted on all matured rows: the blend, or an estimator."""

    def risk(self, features: pl.DataFrame) -> np.ndarray: ...


def expected_exits(material: Material, judged: Backtest, model: GivesRisk, seed: int) -> ExpectedExits:
    """Expected exits over actual ones on the test rows, and the expected share on the latest date over the highest."""
    latest = None if material.latest is None else model.risk(material.latest)
    if latest is None or not len(latest):
        return ExpectedExits(_tested(judged, seed))
    highest, rate = _highest_share(material.dataset), float(latest.mean())
    return ExpectedExits(
        tested=_tested(judged, seed),
        latest=Bounded(rate / highest.value, rate / highest.high, rate / highest.low),
        latest_people=len(latest),
        latest_rate=rate,
        highest_rate=highest.value,
    )


def _tested(judged: Backtest, seed: int) -> Bounded:
    """Σ risk / Σ exits, with a 95 % interval from resampling people."""
    if not judged.left.any():
        return UNDEFINED
    _, person = np.unique(judged.person, return_inverse=True)
    sums = np.column_stack([np.bincount(person, weights=each) for each in (judged.risk, judged.left)]).astype(
        np.float64
    )
    expected, happened = drawn_sums(sums, seed, RESAMPLES).T
    with np.errstate(divide="ignore"):
        return percentile_interval(float(judged.risk.sum() / judged.left.sum()), expected / happened)


def _highest_share(dataset: Dataset) -> Bounded:
    """The highest share who left within the horizon of any matured snapshot date, with its 95 % score interval."""
    by_day = (
        dataset.outcomes.group_by("snapshot_date")
        .agg(share=pl.col("left").mean(), people=pl.len())
        .sort("share", "people")
    )
    share, people = by_day.select("share", "people").row(-1)
    return share_interval(share, people)
