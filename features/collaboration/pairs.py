"""Two whole numbers packed into one, such as a pair of people: grouping by one column is much faster than by two."""

from collections.abc import Mapping, Sequence
from typing import Final

import narwhals as nw

from features.calendar import Frame

BASE: Final = 2**31
"""Higher than every code of a person."""
SIDES: Final = ("low", "high")
"""The two people of a pair, ordered by code."""
ASKS: Final = "low_asks high_asks"
"""How often either person of a pair asked the other, in the format of `two_by_two`."""
RATED: Final = "low_asks_rating_n high_asks_rating_n"
"""How many of these were rated, in the same format."""


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
    """The pair of two people, the lower code first; two columns hold their codes (0, 1, 2 ...)."""
    return as_one(nw.min_horizontal(nw.col(one), nw.col(other)), nw.max_horizontal(nw.col(one), nw.col(other)))


def flag(condition: nw.Expr) -> nw.Expr:
    """1 where a condition holds and 0 where not: not every engine can sum booleans."""
    return condition.cast(nw.Int32)


def two_by_two(counts: Mapping[str, nw.Expr]) -> dict[str, nw.Expr]:
    """Counts packed two to a column, whose name is both names. Their sums are whole numbers from 0 to below `BASE`.

    Each column that is read, summed or written costs as much as the grouping itself. `apart` unpacks the counts.
    """
    names = list(counts)
    twos = {
        f"{first} {second}": as_one(counts[first], counts[second])
        for first, second in zip(names[::2], names[1::2], strict=False)
    }
    return twos | {name: counts[name].cast(nw.Int64) for name in names[len(twos) * 2 :]}


def apart(columns: Sequence[str]) -> dict[str, nw.Expr]:
    """The counts (Int32) that `two_by_two` packed into these columns; other columns are skipped."""
    twos = {both: both.split(" ") for both in columns if " " in both}
    firsts = {first: first_of(both) for both, (first, _) in twos.items()}
    return firsts | {second: second_of(both) for both, (_, second) in twos.items()}


def sums_by(rows: Frame, keys: Sequence[str], counts: Mapping[str, nw.Expr], large: Mapping[str, nw.Expr]) -> Frame:
    """Sums by keys of `counts` (Int32; the sums are whole numbers from 0 to below `BASE`) and of `large`."""
    together = two_by_two(counts)
    rows = rows.select(*keys, **together, **large)
    sums = rows.group_by(*keys).agg(nw.col(*together, *large).sum())
    alone = {name: nw.col(name).cast(nw.Int32) for name in together if name in counts}
    return sums.select(*keys, *large, **apart(list(together)), **alone)
