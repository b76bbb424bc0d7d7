"""Diagnostics of the scores: the coverage of the ranges, the stability of the factors when the model is fitted again,
and the features that have moved since training."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl
from scipy.stats import binomtest, spearmanr

from pipeline.dataset.evaluation_splits import Split
from pipeline.dataset.rows import Dataset
from pipeline.judgement.backtest import Backtest
from pipeline.judgement.drift import moved_too_far, reference_of, usual_limits
from pipeline.judgement.plausible_exits import GROUPS
from pipeline.judgement.reporting.report import CoverageGroup, FactorStability, MovedFeature, RangeCoverage
from pipeline.model.blend import Blend, fit_blend
from pipeline.model.trees.parallel import bytes_of_fit, in_parallel

PERCENTILES: Final = 101
"""Points of the gain curve, both ends included."""
REFIT_SHARE: Final = 0.8
EXPLAINED: Final = 500
"""Test rows on which the factors of two refits are compared."""
REFERENCE_MONTHS: Final = 12


def range_coverage(judged: Backtest) -> RangeCoverage:
    """Whether the ranges hold what happened, out of time, in groups of people of similar risk.

    Each test date has ten groups. `inside` is the share of them in which the share who left lies within the 90 % range
    of their mean risk, which knows no chance. `inside_allowing_for_chance` is the share in which the number of exits
    lies within its own 90 % range; it should be .9. NaN without ranges. `groups` are ten of all test rows, with the
    mean range of a person.
    """
    order = np.argsort(judged.risk, kind="stable")
    groups = tuple(_group(judged, rows) for rows in np.array_split(order, min(GROUPS, len(order))))
    return RangeCoverage(
        inside=_mean([each.low <= each.exits / each.people <= each.high for each in judged.tenths]),
        inside_allowing_for_chance=_mean([each.least <= each.exits <= each.most for each in judged.tenths]),
        mean_width=float(np.mean(judged.high - judged.low)),
        groups=groups,
    )


def _mean(holds: Sequence[bool]) -> float:
    return float(np.mean(holds)) if holds else np.nan


def gain(judged: Backtest) -> tuple[float, ...]:
    """Share of all leavers among the highest 0, 1, … 100 % of the risks, out of time; never a single row."""
    leavers = np.cumsum(judged.left[np.argsort(-judged.risk, kind="stable")]) / max(judged.left.sum(), 1)
    at = np.arange(len(leavers) + 1) / len(leavers)
    return tuple(float(each) for each in np.interp(np.linspace(0, 1, PERCENTILES), at, np.append(0.0, leavers)))


def _group(judged: Backtest, rows: np.ndarray) -> CoverageGroup:
    left = judged.left[rows]
    happened = float(left.mean())
    least, most = binomtest(int(left.sum()), len(rows)).proportion_ci(0.95, method="wilson")
    return CoverageGroup(
        n=len(rows),
        risk=float(judged.risk[rows].mean()),
        low=float(judged.low[rows].mean()),
        high=float(judged.high[rows].mean()),
        happened=happened,
        least=min(float(least), happened),  # at 0 and 1 the bound can miss the share by a rounding error
        most=max(float(most), happened),
    )


def factor_stability(dataset: Dataset, split: Split, hyperparameters_of: Blend, seed: int) -> FactorStability:
    """Whether two fits on the same population give the same reasons: rank correlations of factors, 1 if identical.

    Two refits of a split, each on a random 80 % of its people, explain the same test rows. `features` correlates the
    features' mean absolute contributions; `within_people` is the mean, over rows, of the correlation between one
    person's contributions; `scores` correlates the log-odds.
    """
    test, again = dataset.X[split.test], split.for_refits
    test = test.sample(min(EXPLAINED, test.height), seed=seed)
    first, second = in_parallel(
        lambda fit: _refitted(dataset, again, hyperparameters_of, seed + fit).contributions(test)[1],
        range(2),
        bytes_of_fit(len(again.train), dataset.X.width),
    )
    within = [_rank_correlation(a, b) for a, b in zip(first, second, strict=True)]
    return FactorStability(
        rows=test.height,
        features=_rank_correlation(np.abs(first).mean(axis=0), np.abs(second).mean(axis=0)),
        within_people=float(np.nanmean(within)) if np.isfinite(within).any() else np.nan,
        scores=_rank_correlation(first.sum(axis=1), second.sum(axis=1)),
    )


def _refitted(dataset: Dataset, split: Split, hyperparameters_of: Blend, seed: int) -> Blend:
    person = dataset.person[split.train]
    is_drawn = np.random.default_rng(seed).random(int(person.max()) + 1) < REFIT_SHARE
    rows = split.train[is_drawn[person]]
    return fit_blend(
        dataset.X,
        dataset.left,
        [],
        seed,
        hyperparameters_of=hyperparameters_of,
        directions=dataset.directions,
        quarters=dataset.quarters,
        rows=rows,
        stayers_kept=split.stayers_kept,
    )


def _rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    return float(spearmanr(a, b).statistic) if len(a) > 1 and np.ptp(a) > 0 and np.ptp(b) > 0 else np.nan


def moved_features(learned: Dataset, scored: pl.DataFrame, limit: float) -> tuple[MovedFeature, ...]:
    """Features that have moved too far between the last year of training and the people who would be scored now.

    Too far: clearly further than in any month of that year (`usual_limits`); furthest first.
    """
    days = learned.keys["snapshot_date"].unique().sort().tail(REFERENCE_MONTHS).to_list()
    months = [learned.X[learned.rows_on([day])] for day in days]
    year = reference_of(pl.concat(months))
    drift = moved_too_far(year, scored.select(learned.X.columns), usual_limits(year, months, limit))
    return tuple(MovedFeature(one.name, one.psi, one.limit) for one in drift.drifted)
