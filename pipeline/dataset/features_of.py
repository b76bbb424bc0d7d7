"""Builds the features of a source on given snapshot dates, for training, scoring and monitoring alike."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from features.build import feature_table
from features.engine.named import engine_named
from features.source import Source
from pipeline.dataset.workspace import months_folder
from pipeline.settings import Settings


def features_of(
    source: Source, dates: Sequence[date], folder: Path, settings: Settings, progress: Callable[[str], None]
) -> dict[date, Path]:
    """Builds the features of each date with the engine of the settings; the Parquet files, under `folder`, by date.

    Monthly sums of internal services are reused from earlier runs and stored for the next.
    """
    with engine_named(settings.engine, folder, settings.spark_store) as engine:
        paths = feature_table(
            source,
            dates,
            folder / "features",
            lambda day: progress(f"features of {day:%Y-%m}"),
            months_folder(settings, source.name),
            engine,
        )
    return dict(zip(dates, paths, strict=True))
