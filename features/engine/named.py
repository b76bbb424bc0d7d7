"""An engine by its name in the settings."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from features.contract.vocabulary import EngineName
from features.engine.polars import POLARS
from features.engine.protocol import Engine


@contextmanager
def engine_named(name: EngineName, folder: Path, store: str = "") -> Iterator[Engine]:
    """The engine of that name. Its temporary files are under `folder`, and those of several machines in `store`, a URL;
    without one, all machines must see `folder`.

    Raises BadInput where Spark or Java is not installed, and for a store that cannot be used.
    """
    if name == "polars":
        yield POLARS
        return
    from features.engine.spark.session import spark_engine

    with spark_engine(folder, store) as engine:
        yield engine
