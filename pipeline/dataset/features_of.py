"""The features of some snapshot dates of a source: one builder for training, scoring and monitoring."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from features.build import feature_table
from features.engine.named import engine_named
from features.source import Source
from pipeline.dataset.workspace import kept_months
from pipeline.settings import Settings


def features_of(
    source: Source, dates: Sequence[date], folder: Path, settings: Settings, told: Callable[[str], None]
) -> dict[date, Path]:
    """The Parquet file of the features of each date, under `folder`, by the engine that the settings name.

    The monthly sums of internal services are those that an earlier run kept, and are kept for the next.
    """
    with engine_named(settings.engine, folder) as engine:
        paths = feature_table(
            source,
            dates,
            folder / "features",
            lambda day: told(f"features of {day:%Y-%m}"),
            kept_months(settings, source.name),
            engine,
        )
    return dict(zip(dates, paths, strict=True))
