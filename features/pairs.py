"""Two people as one number, whichever comes first: grouping by it takes half as long as by two names."""

from typing import Final

import narwhals as nw

BASE: Final = 2**31
"""Above every code of a person."""


def pair_of(one: str, other: str) -> nw.Expr:
    """The pair of the people whose codes (0, 1, 2 ...) two columns hold."""
    low, high = nw.min_horizontal(nw.col(one), nw.col(other)), nw.max_horizontal(nw.col(one), nw.col(other))
    return low.cast(nw.Int64) * BASE + high


def low_of(pair: str) -> nw.Expr:
    """The code of the person of the pair who has the lower one."""
    return (nw.col(pair) // BASE).cast(nw.Int32)


def high_of(pair: str) -> nw.Expr:
    """The code of the person of the pair who has the higher one."""
    return (nw.col(pair) % BASE).cast(nw.Int32)
