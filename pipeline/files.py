"""Files are written whole or not at all (under a temporary name, then renamed), and folders can be locked."""

import json
import math
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import Any

import polars as pl

from features.errors import BadInput, Finding
from features.files import write_whole

__all__ = ["json_text", "locked", "read_columns", "write_parquet", "write_text", "write_whole"]


@contextmanager
def locked(folder: Path, *, seconds: float = math.inf) -> Iterator[None]:
    """Lock a folder for this process until the block or the process ends, even if it is killed.

    Raises BlockingIOError if another process still holds it after `seconds`, and OSError if it cannot be opened.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        _lock(descriptor, time.monotonic() + seconds)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, until: float) -> None:
    if until == math.inf:
        flock(descriptor, LOCK_EX)
        return
    while True:
        try:
            flock(descriptor, LOCK_EX | LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= until:
                raise
        time.sleep(0.05)


def read_columns(path: Path, required: Sequence[str], remedy: str, optional: Sequence[str] = ()) -> pl.DataFrame:
    """Columns of a CSV (UTF-8) or Parquet file as text without spaces around it; empty is null. Other columns are not
    read, nor are empty rows and repeated ones; an optional column that is not there is null.

    Raises BadInput for a file that cannot be read, and for each required column that is missing.
    """
    try:
        table = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema=False)
    except FileNotFoundError:
        raise BadInput(Finding("the file does not exist", path.name, remedy=remedy)) from None
    except (pl.exceptions.PolarsError, UnicodeDecodeError, OSError):
        raise BadInput(Finding("the file cannot be read", path.name, remedy=remedy)) from None
    if missing := [name for name in required if name not in table.columns]:
        raise BadInput([Finding("a required column is missing", path.name, name, remedy=remedy) for name in missing])
    absent = [pl.lit(None).alias(name) for name in optional if name not in table.columns]
    columns = pl.col(*required, *optional).cast(pl.String).str.strip_chars().replace("", None)
    rows = table.with_columns(absent).select(columns).unique(maintain_order=True)
    return rows.filter(~pl.all_horizontal(pl.all().is_null()))


def write_parquet(frame: pl.DataFrame, target: Path) -> None:
    """Write a frame as Parquet."""
    write_whole(target, frame.write_parquet)


def write_text(text: str, target: Path) -> None:
    """Write a text as UTF-8."""
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
