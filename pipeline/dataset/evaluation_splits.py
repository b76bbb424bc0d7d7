"""Train/test splits of a data set: the rows of one fit, and the rows that evaluate it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from pipeline.dataset.rows import Dataset
from pipeline.dataset.splits import Fold, Origin, fold_rows, inner_folds


@dataclass(frozen=True)
class Split:
    """Row indices of the data set: the training rows of one fit, and its test rows, which never lie before them.

    `folds` are pairs of indices into `train`, used to choose hyperparameters, the blend's weight and its calibration.
    """

    label: str
    snapshot_date: date | None
    train: np.ndarray
    test: np.ndarray
    folds: Sequence[Fold]


def split_of(dataset: Dataset, origin: Origin, horizon_months: int) -> Split:
    """The split of an origin: trained on its training dates, tested on its test date."""
    train = dataset.rows_on(origin.train_dates)
    inner = inner_folds(origin.train_dates, horizon_months)
    return Split(
        label=f"{origin.test_date:%Y-%m-%d}",
        snapshot_date=origin.test_date,
        train=train,
        test=dataset.rows_on([origin.test_date]),
        folds=fold_rows(dataset.keys["snapshot_date"].to_numpy()[train], inner),
    )


def most_rows(splits: Sequence[Split]) -> int:
    """The number of training rows of the largest split."""
    return max(len(split.train) for split in splits)


def leavers(dataset: Dataset, rows: np.ndarray) -> int:
    """The number of people (not rows) who left voluntarily."""
    return len(np.unique(dataset.person[rows][dataset.left[rows]]))
