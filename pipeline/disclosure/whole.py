"""Figures of a part of the company, made of whole published groups: they add no sum to those that are published.

A part is what a manager leads. Its figure is the sum of shown groups that have nobody in common, so everything that can
be computed from it could be computed from the groups of the month before, and the search for leaks holds for it too.
"""

from collections.abc import Collection
from typing import Final

import polars as pl

from pipeline.disclosure.derivation import LEAST_PEOPLE
from pipeline.disclosure.groups import Hidden, hide_further

_GROUPS: Final = ("department", "manager_id")


def disjoint_groups(
    people: pl.DataFrame, departments: Collection[str], teams: Collection[str]
) -> tuple[list[str], list[str]]:
    """The departments and the teams to add up: groups without common members, that have most people together.

    people: employee_id, department, manager_id of the part. departments, teams: the shown groups that lie wholly in it.
    """
    by_team = people.filter(pl.col("manager_id").is_in(list(teams)))
    in_departments = pl.col("department").is_in(list(departments)).fill_null(False)
    mixed = by_team.filter(in_departments)["manager_id"]
    outside = sorted(set(teams) - set(mixed))
    with_departments = people.filter(in_departments | pl.col("manager_id").is_in(outside)).height
    if by_team.height > with_departments:
        return [], sorted(teams)
    return sorted(departments), outside


def hidden_beside(people: pl.DataFrame, known: Collection[str], shown: Hidden) -> Hidden:
    """Which groups of the part a reader must not see who knows the risks of some of its people: with these
    subtracted, they would be about too few.

    shown: for `department` and `manager_id` the groups that are shown. A scope of role hr makes its people known.
    """
    others = people.filter(~pl.col("employee_id").is_in(list(known))).select(
        pl.when(pl.col(name).is_in(list(shown[name]))).then(name).alias(name) for name in _GROUPS
    )
    few = {name: others.drop_nulls(name).group_by(name).len().filter(pl.col("len") < LEAST_PEOPLE) for name in _GROUPS}
    return hide_further(others, {name: set(groups[name]) for name, groups in few.items()}, has_total=False)
