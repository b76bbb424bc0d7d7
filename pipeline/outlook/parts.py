"""Which jobs, and which intersections of groups, plans of a month may be about.

The search takes seconds in a large company, so it is made when the month is published (`publish_parts`).
"""

import polars as pl

from pipeline.disclosure.intersections import PARTS, intersections_shown, only
from pipeline.outlook.jobs import jobs_shown
from pipeline.outlook.past import figures_of
from pipeline.store.groups.group_figures import shown_members
from pipeline.store.reading import Published, PublishedScores
from pipeline.store.store import Store

Parts = dict[str, set[str]]
"""Jobs under `job`, and intersections under their `combination`."""


def parts_shown(scores: PublishedScores, published: Published) -> Parts | None:
    """What may be shown beside the published figures of groups and the jobs of an outlook; the same for every reader.

    None where it is not known to reveal nobody: people were erased since, or the date was published before for other
    people or posts. `scores` is that of everyone.
    """
    people = scores.posts_and_risks(published)
    earlier = scores.earlier_of_date(published)
    if people.height != published.people or not all(_posts(scores, each).equals(_of(people)) for each in earlier):
        return None
    figures = figures_of(scores, published)
    jobs = jobs_shown(people, figures)
    shown = {name: [row["value"] for row in figures[name] if row["people"] is not None] for name in figures}
    members = shown_members(people, shown).drop("person")
    with_jobs = pl.concat([members, only(people, {"job": jobs})], how="horizontal")
    return {"job": jobs, **intersections_shown(people.select(PARTS), with_jobs)}


def publish_parts(store: Store, source: str) -> None:
    """Search for what may be shown of the month that a source serves, and write it beside its figures."""
    with store.reading() as scores:
        published = scores.newest(source)
        parts = parts_shown(scores, published) if published else None
    if published is not None and parts is not None:
        store.write_parts(published, parts)


def known_parts(scores: PublishedScores, published: Published) -> Parts | None:
    """What `publish_parts` wrote, or else the same by another search. None as in `parts_shown`."""
    if scores.count_scored(published) != published.people:
        return None
    found = scores.written_parts(published)
    return found if found is not None else parts_shown(scores, published)


def _posts(scores: PublishedScores, published: Published) -> pl.DataFrame:
    return _of(scores.posts_and_risks(published))


def _of(people: pl.DataFrame) -> pl.DataFrame:
    return people.select("employee_id", *PARTS, "manager_id")
