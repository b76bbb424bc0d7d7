"""Two whole numbers as one, such as a pair of people: grouping by it takes a fraction of the time of two columns."""

from collections.abc import Mapping, Sequence
from typing import Final

import narwhals as nw

from features.calendar import Frame

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


def flag(condition: nw.Expr) -> nw.Expr:
    """1 where a condition holds and 0 where not: no engine sums up truth itself."""
    return condition.cast(nw.Int32)


def sums_by(rows: Frame, keys: Sequence[str], counts: Mapping[str, nw.Expr], large: Mapping[str, nw.Expr]) -> Frame:
    """Sums by keys: of `counts`, whose sums are whole numbers from 0 to below `BASE` (Int32), and of `large`.

    The counts are summed two at a time as one number, since each column that is summed costs as much as the grouping.
    """
    names = list(counts)
    twos = {f"{first} {second}": (first, second) for first, second in zip(names[::2], names[1::2], strict=False)}
    alone = names[len(twos) * 2 :]
    together = {both: as_one(counts[first], counts[second]) for both, (first, second) in twos.items()}
    rows = rows.select(*keys, **together, **{name: counts[name] for name in alone}, **large)
    sums = rows.group_by(*keys).agg(nw.col(*together, *alone, *large).sum())
    apart = {first: first_of(both) for both, (first, _) in twos.items()}
    apart |= {second: second_of(both) for both, (_, second) in twos.items()}
    whole = {name: nw.col(name).cast(nw.Int32) for name in alone}
    return sums.select(*keys, *large, **apart, **whole)
