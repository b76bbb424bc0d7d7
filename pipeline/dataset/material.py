"""The training material of a source: a panel (one row per person and snapshot date) or a cross-section (no dates)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, singledispatch
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import polars as pl

from features.calendar import month_end
from features.catalogue.catalogue import table_of_features
from features.known.snapshots import snapshot_dates
from features.source import CrossSection, Source
from pipeline.dataset.evaluation_splits import Split, final_split_of, leavers, rows_of, split_of
from pipeline.dataset.everyone import everyone_at_risk, rows_at_risk
from pipeline.dataset.features_of import features_of
from pipeline.dataset.horizons import CURVE, NO_HORIZON
from pipeline.dataset.rows import Dataset, cross_section_dataset, dataset_of, more_rows
from pipeline.dataset.sample_of_stayers import random_rows
from pipeline.dataset.splits import (
    identical_rows,
    inner_folds,
    repeated_folds,
    require_exits,
    rolling_origins,
    training_dates,
)
from pipeline.settings import Settings

REPEATS: Final = 5
FOLDS: Final = 5
MONTHS_OF_REFERENCE: Final = 12
"""Later months are compared with the last year that was learned from: it includes every season."""
FEWEST_DATES: Final = 4
"""With yearly snapshots a year is one date, so at least this many dates are taken."""


class Material(Protocol):
    """The rows, the train/test splits that evaluate the model, and the training rows of each horizon.

    `files` holds the features of each snapshot date, `latest` the features of the people who would be scored now, and
    `table_of` the table that each feature is about. A cross-section has none of them.
    """

    @property
    def name(self) -> str: ...
    @property
    def data_hash(self) -> str: ...
    @property
    def horizon_months(self) -> int: ...
    @property
    def dataset(self) -> Dataset: ...
    @property
    def splits(self) -> Sequence[Split]: ...
    @property
    def horizons(self) -> Sequence[int]: ...
    @property
    def files(self) -> Mapping[date, Path]: ...
    @property
    def latest(self) -> pl.DataFrame | None: ...
    @property
    def table_of(self) -> Mapping[str, str]: ...
    @property
    def outcomes_until(self) -> date | None:
        """The last day whose exits the served models learn from; None without dates."""

    @property
    def last_year(self) -> Dataset:
        """The rows with which later months are compared, with the features of `dataset`."""

    def final(self, months: int) -> tuple[Dataset, Split]:
        """The rows and the split that the served model of a horizon is fitted on."""


@dataclass(frozen=True)
class PanelMaterial:
    """Splits are rolling origins over the snapshot dates; horizons are those that the history is long enough for.

    `last_year` has all snapshot dates of the year, also those between two training dates: a survey or a round of raises
    moves features from month to month, and people may be scored in any of them. In a large company it has at most
    `most_stayers` rows, drawn at random. `dataset` holds the rows that a split learns from or is tested on, no others.
    """

    source: Source
    horizon_months: int
    dataset: Dataset
    splits: Sequence[Split]
    final_split: Split
    final_dates: Mapping[int, tuple[date, ...]]
    files: Mapping[date, Path]
    dates_of_last_year: Sequence[date]
    most_stayers: int
    seed: int
    quick: bool

    @property
    def name(self) -> str:
        return self.source.name

    @property
    def data_hash(self) -> str:
        return self.source.data_hash

    @property
    def horizons(self) -> Sequence[int]:
        return list(self.final_dates)

    @property
    def latest(self) -> pl.DataFrame:
        return pl.read_parquet(self.files[max(self.files)])

    @property
    def table_of(self) -> Mapping[str, str]:
        return table_of_features(self.source)

    @property
    def outcomes_until(self) -> date:
        return max(month_end(dates[-1], months) for months, dates in self.final_dates.items())

    @property
    def last_year(self) -> Dataset:
        everyone = everyone_at_risk(self.source, self.files, self.dates_of_last_year, self.horizon_months)
        rows = np.arange(len(everyone.left))
        if self.dataset.everyone:
            rows = random_rows(rows, self.most_stayers, self.seed)
        return more_rows(self.dataset, self.files, everyone, rows)

    def final(self, months: int) -> tuple[Dataset, Split]:
        if months == self.horizon_months:
            return self.dataset, self.final_split
        dates = self.final_dates[months]
        everyone = everyone_at_risk(self.source, self.files, dates, months)
        split = final_split_of(everyone, dates, months, self.most_stayers, self.seed, self.quick)
        return dataset_of(self.source, self.files, everyone, split.train), split.among(split.train)


@dataclass(frozen=True)
class CrossSectionMaterial:
    """Splits are repeated folds over the people; identical rows share a fold. There is no horizon."""

    source: CrossSection
    dataset: Dataset
    seed: int
    horizon_months: int = NO_HORIZON
    horizons: Sequence[int] = (NO_HORIZON,)
    latest: None = None
    outcomes_until: None = None

    @property
    def name(self) -> str:
        return self.source.name

    @property
    def data_hash(self) -> str:
        return self.source.data_hash

    @property
    def files(self) -> Mapping[date, Path]:
        return {}

    @property
    def last_year(self) -> Dataset:
        return self.dataset

    @property
    def table_of(self) -> Mapping[str, str]:
        return {}

    @cached_property
    def splits(self) -> Sequence[Split]:
        pairs = repeated_folds(self.dataset.left, self._copies, self.seed, REPEATS, FOLDS)
        return [
            Split(f"repeat {number // FOLDS + 1}", None, train, test, self._folds(train))
            for number, (train, test) in enumerate(pairs)
        ]

    def final(self, months: int) -> tuple[Dataset, Split]:
        everyone = np.arange(len(self.dataset.left))
        return self.dataset, Split("all", None, everyone, everyone[:0], self._folds(everyone))

    @cached_property
    def _copies(self) -> np.ndarray:
        return identical_rows(self.dataset.X)

    def _folds(self, rows: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        return list(repeated_folds(self.dataset.left[rows], self._copies[rows], self.seed, repeats=1, folds=FOLDS))


@singledispatch
def material_of(
    loaded: Source | CrossSection,
    horizon_months: int | None,
    seed: int,
    folder: Path,
    settings: Settings,
    progress: Callable[[str], None],
    quick: bool = False,
) -> Material:
    """The training material of a source, at the source's own horizon unless one is given.

    In a large company the fits of a `quick` run learn from fewer rows. Raises BadInput for too few exits.
    """
    raise TypeError(type(loaded))


@material_of.register
def _(
    loaded: Source,
    horizon_months: int | None,
    seed: int,
    folder: Path,
    settings: Settings,
    progress: Callable[[str], None],
    quick: bool = False,
) -> PanelMaterial:
    require_exits(loaded.report.voluntary_exits)
    horizon = horizon_months or loaded.horizon_months
    calendar = snapshot_dates(loaded)
    horizons = [m for m in sorted({*CURVE, horizon}) if m == horizon or _is_foldable(calendar, m, loaded)]
    final_dates = {months: training_dates(calendar, months, loaded.complete_until) for months in horizons}
    is_large = rows_at_risk(loaded, final_dates[horizon]) > settings.most_stayers
    origins = rolling_origins(calendar, horizon, loaded.complete_until, share_dates=is_large)
    evaluated = {day for origin in origins for day in (origin.test_date, *origin.train_dates)}
    year = _last_year(calendar, final_dates[horizon][-1])
    needed = sorted(evaluated.union(*final_dates.values(), calendar[-1:], year))
    files = features_of(loaded, needed, folder, settings, progress)
    everyone = everyone_at_risk(loaded, files, sorted(evaluated.union(final_dates[horizon])), horizon)
    most = settings.most_stayers
    all_splits = [
        final_split_of(everyone, final_dates[horizon], horizon, most, seed, quick),
        *(split_of(everyone, origin, horizon, most, seed, quick) for origin in origins),
    ]
    rows = rows_of(all_splits)
    dataset = dataset_of(loaded, files, everyone, rows)
    final, *splits = (split.among(rows) for split in all_splits)
    for split in splits:
        require_exits(leavers(dataset, split.train))
    if (least := min(split.stayers_kept for split in splits)) < 1:
        progress(f"a fit learns from all leavers and {least:.0%} of the rows of stayers or more")
    return PanelMaterial(loaded, horizon, dataset, splits, final, final_dates, files, year, most, seed, quick)


def _last_year(calendar: Sequence[date], last: date) -> list[date]:
    """The snapshot dates of the year that ends with the last training date."""
    learned = [day for day in calendar if day <= last]
    year = [day for day in learned if day > month_end(last, -MONTHS_OF_REFERENCE)]
    return learned[-max(len(year), FEWEST_DATES) :]


@material_of.register
def _(loaded: CrossSection, horizon_months: int | None, seed: int, *_: object) -> CrossSectionMaterial:
    dataset = cross_section_dataset(loaded)
    require_exits(int(dataset.left.sum()), "cross_section")
    return CrossSectionMaterial(loaded, dataset, seed)


def _is_foldable(calendar: Sequence[date], months: int, source: Source) -> bool:
    """Whether the history is long enough to calibrate a horizon out of time."""
    return bool(inner_folds(training_dates(calendar, months, source.complete_until), months))
