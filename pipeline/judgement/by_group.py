"""Metrics of each level, department and tenure band, with n and intervals; small groups are suppressed."""

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import polars as pl

from pipeline.dataset.rows import Dataset
from pipeline.disclosure import LEAST_PEOPLE, hide_further
from pipeline.judgement.backtest import Backtest
from pipeline.judgement.reporting.report import GroupFigures
from pipeline.judgement.statistics.figures import UNDEFINED
from pipeline.judgement.statistics.metrics import metrics_with_intervals

BANDS: Final = {"under 1 year": 12.0, "1 to 3 years": 36.0, "3 to 5 years": 60.0, "5 to 10 years": 120.0}
"""Tenure bands with the month at which each ends; beyond the last is `LONGEST`."""
LONGEST: Final = "10 years and more"
RESAMPLES: Final = 200
MOST_GROUPS: Final = 30
"""Groups shown per dimension, largest first; the intervals of smaller ones are too wide to be of use."""


def by_group(dataset: Dataset, judged: Backtest, seed: int) -> tuple[GroupFigures, ...]:
    """Out-of-time figures of each group, with intervals from resampling people.

    A group of fewer than 5 people, or one whose figures would reveal such a group, has its name and nothing else. If
    nobody or everybody in a group left, its metrics are NaN.
    """
    groupings = {by: (labels, _largest(labels)) for by, labels in _labels(dataset.X, judged.rows)}
    hidden = _hidden(groupings, judged.person) if groupings else {}
    return tuple(
        GroupFigures(by, group, is_suppressed=True)
        if group in hidden[by]
        else _figures(by, group, (labels == group).fill_null(False).to_numpy(), judged, seed)
        for by, (labels, groups) in groupings.items()
        for group in groups
    )


def _hidden(groupings: Mapping[str, tuple[pl.Series, list[str]]], person: np.ndarray) -> dict[str, set[str]]:
    """The groups of each dimension that must be suppressed; only the largest groups have figures at all."""
    people = pl.Series(person)
    table = pl.DataFrame(
        {by: labels.set(~labels.is_in(groups).fill_null(False), None) for by, (labels, groups) in groupings.items()}
    )
    few = {
        by: {group for group in groups if people.filter((labels == group).fill_null(False)).n_unique() < LEAST_PEOPLE}
        for by, (labels, groups) in groupings.items()
    }
    return hide_further(table, few, person=people)


def _labels(X: pl.DataFrame, rows: np.ndarray) -> Iterator[tuple[str, pl.Series]]:
    for name in ("level", "department"):
        if name in X.columns:
            column = X[name][rows]
            whole = column.cast(pl.Int64, strict=False) if column.dtype.is_numeric() else column
            yield name, whole.cast(pl.String)
    if "tenure_months" in X.columns:
        months, ends = X["tenure_months"][rows], list(BANDS.values())
        band = np.array([*BANDS, LONGEST])[np.searchsorted(ends, months.fill_null(0.0).to_numpy(), side="right")]
        yield "tenure", pl.Series("tenure", band.tolist(), dtype=pl.String).set(months.is_null(), None)


def _largest(labels: pl.Series) -> list[str]:
    counted = labels.drop_nulls().value_counts(name="rows").sort(["rows", labels.name], descending=[True, False])
    names = set(counted.head(MOST_GROUPS)[labels.name].to_list())
    known = [*BANDS, LONGEST]
    return sorted(names, key=lambda name: (known.index(name) if name in known else 0, len(name) * name.isdigit(), name))


def _figures(by: str, group: str, rows: np.ndarray, judged: Backtest, seed: int) -> GroupFigures:
    left, risk = judged.left[rows], judged.risk[rows]
    figures = metrics_with_intervals(left, risk, judged.person[rows], seed, RESAMPLES)
    is_mixed = 0 < left.sum() < len(left)
    return GroupFigures(
        by,
        group,
        is_suppressed=False,
        n=len(left),
        people=len(np.unique(judged.person[rows])),
        base_rate=float(left.mean()),
        mean_risk=float(risk.mean()),
        auc=figures.auc if is_mixed else UNDEFINED,
        average_precision=figures.average_precision if is_mixed else UNDEFINED,
        calibration_slope=figures.calibration_slope if is_mixed else UNDEFINED,
    )
