"""Which jobs may be shown, beside the published figures of departments, locations, levels and managers' teams.

The figures of groups that are published with the scores have no jobs, so their search for leaks does not cover them.
Here it runs again with jobs as one more dimension, which comes last: only jobs are hidden.
"""

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from pipeline.disclosure import LEAST_PEOPLE, changed_groups, hide_further
from pipeline.outlook.ahead import Figures
from pipeline.store.groups.group_figures import DIMENSIONS, EVERYONE, shown_members

_JOB = "job"


@dataclass(frozen=True)
class JobsBefore:
    """The jobs that were shown for an earlier publication of the same date. members: person and job of everyone then;
    None if that publication is gone."""

    shown: frozenset[str]
    members: pl.DataFrame | None


def jobs_shown(people: pl.DataFrame, figures: Figures, before: JobsBefore | None = None) -> set[str]:
    """The jobs whose figures reveal nothing about fewer than `LEAST_PEOPLE` people, together with `figures`.

    people: as returned by `PublishedScores.posts_and_risks`, of everyone who was published. before: what was shown of
    the same date: then only jobs are shown that were shown, and that have the same people.
    """
    shown = {name: [row["value"] for row in figures[name] if row["people"] is not None] for name in figures}
    members = shown_members(people, shown).join(members_of(people), on="person", how="left")
    small = members.group_by(_JOB).len().drop_nulls().filter(pl.col("len") < LEAST_PEOPLE)[_JOB]
    hidden = hide_further(
        members.drop("person"), {_JOB: {*small, *_not_as_before(people, before)}}, (EVERYONE, *DIMENSIONS), False
    )
    return {*members[_JOB].drop_nulls()} - hidden[_JOB]


def members_of(people: pl.DataFrame) -> pl.DataFrame:
    """person and job."""
    return people.select(_JOB, person="employee_id")


def _not_as_before(people: pl.DataFrame, before: JobsBefore | None) -> Collection[str]:
    if before is None:
        return ()
    jobs = set(people[_JOB].drop_nulls())
    if before.members is None:
        return jobs
    return jobs - before.shown | changed_groups(before.members, members_of(people))[_JOB]
