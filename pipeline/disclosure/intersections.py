"""Intersections of groups: which of them may be shown, beside all published groups and beside each other.

A department at one location, or one level of a job, is a sum that the figures of groups do not have. Together they are
many: less a level of it, a department may be one person. So what may be shown is one set for a publication, the same
for every reader, and it does not matter who asked for what before: all intersections of enough people, less those that
the search for leaks needs to hide (`derivation`). Published groups stay as they are.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from typing import Final

import polars as pl

from pipeline.disclosure.groups import Hidden, hide_further

PARTS: Final = ("department", "location", "level", "job")
"""What groups are intersected of."""

LEAST_OF_INTERSECTION: Final = 20
"""The fewest people of an intersection. More than of a group, because there are many, and rounding blurs small sums."""
PEOPLE_PER_INTERSECTION: Final = 50
FEWEST: Final = 40
MOST: Final = 400
"""As many intersections of a company as this are chosen from, the largest: one for every 50 people, within limits.
Of more, the search may take minutes, and then hides what it cannot decide."""

_BETWEEN: Final = "\x1f"


def combination(dimensions: Sequence[str]) -> str:
    """The name of the column of `intersections` for some dimensions, in its order."""
    return _BETWEEN.join(dimensions)


def intersection(groups: Sequence[str]) -> str:
    """The label there of the people who are in all these groups, one of each dimension."""
    return _BETWEEN.join(groups)


def intersections(groups: pl.DataFrame) -> pl.DataFrame:
    """A column for every combination of two columns and more: the intersection that each person is in, null where one
    of the groups is unknown.
    """
    several = [names for number in range(2, groups.width + 1) for names in combinations(groups.columns, number)]
    return groups.select(pl.concat_str(names, separator=_BETWEEN).alias(combination(names)) for names in several)


def intersections_shown(groups: pl.DataFrame, published: pl.DataFrame) -> Hidden:
    """For each column of `intersections` the labels that may be shown.

    groups: the String columns that are intersected, a row per person. published: the groups that are shown of the same
    people, a column per dimension, null where a person's group is not shown; a total is a column too.
    """
    candidates = _candidates(intersections(groups))
    both = pl.concat([published, candidates], how="horizontal")
    hidden = hide_further(both, {name: set() for name in candidates.columns}, published.columns, has_total=False)
    return {name: set(candidates[name].drop_nulls()) - hidden[name] for name in candidates.columns}


def only(groups: pl.DataFrame, shown: Mapping[str, Collection[str]]) -> pl.DataFrame:
    """The columns that `shown` names, with null instead of a group that is not shown."""
    return groups.select(
        pl.when(pl.col(name).is_in(list(found))).then(name).alias(name) for name, found in shown.items()
    )


def _candidates(every: pl.DataFrame) -> pl.DataFrame:
    """Those of enough people; of too many the largest, equally large ones all or none."""
    sizes = {name: every[name].drop_nulls().value_counts(name="people") for name in every.columns}
    people = sorted((size for each in sizes.values() for size in each["people"]), reverse=True)
    most = min(max(every.height // PEOPLE_PER_INTERSECTION, FEWEST), MOST)
    beyond = people[most] if len(people) > most else 0
    least = max(LEAST_OF_INTERSECTION, beyond + 1)
    return only(every, {name: set(each.filter(pl.col("people") >= least)[name]) for name, each in sizes.items()})
