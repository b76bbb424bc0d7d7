"""Train/test splits of a data set: the rows of one fit, and the rows that evaluate it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from pipeline.dataset.everyone import Everyone
from pipeline.dataset.rows import Dataset
from pipeline.dataset.sample_of_stayers import random_rows, sample_of_stayers
from pipeline.dataset.splits import Fold, Origin, Rows, fold_rows, inner_folds


@dataclass(frozen=True)
class Split:
    """Row indices of the data set: the training rows of one fit, and its test rows, which never lie before them.

    `folds` are pairs of indices into `train`, used to choose hyperparameters, the blend's weight and its calibration.
    `stayers_kept` is the share of the rows of stayers that `train` holds: below 1 in large companies only, where
    `refit` are those of the training rows that a refit for a guard or an ablation learns from.
    """

    label: str
    snapshot_date: date | None
    train: np.ndarray
    test: np.ndarray
    folds: Sequence[Fold]
    stayers_kept: float = 1.0
    refit: Rows | None = None

    @property
    def for_refits(self) -> "Split":
        """The split on which a model is fitted again with the hyperparameters it has, for a guard or an ablation.

        In a large company it has fewer training rows, drawn whatever their outcome, so that `stayers_kept` is the same.
        """
        return self if self.refit is None else replace(self, train=self.refit, folds=[])

    def base_rate(self, left: np.ndarray) -> float:
        """The share who left, of everyone on the training dates; `left` are the outcomes of the data set."""
        exits = left[self.train].sum()
        return float(exits / (exits + (len(self.train) - exits) / self.stayers_kept))

    def among(self, rows: Rows) -> "Split":
        """The same split of a data set that holds only these rows (ascending), which include all of the split's."""
        train, test = (np.searchsorted(rows, each) for each in (self.train, self.test))
        refit = None if self.refit is None else np.searchsorted(rows, self.refit)
        return replace(self, train=train, test=test, refit=refit)


def split_of(
    dataset: Dataset | Everyone, origin: Origin, horizon_months: int, most_stayers: int, seed: int, quick: bool = False
) -> Split:
    """The split of an origin: trained on its training dates, tested on its test date.

    It learns from no more than `most_stayers` rows of stayers, drawn at random; if there are more, a quick run draws
    half as many, and refits learn from half as many rows as stayers are drawn.
    """
    sample = sample_of_stayers(dataset.rows_on(origin.train_dates), dataset.left, most_stayers, seed, quick)
    train = sample.rows
    stayers = len(train) - int(dataset.left[train].sum())
    inner = inner_folds(origin.train_dates, horizon_months)
    return Split(
        label=f"{origin.test_date:%Y-%m-%d}",
        snapshot_date=origin.test_date,
        train=train,
        test=dataset.rows_on([origin.test_date]),
        folds=fold_rows(dataset.keys["snapshot_date"].to_numpy()[train], inner),
        stayers_kept=sample.stayers_kept,
        refit=random_rows(train, max(1, stayers // 2), seed) if sample.stayers_kept < 1 else None,
    )


def final_split_of(
    everyone: Everyone, dates: Sequence[date], horizon_months: int, most_stayers: int, seed: int, quick: bool = False
) -> Split:
    """The split that the served model is fitted on: it learns from all matured `dates`, and tests nobody."""
    split = split_of(everyone, Origin(dates[-1], tuple(dates)), horizon_months, most_stayers, seed, quick)
    return replace(split, test=split.test[:0])


def rows_of(splits: Sequence[Split]) -> Rows:
    """The rows that any of these splits learns from or is tested on, ascending."""
    return np.unique(np.concatenate([rows for split in splits for rows in (split.train, split.test)]))


def most_rows(splits: Sequence[Split]) -> int:
    """The number of training rows of the largest split."""
    return max(len(split.train) for split in splits)


def leavers(dataset: Dataset, rows: np.ndarray) -> int:
    """The number of people (not rows) who left voluntarily."""
    return len(np.unique(dataset.person[rows][dataset.left[rows]]))
