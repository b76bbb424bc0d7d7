"""Which snapshots are learned from and which are tested on, so that nothing is judged by what it has seen.

With dates: out of time only. A test date is scored by a model that learned from snapshots whose outcome was already
known on that date. Without dates: repeated stratified folds that keep identical rows on one side.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from sklearn.model_selection import StratifiedKFold

from features.calendar import month_end
from features.errors import BadInput, Finding, counted

Rows = NDArray[np.int64]
Fold = tuple[Rows, Rows]
"""Row numbers to learn from, row numbers to judge on."""

ORIGINS: Final = 4
"""At least so many test dates, and all those of the last year."""
MONTHS_BETWEEN_ORIGINS: Final = 2
MONTHS_OF_ORIGINS: Final = 12
MONTHS_BETWEEN_TRAINING_DATES: Final = 3
LEAST_EXITS: Final = 50
"""Below this many voluntary exits a model learns noise (modelling protocol)."""


@dataclass(frozen=True)
class Origin:
    """One out-of-time test: the snapshot date that is scored and the snapshot dates that are learned from, rising."""

    test_date: date
    train_dates: tuple[date, ...]


def matured(dates: Sequence[date], horizon_months: int, known_until: date) -> list[date]:
    """The dates, rising, whose whole horizon lies on or before `known_until`: their outcomes are known."""
    return [day for day in sorted(set(dates)) if month_end(day, horizon_months) <= known_until]


def rolling_origins(
    dates: Sequence[date],
    horizon_months: int,
    complete_until: date,
    origins: int = ORIGINS,
    every_months: int = MONTHS_BETWEEN_TRAINING_DATES,
) -> list[Origin]:
    """The last year that matured, oldest first, each test date with what had matured by then to learn from.

    Test dates lie at least 2 months apart, counted back from the latest matured date; where the last year has fewer
    than `origins` (yearly snapshots), earlier ones are added. Training dates lie at least `every_months` apart, counted
    back from the latest that had matured by the test date. A test date with nothing to learn from is left out. Raises
    BadInput where none is left.
    """
    known = matured(dates, horizon_months, complete_until)
    tests = _spaced(known, MONTHS_BETWEEN_ORIGINS)
    recent = [day for day in tests if day > month_end(tests[-1], -MONTHS_OF_ORIGINS)]
    tests = tests[-max(origins, len(recent)) :]
    found = [Origin(day, training_dates(known, horizon_months, day, every_months)) for day in tests]
    found = [origin for origin in found if origin.train_dates]
    if not found:
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
    return found


def training_dates(
    dates: Sequence[date], horizon_months: int, known_until: date, every_months: int = MONTHS_BETWEEN_TRAINING_DATES
) -> tuple[date, ...]:
    """The dates to learn from when outcomes are known until `known_until`: matured, `every_months` apart, rising."""
    return tuple(_spaced(matured(dates, horizon_months, known_until), every_months))


def inner_folds(train_dates: Sequence[date], horizon_months: int, folds: int = 3) -> list[Origin]:
    """Out-of-time folds inside a training period, oldest first; empty where it is too short for one.

    Each of the last `folds` training dates is judged by the training dates that had matured by it.
    """
    judged = sorted(train_dates)[-folds:]
    found = [Origin(day, tuple(matured(train_dates, horizon_months, day))) for day in judged]
    return [fold for fold in found if fold.train_dates]


def fold_rows(snapshot_date: ArrayLike, folds: Sequence[Origin]) -> list[Fold]:
    """The row numbers of each fold, given the snapshot date (n,) of every row."""
    day = np.asarray(snapshot_date, dtype="datetime64[D]")
    return [
        (
            np.flatnonzero(np.isin(day, np.array(fold.train_dates, dtype="datetime64[D]"))),
            np.flatnonzero(day == np.datetime64(fold.test_date)),
        )
        for fold in folds
    ]


def repeated_folds(left: ArrayLike, groups: ArrayLike, seed: int, repeats: int = 5, folds: int = 5) -> Iterator[Fold]:
    """Repeated stratified cross-validation that keeps every group on one side; `repeats` × `folds` pairs.

    `left` (n,) outcomes, `groups` (n,) codes: identical rows, or rows of one person, share one. Groups are
    stratified by whether anyone in them left. Raises BadInput with fewer groups that left, or stayed, than folds.
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
    for repeat in range(repeats):
        splitter = StratifiedKFold(folds, shuffle=True, random_state=seed + repeat)
        for train, test in splitter.split(group_left, group_left):
            yield np.flatnonzero(np.isin(codes, train)), np.flatnonzero(np.isin(codes, test))


def identical_rows(features: pl.DataFrame) -> Rows:
    """A code (n,) for each row, equal where all features are equal, so that copies can be kept on one side."""
    return features.hash_rows().rank("dense").cast(pl.Int64).to_numpy()


def require_exits(voluntary_exits: int, place: str = "exits") -> None:
    """Raise BadInput when a training period has too few voluntary exits (people who left, not rows) to learn from."""
    if voluntary_exits >= LEAST_EXITS:
        return
    rule = (
        "there is no voluntary exit to learn from"
        if voluntary_exits == 0
        else f"{counted(voluntary_exits, 'voluntary exit')} in the training period; "
        f"training needs at least {LEAST_EXITS}"
    )
    remedy = "Check `kind` (voluntary, involuntary, other), complete_from and complete_until; or give a longer history."
    raise BadInput(Finding(rule=rule, table=place, column="kind", rows=0, remedy=remedy))


def _spaced(dates: Sequence[date], months: int) -> list[date]:
    """Dates at least so many months apart, counted back from the latest; rising."""
    kept: list[date] = []
    for day in sorted(dates, reverse=True):
        if not kept or _month_number(kept[-1]) - _month_number(day) >= months:
            kept.append(day)
    return kept[::-1]


def _month_number(day: date) -> int:
    return 12 * day.year + day.month
