"""Writes the feature table of a source to one file."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import singledispatch
from pathlib import Path

import polars as pl

from features.catalogue.catalogue import catalogue
from features.engine.named import engine_named
from features.errors import BadInput, Finding
from features.known.snapshots import snapshot_dates
from features.source import CrossSection, Source, load_source, source_name
from pipeline.dataset.features_of import features_of
from pipeline.dataset.workspace import tables_without_names
from pipeline.files import write_parquet, write_whole
from pipeline.settings import Settings


def write_features(
    source: Path,
    dates: Sequence[date],
    target: Path,
    folder: Path,
    progress: Callable[[str], None],
    settings: Settings,
) -> tuple[int, int]:
    """Writes the feature table of a source for some snapshot dates (all by default); the number of rows and features.

    Monthly sums of internal services are reused from earlier runs and stored for the next. Raises BadInput for a day
    that is not a snapshot date of the source.
    """
    progress("reading and validating")
    stored = tables_without_names(settings, source_name(source))
    with engine_named(settings.engine, folder, settings.spark_store) as engine:
        loaded = load_source(
            source, folder / "tables", runs_own_features=settings.own_features, stored=stored, engine=engine
        )
        return _written(loaded, dates, target, folder, progress, settings)


@singledispatch
def _written(
    loaded: Source | CrossSection,
    dates: Sequence[date],
    target: Path,
    folder: Path,
    progress: Callable[[str], None],
    settings: Settings,
) -> tuple[int, int]:
    raise TypeError(type(loaded))


@_written.register
def _(loaded: CrossSection, _dates: Sequence[date], target: Path, *_: object) -> tuple[int, int]:
    table = loaded.frame.select(pl.lit(loaded.employee_id).alias("employee_id"), pl.all())
    write_parquet(table, target)
    return table.height, table.width - 1


@_written.register
def _(
    loaded: Source,
    dates: Sequence[date],
    target: Path,
    folder: Path,
    progress: Callable[[str], None],
    settings: Settings,
) -> tuple[int, int]:
    known = snapshot_dates(loaded)
    if unknown := sorted(set(dates) - set(known)):
        remedy = f"Choose month-ends of {known[0]:%Y-%m} to {known[-1]:%Y-%m}."
        rule = f"{', '.join(map(str, unknown))}: not a snapshot date of this source"
        raise BadInput(Finding(rule, "source", "snapshot_date", 0, remedy))
    files = features_of(loaded, dates or known, folder, settings, progress)
    write_whole(target, pl.scan_parquet(list(files.values())).sink_parquet)
    return pl.scan_parquet(target).select(pl.len()).collect().item(), len(catalogue(loaded))
