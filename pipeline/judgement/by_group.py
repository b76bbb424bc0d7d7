"""How good the scores are for each level, department and tenure band, with n and intervals; no figure of a few."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import polars as pl

from pipeline.dataset.rows import Dataset
from pipeline.judgement.backtest import Backtest
from pipeline.judgement.figures import UNDEFINED
from pipeline.judgement.metrics import metrics_with_intervals
from pipeline.judgement.report import GroupFigures
from pipeline.scoring.group_figures import LEAST_PEOPLE

BANDS: Final = {"under 1 year": 12.0, "1 to 3 years": 36.0, "3 to 5 years": 60.0, "5 to 10 years": 120.0}
"""Tenure bands by the months at which each ends; beyond the last is `LONGEST`."""
LONGEST: Final = "10 years and more"
RESAMPLES: Final = 200
MOST_GROUPS: Final = 30
"""Of departments; smaller ones than the largest thirty are left out, for their intervals say nothing."""


def by_group(dataset: Dataset, judged: Backtest, seed: int) -> tuple[GroupFigures, ...]:
    """Out-of-time figures of each group, with intervals from resampling people.

    A group of fewer than 5 people has its name and nothing else; one in which nobody, or everybody, left has NaN for
    its metrics.
    """
    X = dataset.X[judged.rows]
    return tuple(
        _figures(by, str(group), (labels == group).fill_null(False).to_numpy(), judged, seed)
        for by, labels in _labels(X)
        for group in _largest(labels)
    )


def _labels(X: pl.DataFrame) -> Iterator[tuple[str, pl.Series]]:
    for name in ("level", "department"):
        if name in X.columns:
            column = X[name]
            whole = column.cast(pl.Int64, strict=False) if column.dtype.is_numeric() else column
            yield name, whole.cast(pl.String)
    if "tenure_months" in X.columns:
        months, ends = X["tenure_months"], list(BANDS.values())
        band = np.array([*BANDS, LONGEST])[np.searchsorted(ends, months.fill_null(0.0).to_numpy(), side="right")]
        yield "tenure", pl.Series("tenure", band.tolist(), dtype=pl.String).set(months.is_null(), None)


def _largest(labels: pl.Series) -> list[str]:
    counted = labels.drop_nulls().value_counts(name="rows").sort(["rows", labels.name], descending=[True, False])
    names = set(counted.head(MOST_GROUPS)[labels.name].to_list())
    known = [*BANDS, LONGEST]
    return sorted(names, key=lambda name: (known.index(name) if name in known else 0, len(name) * name.isdigit(), name))


def _figures(by: str, group: str, rows: np.ndarray, judged: Backtest, seed: int) -> GroupFigures:
    people = len(np.unique(judged.person[rows]))
    if people < LEAST_PEOPLE:
        return GroupFigures(by, group, is_suppressed=True)
    left, risk = judged.left[rows], judged.risk[rows]
    found = metrics_with_intervals(left, risk, judged.person[rows], seed, RESAMPLES)
    is_mixed = 0 < left.sum() < len(left)
    return GroupFigures(
        by,
        group,
        is_suppressed=False,
        n=len(left),
        people=people,
        base_rate=float(left.mean()),
        mean_risk=float(risk.mean()),
        auc=found.auc if is_mixed else UNDEFINED,
        average_precision=found.average_precision if is_mixed else UNDEFINED,
        calibration_slope=found.calibration_slope if is_mixed else UNDEFINED,
    )
