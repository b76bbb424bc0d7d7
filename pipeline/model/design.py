"""The columns that the additive part is fitted on: its design.

Each number enters twice, as its (tamed) value and as its rank among the training rows, with a column of its own for
'unknown' where nulls are frequent; each frequent level of a category is a column.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipeline.model.encoding import LEAST_ROWS, Rows

Floats = NDArray[np.float64]

_KNOTS: Final = 101
_TAILS: Final = (0.005, 0.995)
_SKEWED: Final = 1.0
"""Above this skewness a value enters on the arcsinh scale: logarithmic in the tails, linear at the median."""


@dataclass(frozen=True)
class Basis:
    """The columns of one feature, tabulated at `knots`: (knots, columns), and for unknown values (columns,)."""

    knots: Floats
    table: Floats
    unknown: Floats

    def columns(self, values: Floats) -> Iterator[Floats]:
        """Each column (n,) of a feature's values (n,), one after the other."""
        missing = np.isnan(values)
        place = np.where(missing, 0.0, np.interp(values, self.knots, np.arange(len(self.knots))))
        below = place.astype(np.intp)
        beyond = place - below
        for column, unknown in zip(self.table.T, self.unknown, strict=True):
            rise = np.diff(column, append=column[-1:])
            yield np.where(missing, unknown, column[below] + beyond * rise[below])

    def as_dict(self) -> dict[str, Any]:
        return {"knots": self.knots.tolist(), "table": self.table.tolist(), "unknown": self.unknown.tolist()}

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> "Basis":
        """The opposite of `as_dict`; raises ValueError where the table is not finite with rising knots."""
        knots, unknown = (np.asarray(values[name], dtype=np.float64) for name in ("knots", "unknown"))
        table = np.asarray(values["table"], dtype=np.float64).reshape(len(knots), len(unknown))
        figures = np.concatenate([knots, unknown, table.ravel()])
        if not len(knots) or (np.diff(knots) <= 0).any() or not np.isfinite(figures).all():
            raise ValueError("a basis needs rising knots and a finite row of columns for each")
        return Basis(knots, table, unknown)


@dataclass(frozen=True)
class Design:
    """The columns of some rows as they are fitted: `columns` (n, columns), each with mean 0 and spread 1.

    `mean` and `scale` (columns,) are the means and spreads that they had.
    """

    bases: Sequence[Basis]
    columns: NDArray[np.float32]
    mean: Floats
    scale: Floats

    @cached_property
    def products(self) -> Floats:
        """The Gram matrix of the columns, (columns, columns)."""
        return (self.columns.T @ self.columns).astype(np.float64)


def design_of(matrix: Floats, categories: Sequence[int], rows: Rows | slice = slice(None)) -> Design:
    """The design of an encoded matrix (n, features), or of some of its rows; `categories` are positions of features."""
    bases = [basis_of(matrix[rows, i], i in categories) for i in range(matrix.shape[1])]
    return Design(bases, *standardised(matrix, bases, rows))


def basis_of(values: Floats, is_category: bool) -> Basis:
    """The columns of a feature, from its values (n,) in the training rows; those of a category are codes of levels."""
    known = values[~np.isnan(values)]
    basis = _levels(known) if is_category else _value_and_rank(known)
    if min(len(known), len(values) - len(known)) < LEAST_ROWS:
        return basis
    never = np.zeros((len(basis.knots), 1))
    return Basis(basis.knots, np.hstack([basis.table, never]), np.append(basis.unknown, 1.0))


def _levels(codes: Floats) -> Basis:
    """One column for each level; the rare ones together (code 0), and the unknown, are what the others differ from."""
    knots = np.arange(codes.max(initial=0) + 1)
    return Basis(knots, np.eye(len(knots))[:, 1:], np.zeros(len(knots) - 1))


def _value_and_rank(known: Floats) -> Basis:
    ordered = np.sort(known)
    if len(ordered) < LEAST_ROWS or ordered[0] == ordered[-1]:
        return Basis(np.zeros(1), np.empty((1, 0)), np.empty(0))
    low, high = _quantiles(ordered, _TAILS)
    knots = ordered[np.diff(ordered, prepend=-np.inf) > 0]
    if len(knots) > _KNOTS:
        knots = np.unique(_quantiles(ordered, np.linspace(*_TAILS, _KNOTS)))
    value = _tamed(np.clip(knots, low, high) if low < high else knots, ordered)
    rank = (np.searchsorted(ordered, knots) + np.searchsorted(ordered, knots, side="right")) / (2 * len(ordered))
    table = np.column_stack([value, rank])
    middle = _quantiles(ordered, 0.5)
    return Basis(knots, table, np.array([np.interp(middle, knots, column) for column in table.T]))


def _tamed(values: Floats, ordered: Floats) -> Floats:
    middle, spread = _quantiles(ordered, 0.5), ordered.std()
    quartiles = np.subtract(*_quantiles(ordered, (0.75, 0.25))) or spread
    standard = (ordered - ordered.mean()) / spread
    skewness = np.mean(standard * standard * standard)  # a power of 3 takes twenty times as long
    from_middle = values - middle
    return np.asarray(np.arcsinh(2 * from_middle / quartiles) if abs(skewness) > _SKEWED else from_middle / spread)


def _quantiles(ordered: Floats, shares: ArrayLike) -> Floats:
    """What `np.quantile` gives, of figures (n,) that are sorted already."""
    place = np.asarray(shares) * (len(ordered) - 1)
    below = place.astype(np.intp)
    low, high = ordered[below], ordered[np.minimum(below + 1, len(ordered) - 1)]
    return np.asarray(low + (place - below) * (high - low))


def standardised(
    matrix: Floats, bases: Sequence[Basis], rows: Rows | slice
) -> tuple[NDArray[np.float32], Floats, Floats]:
    """The design (n, columns), each column with mean 0 and spread 1, and the means and spreads they had (columns,).

    Single precision is enough and halves the solver's time. Columns are built one at a time: all of them in double
    precision would take many times the memory of the design.
    """
    count = sum(len(basis.unknown) for basis in bases)
    design = np.empty((len(matrix[rows, :1]), count), dtype=np.float32, order="F")
    mean, scale = np.empty(count), np.empty(count)
    columns = (column for i, basis in enumerate(bases) for column in basis.columns(matrix[rows, i]))
    for place, column in enumerate(columns):
        is_indicator = column[0] in (0, 1) and ((column == 0) | (column == 1)).all()
        mean[place] = column.mean()
        centred = column - mean[place]
        spread = np.sqrt((centred * centred).mean())
        scale[place] = 1.0 if is_indicator or spread == 0 else spread  # a rare indicator is penalised by its rarity
        design[:, place] = centred / scale[place]
    return design, mean, scale


def columns_of(bases: Sequence[Basis]) -> list[slice]:
    """Which columns of the design are each feature's."""
    ends = np.cumsum([len(basis.unknown) for basis in bases]).tolist()
    return [slice(start, end) for start, end in pairwise([0, *ends])]
