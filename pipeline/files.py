"""Files appear whole or not at all: written beside their place under another name, then renamed; folders are held."""

import json
import math
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import Any

import polars as pl

from features.files import write_whole

__all__ = ["json_text", "locked", "write_parquet", "write_text", "write_whole"]


@contextmanager
def locked(folder: Path, *, waits: bool = True) -> Iterator[None]:
    """A folder held by this process alone, until the block ends or the process does, however it ends.

    Raises OSError where it is not there, and where another process holds it and `waits` is false.
    """
    held = os.open(folder, os.O_RDONLY)
    try:
        flock(held, LOCK_EX if waits else LOCK_EX | LOCK_NB)
        yield
    finally:
        os.close(held)


def write_parquet(frame: pl.DataFrame, target: Path) -> None:
    """A frame as Parquet."""
    write_whole(target, frame.write_parquet)


def write_text(text: str, target: Path) -> None:
    """A text as UTF-8."""
    write_whole(target, lambda part: part.write_text(text, encoding="utf-8"))


def json_text(document: Any) -> str:
    """JSON with NaN and infinities as null, dates as ISO text."""
    return json.dumps(_plain(document), ensure_ascii=False, indent=1, default=str)


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return value
