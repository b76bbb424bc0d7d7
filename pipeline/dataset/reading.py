"""The engine with which a command reads a source that it computes no features of."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from features.engine.named import engine_named
from features.engine.polars import POLARS
from features.engine.protocol import Engine
from features.source import has_tables_of_spark
from pipeline.settings import Settings


@contextmanager
def engine_to_read(source: Path, folder: Path, settings: Settings) -> Iterator[Engine]:
    """This process, which needs no start; for a source with tables that only Spark reads, the engine of the settings.

    Temporary files are under `folder`.
    """
    if settings.engine != POLARS.name and has_tables_of_spark(source):
        with engine_named(settings.engine, folder, settings.spark_store) as engine:
            yield engine
    else:
        yield POLARS
