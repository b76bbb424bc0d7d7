"""Two whole numbers as one, such as a pair of people: grouping by it takes a fraction of the time of two columns."""

from typing import Final

import narwhals as nw

BASE: Final = 2**31
"""Above every code of a person."""


def as_one(first: nw.Expr, second: nw.Expr) -> nw.Expr:
    """Two whole numbers from 0 to below `BASE` as one."""
    return first.cast(nw.Int64) * BASE + second


def first_of(both: str) -> nw.Expr:
    """The first of the two numbers."""
    return (nw.col(both) // BASE).cast(nw.Int32)


def second_of(both: str) -> nw.Expr:
    """The second of the two numbers."""
    return (nw.col(both) % BASE).cast(nw.Int32)


def pair_of(one: str, other: str) -> nw.Expr:
    """The pair of the people whose codes (0, 1, 2 ...) two columns hold, the lower code first."""
    return as_one(nw.min_horizontal(nw.col(one), nw.col(other)), nw.max_horizontal(nw.col(one), nw.col(other)))
