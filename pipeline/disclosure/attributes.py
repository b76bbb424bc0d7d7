"""Which groups of protected attributes, and of pairs of them, the fairness review does not show."""

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any, Final

import polars as pl
from numpy.typing import NDArray

from pipeline.disclosure.derivation import LEAST_PEOPLE
from pipeline.disclosure.groups import hide_further

_BETWEEN: Final = "\x1f"


def hidden_of_attributes(groups: pl.DataFrame, person: NDArray[Any]) -> dict[tuple[str, ...], set[tuple[str, ...]]]:
    """For each attribute (a name) and each pair (two names), the groups that are not shown, by their labels.

    groups: one String column per attribute, null where it is not recorded; one row per record of a `person`.
    All records together count as published, so if an attribute is missing for few people, a group is hidden too.
    """
    hidden: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    alone: dict[str, set[str]] = {}
    for names in _entries(groups.columns):
        small = hidden[names] = suppressed(_people(groups, names, person), alone)
        alone |= {name: {part[0] for part in small} for name in names if len(names) == 1}
    crossed = groups.select(pl.concat_str(names, separator=_BETWEEN).alias(_BETWEEN.join(names)) for names in hidden)
    start = {_BETWEEN.join(names): {_BETWEEN.join(part) for part in parts} for names, parts in hidden.items()}
    further = hide_further(crossed, start, person=pl.Series(person))
    return {names: {tuple(part.split(_BETWEEN)) for part in further[_BETWEEN.join(names)]} for names in hidden}


def suppressed(
    people: Mapping[tuple[str, ...], int],
    alone: Mapping[str, set[str]] | None = None,
    least: int = LEAST_PEOPLE,
) -> set[tuple[str, ...]]:
    """The groups that are not shown: fewer than `least` people, or deducible from a shown sum less other groups.

    Keys of `people` have one name for an attribute, two for a pair. The shown sums are everyone and, for a pair, the
    groups of each attribute: in each, the hidden groups must have `least` together. `alone` holds the groups
    that each attribute hides by itself; a pair that includes one of them is hidden too.
    """
    before = set().union(*(alone or {}).values())
    hidden = {key for key, size in people.items() if 0 < size < least or (len(key) > 1 and before & set(key))}
    while smallest := next(_giving_away(people, hidden, least), None):
        hidden.add(smallest)
    return hidden


def _giving_away(
    people: Mapping[tuple[str, ...], int], hidden: set[tuple[str, ...]], least: int
) -> Iterator[tuple[str, ...]]:
    """For each sum whose hidden groups have too few people, the smallest shown group."""
    positions = range(len(next(iter(people), ())))
    sums = (
        [list(people)]
        if len(positions) == 1
        else [[key for key in people if key[at] == name] for at in positions for name in {key[at] for key in people}]
    )
    for keys in sums:
        shown = [key for key in keys if key not in hidden and people[key]]
        if shown and 0 < sum(people[key] for key in keys if key in hidden) < least:
            yield min(shown, key=lambda key: (people[key], key))


def _entries(attributes: list[str]) -> list[tuple[str, ...]]:
    return [*((name,) for name in attributes), *combinations(attributes, 2)]


def _people(groups: pl.DataFrame, names: tuple[str, ...], person: NDArray[Any]) -> dict[tuple[str, ...], int]:
    """The number of different people in each group."""
    sizes = groups.select(names, person=person).drop_nulls().group_by(names).agg(pl.col("person").n_unique())
    return {tuple(row[:-1]): row[-1] for row in sizes.sort(names).rows()}
