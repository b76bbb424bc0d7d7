"""Sums by whole numbers of which most occur: each has its place in a table, where a grouping would have to hash."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.engine.compiled import compiled

Places = NDArray[np.int64]
Column = NDArray[Any]
Table = tuple[NDArray[np.bool_], Mapping[str, Column]]

PLACES: Final = 2**24
"""In a table, at most: 134 MB a column, of which only those pages are memory in which something was added."""


def sums_by_place(parts: Sequence[pl.LazyFrame], key: str, places: int) -> pl.DataFrame:
    """Sums by `key` (0 to below `places`; ascending) of all other columns, which are any part's; null counts as 0.

    Raises ValueError where a key has no place.
    """
    tables = [_table(part, key, places) for part in parts]
    found = np.flatnonzero(np.logical_or.reduce([is_found for is_found, _ in tables]))
    columns = {key: found}
    for _, sums in tables:
        for name, of_places in sums.items():
            columns[name] = columns[name] + of_places[found] if name in columns else of_places[found]
    return pl.DataFrame(columns)


def _table(rows: pl.LazyFrame, key: str, places: int) -> Table:
    """Whether each place was found, and by name the sums at each."""
    table = rows.collect(engine="streaming")
    if len({tuple(map(len, column.get_chunks())) for column in table.iter_columns()}) > 1:
        table = table.rechunk()
    where = [chunk.to_numpy() for chunk in table.drop_in_place(key).get_chunks()]
    if any(chunk.max(initial=-1) >= places for chunk in where):
        raise ValueError(f"a key is not below {places}, where its table ends")
    is_found = np.zeros(places, dtype=np.bool_)
    for chunk in where:
        _mark(chunk, is_found)
    sums = {}
    for name in table.columns:
        values = table.drop_in_place(name)
        sums[name] = np.zeros(places, dtype=np.float64 if values.dtype.is_float() else np.int64)
        for chunk, added in zip(where, values.get_chunks(), strict=True):  # to join them would cost as much again
            _add(chunk, added.fill_null(0).to_numpy(), sums[name])
    return is_found, sums


@compiled()
def _mark(where: Places, is_found: NDArray[np.bool_]) -> None:
    for row in range(len(where)):
        is_found[where[row]] = True


@compiled()
def _add(where: Places, values: Column, sums: Column) -> None:
    for row in range(len(where)):
        sums[where[row]] += values[row]
