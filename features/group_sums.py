"""Sums by a whole number, a batch of rows at a time: a hash table in machine code (numba).

Polars groups any columns by any keys. Where the key is one Int64 and the figures are but added up, a table that does
nothing else takes a fifth of the time, and holds the groups only, never the rows.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeVar

import numba
import numpy as np
import polars as pl
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Codes = NDArray[np.int32]
Floats = NDArray[np.float64]
Function = TypeVar("Function", bound=Callable[..., Any])

FIRST_BITS: Final = 12
_FREE: Final = -1
_SPREAD: Final = np.uint64(11_400_714_819_323_198_485)
"""2^64 over the golden ratio, made odd: Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4)."""


def sums_by(batches: Iterable[pl.DataFrame], key: str, figures: Sequence[str]) -> pl.DataFrame:
    """A row for each value of `key` (whole numbers, never null), ordered as they first came, with summed figures.

    Every batch holds these columns. Sums are Float64, exact for whole numbers up to 2^53; a null counts as 0.
    """
    groups = _Groups(len(figures))
    for batch in batches:
        filled = batch.select(pl.col(key).cast(pl.Int64), pl.col(figures).cast(pl.Float64).fill_null(0.0)).rechunk()
        groups.add(filled[key].to_numpy(), [filled[name].to_numpy() for name in figures])
    keys, totals = groups.result()
    return pl.DataFrame({key: keys} | dict(zip(figures, totals, strict=True)))


class _Groups:
    """The groups so far: each one's key and sums by its number, and its number by the hash of its key."""

    def __init__(self, figures: int) -> None:
        self._count = 0
        self._bits = FIRST_BITS
        self._numbers = np.full(1 << self._bits, _FREE, np.int32)
        self._keys: Ints = np.empty(1 << self._bits, np.int64)
        self._totals: list[Floats] = [np.zeros(1 << self._bits) for _ in range(figures)]

    def add(self, keys: Ints, figures: Sequence[Floats]) -> None:
        self._make_room(len(keys))
        numbers: Codes = np.empty(len(keys), np.int32)
        self._count = _find(keys, self._numbers, self._bits, self._keys, self._count, numbers)
        for total, figure in zip(self._totals, figures, strict=True):
            _add(numbers, figure, total)

    def result(self) -> tuple[Ints, list[Floats]]:
        return self._keys[: self._count], [total[: self._count] for total in self._totals]

    def _make_room(self, rows: int) -> None:
        """So much that half of the table stays free even if every row is a new group."""
        bits = max(self._bits, int(2 * (self._count + rows)).bit_length())
        if bits == self._bits:
            return
        self._bits = bits
        self._numbers = np.full(1 << bits, _FREE, np.int32)
        old, self._keys = self._keys[: self._count], np.empty(1 << bits - 1, np.int64)
        _find(old, self._numbers, bits, self._keys, 0, np.empty(len(old), np.int32))
        self._totals = [_longer(total, len(self._keys)) for total in self._totals]


def _longer(total: Floats, length: int) -> Floats:
    return np.concatenate([total, np.zeros(max(0, length - len(total)))])


def _compiled(function: Function) -> Function:
    """Compile at the first call; numba keeps it on disk or, where no folder can be written, in the process."""
    try:
        return numba.njit(cache=True, nogil=True)(function)  # type: ignore[no-any-return]
    except RuntimeError:
        return numba.njit(nogil=True)(function)  # type: ignore[no-any-return]


@_compiled
def _find(keys: Ints, table: Codes, bits: int, known: Ints, count: int, numbers: Codes) -> int:
    """The number of each key's group, new ones numbered on; gives how many groups there are now."""
    last = len(table) - 1
    for row in range(len(keys)):
        key = keys[row]
        place = np.int64((np.uint64(key) * _SPREAD) >> np.uint64(64 - bits))
        while table[place] != _FREE and known[table[place]] != key:
            place = np.int64((place + 1) & last)
        if table[place] == _FREE:
            table[place] = count
            known[count] = key
            count += 1
        numbers[row] = table[place]
    return count


@_compiled
def _add(numbers: Codes, figure: Floats, total: Floats) -> None:
    for row in range(len(numbers)):
        total[numbers[row]] += figure[row]
