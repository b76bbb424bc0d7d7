"""Sums by whole numbers most of which occur: each indexes a table, where grouping would have to hash."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.engine.few_rows import FEW_ROWS

Keys = NDArray[np.int64]
Column = NDArray[Any]
Table = tuple[NDArray[np.bool_], Mapping[str, Column]]

MOST_KEYS: Final = 2**24
"""The largest table: 134 MB per column, of which only pages with a sum take up memory."""


def sums_by_key(parts: Sequence[pl.LazyFrame], key: str, size: int) -> pl.DataFrame:
    """Sums of all other columns of any part by `key` (from 0 to below `size`; ascending); null counts as 0.

    Raises ValueError where a key is `size` or more.
    """
    tables = [_table(part, key, size) for part in parts]
    keys = np.flatnonzero(np.logical_or.reduce([occurs for occurs, _ in tables]))
    columns = {key: keys}
    for _, sums in tables:
        for name, of_all in sums.items():
            columns[name] = columns[name] + of_all[keys] if name in columns else of_all[keys]
    return pl.DataFrame(columns)


def _table(rows: pl.LazyFrame, key: str, size: int) -> Table:
    """Whether each key occurs, and by column name the sums of each key."""
    table = rows.collect(engine="streaming")
    if len({tuple(map(len, column.get_chunks())) for column in table.iter_columns()}) > 1:
        table = table.rechunk()
    keys = [chunk.to_numpy() for chunk in table.drop_in_place(key).get_chunks()]
    if any(chunk.max(initial=-1) >= size for chunk in keys):
        raise ValueError(f"a key is not below {size}, the size of its table")
    occurs = np.zeros(size, dtype=np.bool_)
    for chunk in keys:
        occurs[chunk] = True
    add = _adding(table.height)
    sums = {}
    for name in table.columns:
        values = table.drop_in_place(name)
        sums[name] = np.zeros(size, dtype=np.float64 if values.dtype.is_float() else np.int64)
        for chunk, added in zip(keys, values.get_chunks(), strict=True):  # joining the chunks would double the time
            add(chunk, added.fill_null(0).to_numpy(), sums[name])
    return occurs, sums


def _adding(rows: int) -> Callable[[Keys, Column, Column], None]:
    """How to add values to a table in their order: the same sums either way, to the last bit."""
    if rows <= FEW_ROWS:
        return lambda keys, values, sums: np.add.at(sums, keys, values)
    from features.engine.compiled_sums import add

    compiled_add: Callable[[Keys, Column, Column], None] = add
    return compiled_add
