"""Why a group of a plan has no figures."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.disclosure import Hidden, hidden_of_reached
from pipeline.disclosure.intersections import (
    LEAST_OF_INTERSECTION,
    PARTS,
    combination,
    intersection,
    intersections,
    only,
)
from pipeline.model.stored_model import StoredModel
from pipeline.planning.plan import DIMENSIONS, Plan, Why
from pipeline.planning.plan_levers import Applied, applied
from pipeline.planning.staff import Staff

Bools = NDArray[np.bool_]
Steps = Mapping[str, Sequence[Bools]]
"""For each lever whom it reaches (n,), at each step of a threshold, from the mildest to the one asked for."""

_JOB: Final = "job"


def reasons(
    plan: Plan, staff: Staff, model: StoredModel, after: Applied, asked: Sequence[str]
) -> dict[str, Why | None]:
    """Of each group asked for; None for those that have figures."""
    parts = (staff.parts or {}) if plan.is_of_parts else None
    hidden = hidden_of_plan(staff.figures.posts, _steps(plan, staff, model, after), staff.people, parts)
    if plan.is_of_parts:
        return {group: _why_of_part(plan, staff, hidden, group) for group in asked}
    now = dict(staff.figures.posts.drop_nulls(plan.by).group_by(plan.by).len().rows())
    published = staff.people[plan.by]

    def why(group: str) -> Why | None:
        if not staff.is_mine(group) or group not in published:
            return "few_people"
        if now.get(group) != published[group]:
            return "changed"
        return "few_reached" if group in hidden[plan.by] else None

    return {group: why(group) for group in asked}


def hidden_of_plan(
    posts: pl.DataFrame, steps: Steps, people: Mapping[str, Collection[str]], parts: Mapping[str, set[str]] | None
) -> Hidden:
    """The groups whose effect is not shown: of `DIMENSIONS`, and of `parts`, if the plan is about such.

    people, parts: the groups that are shown, by dimension; those of `parts` are jobs and intersections. What is hidden
    of `DIMENSIONS` is the same for every plan, so it does not depend on `parts`.
    """
    groups = posts.select(DIMENSIONS)
    hidden: Hidden = {name: set(posts[name].drop_nulls()) - set(people[name]) for name in DIMENSIONS}
    for each in steps.values():
        hidden = hidden_of_reached(groups, each, hidden)
    if not parts:
        return hidden
    every = pl.concat([posts.select(_JOB), intersections(posts.select(PARTS))], how="horizontal")
    shown = only(every, {name: parts.get(name, ()) for name in every.columns})
    members = pl.concat([groups, shown], how="horizontal")
    hidden |= {name: set() for name in every.columns}
    for each in steps.values():
        if not each[-1].all():  # of everyone it shows the sums that `parts` were chosen for
            few = {name: hidden[name] | _few(members[name], each[-1]) for name in every.columns}
            hidden = hidden_of_reached(members, each, hidden | few, DIMENSIONS)
    return hidden


def _few(groups: pl.Series, reached: Bools) -> set[str]:
    """The groups of which fewer than `LEAST_OF_INTERSECTION` people are reached."""
    people = groups.to_frame("group").with_columns(reached=pl.Series(reached)).drop_nulls("group")
    found = people.group_by("group").agg(pl.col("reached").sum())
    return set(found.filter(pl.col("reached") < LEAST_OF_INTERSECTION)["group"])


def _steps(plan: Plan, staff: Staff, model: StoredModel, after: Applied) -> Steps:
    figures = staff.before
    return {
        name: [*(applied(figures, each, model.features).reached[name] for each in plan.levers.milder(name)), reached]
        for name, reached in after.reached.items()
    }


def _why_of_part(plan: Plan, staff: Staff, hidden: Hidden, group: str) -> Why | None:
    if staff.parts is None:
        return "changed"
    groups = {plan.by: group, **plan.within}
    names = [name for name in PARTS if name in groups]
    column = combination(names)
    label = intersection([groups[name] for name in names])
    if not staff.is_mine(group) or label not in staff.parts.get(column, ()):
        return "few_people"
    return "few_reached" if label in hidden[column] else None
