"""A round: one fit, and the rows that it is judged on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from pipeline.dataset.rows import Dataset
from pipeline.dataset.splits import Fold, Origin, fold_rows, inner_folds


@dataclass(frozen=True)
class Round:
    """One fit and what it is judged on: row indices of the data set, the test rows never before the training rows.

    `folds` are pairs of indices into `train`, on which the blend's weight and calibration are chosen.
    """

    label: str
    snapshot_date: date | None
    train: np.ndarray
    test: np.ndarray
    folds: Sequence[Fold]


def round_of(dataset: Dataset, origin: Origin, horizon_months: int) -> Round:
    """Trained on the dates of an origin and tested on its test date."""
    train = dataset.rows_on(origin.train_dates)
    inner = inner_folds(origin.train_dates, horizon_months)
    return Round(
        label=f"{origin.test_date:%Y-%m-%d}",
        snapshot_date=origin.test_date,
        train=train,
        test=dataset.rows_on([origin.test_date]),
        folds=fold_rows(dataset.keys["snapshot_date"].to_numpy()[train], inner),
    )


def most_rows(rounds: Sequence[Round]) -> int:
    """Of the largest fit of all rounds."""
    return max(len(round_.train) for round_ in rounds)


def leavers(dataset: Dataset, rows: np.ndarray) -> int:
    """People, not rows, who left."""
    return len(np.unique(dataset.person[rows][dataset.left[rows]]))
