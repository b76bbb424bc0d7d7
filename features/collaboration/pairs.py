"""Two whole numbers as one, such as a pair of people: grouping by it takes a fraction of the time of two columns."""

from collections.abc import Mapping, Sequence
from typing import Final

import narwhals as nw

from features.calendar import Frame

BASE: Final = 2**31
"""Above every code of a person."""
SIDES: Final = ("low", "high")
"""The two people of a pair, by their codes."""
ASKS: Final = "low_asks high_asks"
"""How often either of a pair asked the other, as `two_by_two` has it."""
RATED: Final = "low_asks_rating_n high_asks_rating_n"
"""Likewise how many of these were rated."""


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


def two_by_two(counts: Mapping[str, nw.Expr]) -> dict[str, nw.Expr]:
    """Counts, whose sums are whole numbers from 0 to below `BASE`, two in a column, which bears both names.

    Each column that is read, summed or written costs as much as the grouping itself. `apart` gives the counts back.
    """
    names = list(counts)
    twos = {
        f"{first} {second}": as_one(counts[first], counts[second])
        for first, second in zip(names[::2], names[1::2], strict=False)
    }
    return twos | {name: counts[name].cast(nw.Int64) for name in names[len(twos) * 2 :]}


def apart(columns: Sequence[str]) -> dict[str, nw.Expr]:
    """The counts (Int32) that `two_by_two` put into such columns; of other columns nothing."""
    twos = {both: both.split(" ") for both in columns if " " in both}
    firsts = {first: first_of(both) for both, (first, _) in twos.items()}
    return firsts | {second: second_of(both) for both, (_, second) in twos.items()}


def sums_by(rows: Frame, keys: Sequence[str], counts: Mapping[str, nw.Expr], large: Mapping[str, nw.Expr]) -> Frame:
    """Sums by keys: of `counts`, whose sums are whole numbers from 0 to below `BASE` (Int32), and of `large`."""
    together = two_by_two(counts)
    rows = rows.select(*keys, **together, **large)
    sums = rows.group_by(*keys).agg(nw.col(*together, *large).sum())
    alone = {name: nw.col(name).cast(nw.Int32) for name in together if name in counts}
    return sums.select(*keys, *large, **apart(list(together)), **alone)
