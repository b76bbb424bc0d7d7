"""Which snapshots are trained on and which are tested on, so that no model is evaluated on what it has seen.

With dates: out of time only. A test date is scored by a model trained on snapshots whose outcome was already known on
that date. Without dates: repeated stratified folds; identical rows share a fold.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from features.calendar import month_end
from features.errors import BadInput, Finding, counted

Rows = NDArray[np.int64]
Fold = tuple[Rows, Rows]
"""Row numbers to train on, row numbers to validate on."""

ORIGINS: Final = 4
"""The least number of test dates; all those of the last year are used."""
MONTHS_BETWEEN_ORIGINS: Final = 2
MONTHS_OF_ORIGINS: Final = 12
MONTHS_BETWEEN_TRAINING_DATES: Final = 3
LEAST_EXITS: Final = 50
"""With fewer voluntary exits a model learns noise (modelling protocol)."""


@dataclass(frozen=True)
class Origin:
    """One out-of-time test: the snapshot date that is scored, and the snapshot dates trained on, ascending."""

    test_date: date
    train_dates: tuple[date, ...]


def matured(dates: Sequence[date], horizon_months: int, known_until: date) -> list[date]:
    """The dates whose whole horizon ends by `known_until`, so that their outcomes are known; ascending."""
    return [day for day in sorted(set(dates)) if month_end(day, horizon_months) <= known_until]


def rolling_origins(
    dates: Sequence[date],
    horizon_months: int,
    complete_until: date,
    origins: int = ORIGINS,
    every_months: int = MONTHS_BETWEEN_TRAINING_DATES,
    *,
    share_dates: bool = False,
) -> list[Origin]:
    """The test dates of the last matured year, oldest first, each with the training dates that had matured by then.

    Test dates lie at least 2 months apart, counted back from the latest matured date; if the last year has fewer than
    `origins` (yearly snapshots), earlier ones are added. Training dates lie at least `every_months` apart, counted back
    from the latest that had matured by the test date; with `share_dates` from the latest matured of all, so that all
    origins train on the same dates, each up to its own. A test date without training dates is left out. Raises BadInput
    if none is left.
    """
    known = matured(dates, horizon_months, complete_until)
    shared = _spaced(known, every_months) if share_dates else known
    tests = _spaced(known, MONTHS_BETWEEN_ORIGINS)
    recent = [day for day in tests if day > month_end(tests[-1], -MONTHS_OF_ORIGINS)]
    tests = tests[-max(origins, len(recent)) :]
    candidates = [
        Origin(day, training_dates(among, horizon_months, day, every_months))
        for day in tests
        for among in [shared if matured(shared, horizon_months, day) else known]
    ]
    trainable = [origin for origin in candidates if origin.train_dates]
    if not trainable:
        raise BadInput(
            Finding(
                rule=f"no snapshot date can be tested out of time: {len(known)} of {len(set(dates))} have a known "
                f"outcome after {horizon_months} months, and none lies {horizon_months} months after another",
                table="source.toml",
                column="horizon_months",
                rows=0,
                remedy="Choose a shorter horizon, or give a longer history (complete_from to complete_until).",
            )
        )
    return trainable


def training_dates(
    dates: Sequence[date], horizon_months: int, known_until: date, every_months: int = MONTHS_BETWEEN_TRAINING_DATES
) -> tuple[date, ...]:
    """The dates to train on if outcomes are known until `known_until`: matured, `every_months` apart, ascending."""
    return tuple(_spaced(matured(dates, horizon_months, known_until), every_months))


def inner_folds(train_dates: Sequence[date], horizon_months: int, folds: int = 3) -> list[Origin]:
    """Out-of-time folds inside a training period, oldest first; empty if it is too short for one.

    Each of the last `folds` training dates is validated by a model of the training dates that had matured by it.
    """
    validated = sorted(train_dates)[-folds:]
    candidates = [Origin(day, tuple(matured(train_dates, horizon_months, day))) for day in validated]
    return [fold for fold in candidates if fold.train_dates]


def fold_rows(snapshot_date: ArrayLike, folds: Sequence[Origin]) -> list[Fold]:
    """The row numbers of each fold, from the snapshot date (n,) of every row."""
    day = np.asarray(snapshot_date, dtype="datetime64[D]")
    return [
        (
            np.flatnonzero(np.isin(day, np.array(fold.train_dates, dtype="datetime64[D]"))),
            np.flatnonzero(day == np.datetime64(fold.test_date)),
        )
        for fold in folds
    ]


def repeated_folds(left: ArrayLike, groups: ArrayLike, seed: int, repeats: int = 5, folds: int = 5) -> Iterator[Fold]:
    """Repeated stratified cross-validation that never divides a group; `repeats` × `folds` pairs.

    `left` (n,) are outcomes; `groups` (n,) are codes, shared by identical rows or by rows of one person. Groups are
    stratified by whether anyone in them left. Raises BadInput if fewer groups left, or stayed, than there are folds.
    """
    _, codes = np.unique(np.asarray(groups), return_inverse=True)
    group_left = np.bincount(codes, weights=np.asarray(left, dtype=np.float64)) > 0
    if min(group_left.sum(), (~group_left).sum()) < folds:
        raise BadInput(
            Finding(
                rule=f"too few distinct people who left, or who stayed, for {folds} folds",
                table="cross_section",
                column="left",
                rows=len(codes),
                remedy="Check the SQL of `left`, and that rows are not copies of a few people.",
            )
        )
    from sklearn.model_selection import StratifiedKFold  # a second to import, for which scoring need not wait

    for repeat in range(repeats):
        splitter = StratifiedKFold(folds, shuffle=True, random_state=seed + repeat)
        for train, test in splitter.split(group_left, group_left):
            yield np.flatnonzero(np.isin(codes, train)), np.flatnonzero(np.isin(codes, test))


def identical_rows(features: pl.DataFrame) -> Rows:
    """A code (n,) for each row, equal if all features are equal, so that copies can share a fold."""
    return features.hash_rows().rank("dense").cast(pl.Int64).to_numpy()


def require_exits(voluntary_exits: int, table: str = "exits") -> None:
    """Raises BadInput if a training period has too few voluntary exits (people who left, not rows) to learn from."""
    if voluntary_exits >= LEAST_EXITS:
        return
    rule = (
        "there is no voluntary exit to learn from"
        if voluntary_exits == 0
        else f"{counted(voluntary_exits, 'voluntary exit')} in the training period; "
        f"training needs at least {LEAST_EXITS}"
    )
    remedy = "Check `kind` (voluntary, involuntary, other), complete_from and complete_until; or give a longer history."
    raise BadInput(Finding(rule=rule, table=table, column="kind", rows=0, remedy=remedy))


def _spaced(dates: Sequence[date], months: int) -> list[date]:
    """Dates at least `months` apart, counted back from the latest; ascending."""
    spaced: list[date] = []
    for day in sorted(dates, reverse=True):
        if not spaced or _month_number(spaced[-1]) - _month_number(day) >= months:
            spaced.append(day)
    return spaced[::-1]


def _month_number(day: date) -> int:
    return 12 * day.year + day.month
