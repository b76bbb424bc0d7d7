"""An engine by its name in the settings."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from features.contract.vocabulary import EngineName
from features.engine.polars import POLARS
from features.engine.protocol import Engine


@contextmanager
def engine_named(name: EngineName, folder: Path) -> Iterator[Engine]:
    """The engine of that name. Its temporary files are under `folder`, which all its machines must see.

    Raises BadInput where Spark or Java is not installed.
    """
    if name == "polars":
        yield POLARS
        return
    from features.engine.spark import spark_engine

    with spark_engine(folder) as engine:
        yield engine
