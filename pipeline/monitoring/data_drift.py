"""How far the data of the published months are from what their models learned from, and what is lost.

A model keeps sums over what it learned from. For a model that was stored without them, features of the last year that
had matured are computed from today's files instead; this cannot detect a table that is broken in all months.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from features.calendar import month_end
from features.catalogue.catalogue import catalogue
from features.errors import BadInput
from features.known.snapshots import snapshot_dates
from features.source import Source
from pipeline.data_counts import DataCounts
from pipeline.dataset.everyone import KEYS
from pipeline.dataset.features_of import features_of
from pipeline.dataset.material import MONTHS_OF_REFERENCE
from pipeline.dataset.splits import matured
from pipeline.judgement.drift import (
    Drift,
    limits_of_model,
    moved_too_far,
    reference_of,
    reference_of_model,
    usual_limits,
)
from pipeline.model.learned_from import LearnedFrom, tables_of
from pipeline.model.stored_model import StoredModel
from pipeline.monitoring.results import DriftedFeature, LostFeature, LostTable
from pipeline.registry.loading import load
from pipeline.scoring.lost_data import lost_features, lost_tables
from pipeline.settings import Settings
from pipeline.store.reading import Published

Progress = Callable[[str], None]


@dataclass(frozen=True)
class MonthData:
    """The features of a month: `furthest` is the largest PSI as a multiple of its limit."""

    furthest: float
    drifted: tuple[DriftedFeature, ...]
    lost: tuple[LostFeature, ...] = ()


@dataclass(frozen=True)
class PublishedData:
    """The features of each published month, by snapshot date, and the tables that are lost now.

    without_reference: the model versions that were stored without what they learned from.
    """

    months: Mapping[date, MonthData]
    lost_tables: tuple[LostTable, ...]
    without_reference: tuple[str, ...]


def data_of(
    source: Source,
    published: Sequence[Published],
    models: Mapping[str, StoredModel | None],
    settings: Settings,
    folder: Path,
    progress: Progress,
) -> PublishedData:
    """Compares the features of each published month with what its model (of `models`, by version) learned from."""
    without = sorted((version for version, model in models.items() if _sums(model) is None), key=_as_number)
    days = [head.snapshot_date for head in published]
    year = _reference_dates(source, published[0]) if without else []
    files = features_of(source, sorted({*days, *year}), folder, settings, progress)
    tables = {day: pl.read_parquet(path).drop(KEYS) for day, path in files.items()}
    computed = reference_of(pl.concat([tables[day] for day in year])) if year else None
    limits = usual_limits(computed, [tables[day] for day in year], settings.drift_limit) if computed else {}
    labels = {name: feature.label_parts for name, feature in catalogue(source).items()}
    tables_lost = _lost_tables(models[published[-1].model_version], DataCounts.of(source.report))
    months = {}
    for head in published:
        model, X = models[head.model_version], tables[head.snapshot_date]
        learned = _sums(model)
        if model and learned:
            months[head.snapshot_date] = _against_model(
                model, learned, X, head.snapshot_date, tables_lost, labels, settings.drift_limit
            )
        elif computed:
            drift = moved_too_far(computed, X, limits)
            months[head.snapshot_date] = MonthData(drift.furthest, _labelled(drift, labels))
    return PublishedData(months, tables_lost, tuple(without))


def models_of(published: Sequence[Published], settings: Settings) -> dict[str, StoredModel | None]:
    """The model of each published version; None if the registry no longer has it."""
    return {version: _model(settings, version) for version in {head.model_version for head in published}}


def _model(settings: Settings, version: str) -> StoredModel | None:
    try:
        return load(settings, version)[1]
    except BadInput:
        return None


def _sums(model: StoredModel | None) -> LearnedFrom | None:
    return model.learned_from if model else None


def _against_model(
    model: StoredModel,
    learned: LearnedFrom,
    X: pl.DataFrame,
    day: date,
    tables_lost: Sequence[LostTable],
    labels: Mapping[str, Mapping[str, Any]],
    limit: float,
) -> MonthData:
    """A month against the sums of its model. The features of a lost table are not listed one by one."""
    gone = {lost.table for lost in tables_lost}
    lost = [each for each in lost_features(learned, model.features, X, day) if not gone & {*tables_of(each.needs)}]
    of_tables = {name for name, feature in learned.features.items() if gone & {*tables_of(feature.needs)}}
    drift = moved_too_far(reference_of_model(learned), X, limits_of_model(learned, limit))
    named = {each.feature.name for each in lost} | of_tables
    return MonthData(
        drift.furthest,
        tuple(each for each in _labelled(drift, labels) if each.name not in named),
        tuple(
            LostFeature(
                each.feature.name, each.known, each.least_known, each.limit, **dict[str, Any](each.feature.label_parts)
            )
            for each in lost
        ),
    )


def _lost_tables(model: StoredModel | None, counts: DataCounts) -> tuple[LostTable, ...]:
    learned = _sums(model)
    found = lost_tables(learned, counts) if learned else []
    return tuple(LostTable(each.table, each.kept or 0.0, each.kept_before, each.limit, each.features) for each in found)


def _labelled(drift: Drift, labels: Mapping[str, Mapping[str, Any]]) -> tuple[DriftedFeature, ...]:
    return tuple(
        DriftedFeature(each.name, each.psi, each.p_value, each.limit, **labels[each.name]) for each in drift.drifted
    )


def _reference_dates(source: Source, first: Published) -> list[date]:
    """The last year of snapshot dates matured when the first month was scored; that month itself if there is none."""
    known = matured(snapshot_dates(source), first.horizon_months, first.snapshot_date)
    start = month_end(first.snapshot_date, -first.horizon_months - MONTHS_OF_REFERENCE)
    return [day for day in known if day > start] or [first.snapshot_date]


def _as_number(version: str) -> int:
    return int(version) if version.isdecimal() else 0
