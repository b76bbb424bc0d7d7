"""A column of the contract: its type, its meaning, and the values that it may have."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Final

import polars as pl

YEAR: Final = timedelta(days=366)
PLANNING: Final = timedelta(days=3653)
"""How far past `complete_until` a planned change may lie: ten years, as fixed-term contracts do."""


@dataclass(frozen=True)
class Column:
    """What the contract says about a column; an empty value is never against `allowed` and the limits.

    allowed: the words that it may hold, any where empty. low and high: the least and the largest number, both allowed;
    above: a number that must be exceeded. ahead: how far past `complete_until` a date may lie. may_be_empty: of a
    required column, that an empty value makes the row meaningless rather than wrong.
    """

    dtype: pl.DataType
    description: str
    is_required: bool
    allowed: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    above: float | None = None
    ahead: timedelta = YEAR
    may_be_empty: bool = False

    def possible(self, name: str) -> pl.Expr | None:
        """Whether a value is one of the contract's; None where the contract says nothing about values."""
        value = pl.col(name)
        if self.allowed:
            return value.is_in(self.allowed)
        if self.above is not None:
            return value > self.above
        if self.high is not None:
            return value.is_between(self.low, self.high)
        return None if self.low is None else value >= self.low


def text(description: str, allowed: tuple[str, ...] = ()) -> Column:
    """A required column of text."""
    return Column(pl.String(), description, is_required=True, allowed=allowed)


def optional_text(description: str, allowed: tuple[str, ...] = ()) -> Column:
    """A column of text that a source may lack."""
    return Column(pl.String(), description, is_required=False, allowed=allowed)


def day(
    description: str, ahead: timedelta = YEAR, *, may_be_empty: bool = False, dtype: pl.DataType | None = None
) -> Column:
    """A required day; `dtype` of a time."""
    return Column(dtype or pl.Date(), description, is_required=True, ahead=ahead, may_be_empty=may_be_empty)


def optional_day(description: str, ahead: timedelta = PLANNING, *, dtype: pl.DataType | None = None) -> Column:
    """A day that a source may lack; `dtype` of a time."""
    return Column(dtype or pl.Date(), description, is_required=False, ahead=ahead)


def number(
    description: str,
    low: float | None = None,
    high: float | None = None,
    *,
    above: float | None = None,
    is_required: bool = False,
    dtype: pl.DataType | None = None,
) -> Column:
    """A number, optional by default, from `low` to `high`, both allowed, or strictly above `above`."""
    return Column(dtype or pl.Float64(), description, is_required, low=low, high=high, above=above)


def answer(description: str, low: float | None = None, high: float | None = None) -> Column:
    """The number that a row exists for: a row without it is left out."""
    return Column(pl.Float64(), description, is_required=True, low=low, high=high, may_be_empty=True)


class Table:
    """A table of the contract: its columns are the attributes of its class, and `recorded_at` is the last."""

    columns: ClassVar[Mapping[str, Column]]
    recorded_at = optional_day("the day the row became known; empty = known on its own date")

    def __init_subclass__(cls) -> None:
        own = {name: column for name, column in vars(cls).items() if isinstance(column, Column)}
        cls.columns = own | {"recorded_at": Table.recorded_at}
