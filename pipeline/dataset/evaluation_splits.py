"""Train/test splits of a data set: the rows of one fit, and the rows that evaluate it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from pipeline.dataset.rows import Dataset
from pipeline.dataset.sample_of_stayers import sample_of_stayers
from pipeline.dataset.splits import Fold, Origin, fold_rows, inner_folds


@dataclass(frozen=True)
class Split:
    """Row indices of the data set: the training rows of one fit, and its test rows, which never lie before them.

    `folds` are pairs of indices into `train`, used to choose hyperparameters, the blend's weight and its calibration.
    `stayers_kept` is the share of the rows of stayers that `train` holds: below 1 in large companies only.
    """

    label: str
    snapshot_date: date | None
    train: np.ndarray
    test: np.ndarray
    folds: Sequence[Fold]
    stayers_kept: float = 1.0

    def base_rate(self, left: np.ndarray) -> float:
        """The share who left, of everyone on the training dates; `left` are the outcomes of the data set."""
        exits = left[self.train].sum()
        return float(exits / (exits + (len(self.train) - exits) / self.stayers_kept))


def split_of(dataset: Dataset, origin: Origin, horizon_months: int, most_stayers: int, seed: int) -> Split:
    """The split of an origin: trained on its training dates, tested on its test date.

    It learns from no more than `most_stayers` rows of stayers, drawn at random.
    """
    sample = sample_of_stayers(dataset.rows_on(origin.train_dates), dataset.left, most_stayers, seed)
    train = sample.rows
    inner = inner_folds(origin.train_dates, horizon_months)
    return Split(
        label=f"{origin.test_date:%Y-%m-%d}",
        snapshot_date=origin.test_date,
        train=train,
        test=dataset.rows_on([origin.test_date]),
        folds=fold_rows(dataset.keys["snapshot_date"].to_numpy()[train], inner),
        stayers_kept=sample.stayers_kept,
    )


def most_rows(splits: Sequence[Split]) -> int:
    """The number of training rows of the largest split."""
    return max(len(split.train) for split in splits)


def leavers(dataset: Dataset, rows: np.ndarray) -> int:
    """The number of people (not rows) who left voluntarily."""
    return len(np.unique(dataset.person[rows][dataset.left[rows]]))
