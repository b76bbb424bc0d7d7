"""What else one must know before one trusts the scores: the best that any model could reach, whether ranges hold,
whether factors stay the same when the model is fitted again, and which features have moved since training."""

from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from scipy.stats import binomtest, spearmanr

from pipeline.dataset.rounds import Round
from pipeline.dataset.rows import Dataset
from pipeline.judgement.backtest import Backtest
from pipeline.judgement.drift import moved_too_far, reference_of, usual_limits
from pipeline.judgement.metrics import one_metric
from pipeline.judgement.report import CoverageGroup, FactorStability, MovedFeature, RangeCoverage, TrueHazard
from pipeline.model.blend import Blend, fit_blend
from pipeline.model.parallel import in_parallel

TRUTH: Final = "truth.parquet"
"""What `retention simulate` writes beside its tables; no contract table, so nothing else ever reads it."""
GROUPS: Final = 10
PERCENTILES: Final = 101
"""Points of the gain, with both ends."""
REFIT_SHARE: Final = 0.8
EXPLAINED: Final = 500
"""Test rows whose factors two refits are compared by."""
REFERENCE_MONTHS: Final = 12


def true_hazard(source: Path, dataset: Dataset, judged: Backtest) -> TrueHazard | None:
    """How much of what the true hazard knows the scores know, on the judged rows; None for a source without a truth.

    `oracle_auc` is the AUC of the true hazard of the month after the snapshot date, `auc` that of the scores on the
    same `rows`, and `share` is (auc − .5) / (oracle_auc − .5).
    """
    file = (source if source.is_dir() else source.parent) / TRUTH
    if not file.is_file():
        return None
    truth = pl.read_parquet(file, columns=["employee_id", "snapshot_date", "hazard"])
    keys = dataset.keys[judged.rows].with_columns(risk=pl.Series(judged.risk), left=pl.Series(judged.left))
    rows = keys.join(truth, on=["employee_id", "snapshot_date"], how="inner")
    if rows.is_empty():
        return None
    left = rows["left"].to_numpy()
    oracle, auc = (one_metric(left, rows[name].to_numpy(), "auc") for name in ("hazard", "risk"))
    return TrueHazard(rows.height, oracle, auc, (auc - 0.5) / (oracle - 0.5))


def range_coverage(judged: Backtest) -> RangeCoverage:
    """Whether what happened to people who scored alike lies in their range, out of time.

    Test rows in ten groups by risk: of each, mean `low` and `high`, the share that left (`happened`), and whether that
    lies between them. `inside` is the share of the groups for which it does, `inside_allowing_for_chance` that of
    groups whose 95 % interval (Wilson, 1927) touches the range: a group's share is itself known only so well.
    """
    order = np.argsort(judged.risk, kind="stable")
    groups = tuple(_group(judged, rows) for rows in np.array_split(order, min(GROUPS, len(order))))
    return RangeCoverage(
        inside=float(np.mean([group.low <= group.happened <= group.high for group in groups])),
        inside_allowing_for_chance=float(
            np.mean([group.most >= group.low and group.least <= group.high for group in groups])
        ),
        mean_width=float(np.mean(judged.high - judged.low)),
        groups=groups,
    )


def gain(judged: Backtest) -> tuple[float, ...]:
    """Of all who left, the share among the highest 0, 1, … 100 % of the risks, out of time: never a single row."""
    found = np.cumsum(judged.left[np.argsort(-judged.risk, kind="stable")]) / max(judged.left.sum(), 1)
    at = np.arange(len(found) + 1) / len(found)
    return tuple(float(each) for each in np.interp(np.linspace(0, 1, PERCENTILES), at, np.append(0.0, found)))


def _group(judged: Backtest, rows: np.ndarray) -> CoverageGroup:
    left = judged.left[rows]
    least, most = binomtest(int(left.sum()), len(rows)).proportion_ci(0.95, method="wilson")
    return CoverageGroup(
        n=len(rows),
        risk=float(judged.risk[rows].mean()),
        low=float(judged.low[rows].mean()),
        high=float(judged.high[rows].mean()),
        happened=float(left.mean()),
        least=float(least),
        most=float(most),
    )


def factor_stability(dataset: Dataset, round_: Round, like: Blend, seed: int) -> FactorStability:
    """Whether two models of the same people give the same reasons: rank correlations of factors, 1 is the same.

    Two refits of a round, each on a random 80 % of its people, explain the same test rows. `features` compares the
    features' mean absolute contributions; `within_people` is the mean, over rows, of the correlation of one person's
    contributions; `scores` that of the log-odds.
    """
    test = dataset.X[round_.test]
    test = test.sample(min(EXPLAINED, test.height), seed=seed)
    first, second = in_parallel(
        lambda fit: _refitted(dataset, round_, like, seed + fit).contributions(test)[1],
        range(2),
        len(round_.train),
    )
    within = [_rank_correlation(a, b) for a, b in zip(first, second, strict=True)]
    return FactorStability(
        rows=test.height,
        features=_rank_correlation(np.abs(first).mean(axis=0), np.abs(second).mean(axis=0)),
        within_people=float(np.nanmean(within)) if np.isfinite(within).any() else np.nan,
        scores=_rank_correlation(first.sum(axis=1), second.sum(axis=1)),
    )


def _refitted(dataset: Dataset, round_: Round, like: Blend, seed: int) -> Blend:
    person = dataset.person[round_.train]
    kept = np.random.default_rng(seed).random(int(person.max()) + 1) < REFIT_SHARE
    rows = round_.train[kept[person]]
    return fit_blend(
        dataset.X, dataset.left, [], seed, hyperparameters_of=like, directions=dataset.directions, rows=rows
    )


def _rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    return float(spearmanr(a, b).statistic) if len(a) > 1 and np.ptp(a) > 0 and np.ptp(b) > 0 else np.nan


def moved_features(learned: Dataset, scored: pl.DataFrame, limit: float) -> tuple[MovedFeature, ...]:
    """Features that have moved, between the last year learned from and those who would be scored now, further than in
    any of its months; furthest first. A score rests on less where its features have moved."""
    days = learned.keys["snapshot_date"].unique().sort().tail(REFERENCE_MONTHS).to_list()
    months = [learned.X[learned.rows_on([day])] for day in days]
    year = reference_of(pl.concat(months))
    found = moved_too_far(year, scored.select(learned.X.columns), usual_limits(year, months, limit))
    return tuple(MovedFeature(one.name, one.psi, one.limit) for one in found.drifted)
