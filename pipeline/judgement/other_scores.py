"""Compares risks of other models with the model's own: predictions of another system, and the user's estimator."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from features.errors import BadInput, Finding
from pipeline.dataset.evaluation_splits import Split
from pipeline.dataset.everyone import KEYS
from pipeline.dataset.rows import Dataset
from pipeline.disclosure import LEAST_PEOPLE
from pipeline.judgement.backtest import Backtest, mean_permuted_auc
from pipeline.judgement.other_predictions import OtherPredictions
from pipeline.judgement.reporting.compared import Compared, Differences, JudgedEstimator
from pipeline.judgement.statistics.figures import Bounded
from pipeline.judgement.statistics.metrics import metrics, metrics_with_intervals, paired_difference
from pipeline.model.calibration import risk_of
from pipeline.model.estimator.fitted import FittedEstimator, fit_estimator
from pipeline.model.estimator.table import takes_tables


def compared_with(dataset: Dataset, judged: Backtest, others: OtherPredictions, seed: int) -> Compared:
    """The other system's risks on the test rows that it has, paired with the model's own on the same rows.

    Raises BadInput if it has those of fewer than five people: figures would be about single ones.
    """
    on = [name for name in KEYS if name in others.rows.columns]
    tested = dataset.keys[judged.rows].select(on)
    risk = tested.join(others.rows, on=on, how="left", maintain_order="left")["other_risk"]
    has = risk.is_not_null().to_numpy()
    if len(np.unique(judged.person[has])) < LEAST_PEOPLE:
        rule = f"its {others.rows.height:,} rows are about fewer than {LEAST_PEOPLE} of the people who were tested"
        days = dataset.keys[judged.rows]["snapshot_date"].drop_nulls().unique().sort().to_list()
        dates = f"The test dates are {', '.join(map(str, days))}. " if days else ""
        raise BadInput(
            Finding(rule, others.name, "employee_id", remedy=f"{dates}Use the ids of the source as they are.")
        )
    left, person, own = judged.left[has], judged.person[has], judged.risk[has]
    other = risk.drop_nulls().to_numpy()
    return Compared(
        name=others.name,
        rows=int(has.sum()),
        people=len(np.unique(person)),
        missing=int((~has).sum()),
        unused=others.rows.join(tested.unique(), on=on, how="anti").height,
        metrics=metrics_with_intervals(left, other, person, seed),
        own=metrics(left, own),
        differences=differences(left, other, own, person, seed),
    )


def differences(left: np.ndarray, first: np.ndarray, second: np.ndarray, person: np.ndarray, seed: int) -> Differences:
    """The first model's figures less the second's on the same rows, with 95 % intervals from resampling people."""
    return Differences(
        **{
            field.name: paired_difference(left, first, second, person, seed, field.name)
            for field in fields(Differences)
        }
    )


@dataclass(frozen=True)
class JudgedOther:
    """An estimator's backtest on the blend's test rows, its AUC with permuted labels, and its entry in the report."""

    backtest: Backtest
    permuted: Bounded
    described: JudgedEstimator


def judge_estimator(
    estimator: Any,
    name: str,
    dataset: Dataset,
    of_blend: Backtest,
    seed: int,
    progress: Callable[[str], None] = lambda _: None,
) -> JudgedOther:
    """Fits, calibrates and predicts every split of the blend's backtest with a classifier instead.

    The result has the baselines of the blend's backtest. The fits run one after the other: a classifier of others need
    not be safe among threads, and may use all cores itself.
    """
    fits: list[FittedEstimator] = []
    for split in of_blend.splits:
        progress(f"judging {name} on {split.label}")
        fits.append(_fit(estimator, dataset, split, seed))
    log_odds = [fit.log_odds(dataset.X[split.test]) for fit, split in zip(fits, of_blend.splits, strict=True)]
    risk = risk_of(np.concatenate(log_odds))
    unknown = np.full(len(risk), np.nan)  # a classifier of others does not say how uncertain it is
    own = replace(
        of_blend, risk=risk, low=unknown, high=unknown, tenths=(), reduced={}, unconstrained=None, refitted=None
    )
    tested = dataset.X[of_blend.splits[-1].test]
    factors = fits[-1].factors(tested)
    described = JudgedEstimator(
        name=name,
        takes_tables=takes_tables(estimator),
        factors=factors,
        is_servable=factors == "add up" and fits[-1].is_served_alike(tested),
        against_blend=differences(own.left, risk, of_blend.risk, own.person, seed),
        blend=metrics(own.left, of_blend.risk),
    )
    return JudgedOther(own, _permuted(estimator, dataset, of_blend.splits, fits, seed), described)


def _fit(
    estimator: Any, dataset: Dataset, split: Split, seed: int, calibration_of: FittedEstimator | None = None
) -> FittedEstimator:
    return fit_estimator(
        estimator, dataset.X, dataset.left, split.folds, seed, split.train, calibration_of, split.stayers_kept
    )


def _permuted(
    estimator: Any, dataset: Dataset, splits: Sequence[Split], fits: Sequence[FittedEstimator], seed: int
) -> Bounded:
    def risk_of_permuted(permuted: Dataset, split: Split) -> np.ndarray:
        return _fit(estimator, permuted, split, seed, fits[-1]).risk(permuted.X[split.test])

    return mean_permuted_auc(dataset, splits[-1], risk_of_permuted, seed, at_once=False)
