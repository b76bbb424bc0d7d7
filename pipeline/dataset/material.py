"""What a source gives to training: a panel, with a row a person and snapshot date, or a cross-section without dates."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, singledispatch
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import polars as pl

from features.known.snapshots import snapshot_dates
from features.source import CrossSection, Source
from pipeline.dataset.features_of import features_of
from pipeline.dataset.horizons import CURVE, NO_HORIZON
from pipeline.dataset.rounds import Round, leavers, round_of
from pipeline.dataset.rows import Dataset, build_dataset, cross_section_dataset
from pipeline.dataset.splits import (
    Origin,
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


class Material(Protocol):
    """The rows, the rounds that judge, and what each horizon is fitted on.

    `files` hold the features of each snapshot date that was built, and `latest` those of the people who would be scored
    now; a cross-section has neither.
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
    def rounds(self) -> Sequence[Round]: ...
    @property
    def horizons(self) -> Sequence[int]: ...
    @property
    def files(self) -> Mapping[date, Path]: ...
    @property
    def latest(self) -> pl.DataFrame | None: ...

    def final(self, months: int) -> tuple[Dataset, Round]:
        """The rows and the round that the model of a horizon is fitted on."""


@dataclass(frozen=True)
class PanelMaterial:
    """Rolling origins over the snapshot dates; every horizon of the curve that the history is long enough for."""

    source: Source
    horizon_months: int
    dataset: Dataset
    rounds: Sequence[Round]
    final_dates: Mapping[int, tuple[date, ...]]
    files: Mapping[date, Path]

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

    def final(self, months: int) -> tuple[Dataset, Round]:
        dates = self.final_dates[months]
        is_built = months == self.horizon_months
        data = self.dataset if is_built else build_dataset(self.source, self.files, dates, months)
        return data, round_of(data, Origin(dates[-1], dates), months)


@dataclass(frozen=True)
class CrossSectionMaterial:
    """Repeated folds over the people, identical rows on one side; no horizon."""

    source: CrossSection
    dataset: Dataset
    seed: int
    horizon_months: int = NO_HORIZON
    horizons: Sequence[int] = (NO_HORIZON,)
    latest: None = None

    @property
    def name(self) -> str:
        return self.source.name

    @property
    def data_hash(self) -> str:
        return self.source.data_hash

    @property
    def files(self) -> Mapping[date, Path]:
        return {}

    @cached_property
    def rounds(self) -> Sequence[Round]:
        pairs = repeated_folds(self.dataset.left, self._twins, self.seed, REPEATS, FOLDS)
        return [
            Round(f"repeat {number // FOLDS + 1}", None, train, test, self._folds(train))
            for number, (train, test) in enumerate(pairs)
        ]

    def final(self, months: int) -> tuple[Dataset, Round]:
        everyone = np.arange(len(self.dataset.left))
        return self.dataset, Round("all", None, everyone, everyone[:0], self._folds(everyone))

    @cached_property
    def _twins(self) -> np.ndarray:
        return identical_rows(self.dataset.X)

    def _folds(self, rows: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        return list(repeated_folds(self.dataset.left[rows], self._twins[rows], self.seed, repeats=1, folds=FOLDS))


@singledispatch
def material_of(
    loaded: Source | CrossSection,
    horizon_months: int | None,
    seed: int,
    folder: Path,
    settings: Settings,
    told: Callable[[str], None],
) -> Material:
    """The material of a source; the horizon is the source's unless given. Raises BadInput for too few exits."""
    raise TypeError(type(loaded))


@material_of.register
def _(
    loaded: Source,
    horizon_months: int | None,
    seed: int,
    folder: Path,
    settings: Settings,
    told: Callable[[str], None],
) -> PanelMaterial:
    require_exits(loaded.report.voluntary_exits)
    horizon = horizon_months or loaded.horizon_months
    calendar = snapshot_dates(loaded)
    origins = rolling_origins(calendar, horizon, loaded.complete_until)
    horizons = [m for m in sorted({*CURVE, horizon}) if m == horizon or _is_foldable(calendar, m, loaded)]
    final_dates = {months: training_dates(calendar, months, loaded.complete_until) for months in horizons}
    judged = {day for origin in origins for day in (origin.test_date, *origin.train_dates)}
    needed = sorted(judged.union(*final_dates.values(), calendar[-1:]))
    files = features_of(loaded, needed, folder, settings, told)
    dataset = build_dataset(loaded, files, sorted(judged.union(final_dates[horizon])), horizon)
    rounds = [round_of(dataset, origin, horizon) for origin in origins]
    for round_ in rounds:
        require_exits(leavers(dataset, round_.train))
    return PanelMaterial(loaded, horizon, dataset, rounds, final_dates, files)


@material_of.register
def _(loaded: CrossSection, horizon_months: int | None, seed: int, *_: object) -> CrossSectionMaterial:
    dataset = cross_section_dataset(loaded)
    require_exits(int(dataset.left.sum()), "cross_section")
    return CrossSectionMaterial(loaded, dataset, seed)


def _is_foldable(calendar: Sequence[date], months: int, source: Source) -> bool:
    """True where the history is long enough to calibrate a horizon out of time."""
    return bool(inner_folds(training_dates(calendar, months, source.complete_until), months))
