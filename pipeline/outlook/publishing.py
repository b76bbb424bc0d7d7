"""Computes what is coming and publishes it to the store, where the server reads it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import polars as pl

from features.errors import BadInput, Finding
from pipeline.language.translator import marked
from pipeline.outlook.ahead import Figures, Group, OtherExits, groups_of, horizons_of, rows_of
from pipeline.outlook.jobs import JobsBefore, jobs_shown, members_of
from pipeline.outlook.outlook_json import from_stored, stored
from pipeline.outlook.past import figures_of, held
from pipeline.outlook.report import BY, Outlook, OutlookRow, PlannedHires
from pipeline.store.groups.group_figures import EVERYONE
from pipeline.store.groups.outlook_figures import StoredOutlook, newest_outlook, write_outlook
from pipeline.store.groups.turnover_figures import newest_turnover
from pipeline.store.reading import Published, PublishedScores
from pipeline.store.store import Store
from pipeline.turnover.staff.stays import stays_of

if TYPE_CHECKING:
    from features.source import Source

NO_OTHER: Final = marked(
    "Only voluntary exits are expected: how people left in the last twelve months is not published, or too few left."
)
ERASED: Final = marked("Groups from which people were erased since the month was scored are left out.")
NO_HORIZON: Final = marked("The model gives no risks over 3, 6 and 12 months.")


def publish_outlook(store: Store, source: "Source", planned: Sequence[PlannedHires] | None = None) -> Outlook:
    """Compute what is coming after the newest scored month of a source, and publish it.

    planned: None keeps the plan of hires that was given before. Raises BadInput before the first scored month.
    """
    stays = stays_of(source)
    with store.reading() as scores:
        published = scores.newest(source.name)
        if published is None:
            remedy = "Run `retention score` first."
            raise BadInput(Finding("no scores are published", source.name, remedy=remedy))
        last = newest_outlook(scores.connection, source.name)
        known = from_stored(last.figures) if last else None
        rows, notes = _rows(scores, published, known)
        hires = tuple(planned) if planned is not None else known.planned if known else ()
        past = held(scores, source.name, stays, source.complete_until)
    found = Outlook(source.name, published.snapshot_date, published.id, rows, hires, past, notes)
    with store.changing() as connection:
        write_outlook(connection, StoredOutlook(source.name, published.month, published.id, stored(found)))
    return found


def _rows(
    scores: PublishedScores, published: Published, known: Outlook | None
) -> tuple[tuple[OutlookRow, ...], tuple[str, ...]]:
    """The rows and the notes. Once somebody was erased, those of the same scores stay as they were published: the
    difference would be about the person."""
    is_whole = scores.count_scored(published) == published.people
    if known is not None and known.publication_id == published.id and not is_whole:
        return known.rows, known.notes
    people, figures = scores.posts_and_risks(published), figures_of(scores, published)
    other, horizons = _other(scores, published.source), horizons_of(people)
    jobs = jobs_shown(people, figures, _before(scores, published, known)) if is_whole else set()
    groups = groups_of(people, figures, jobs)
    notes = ((NO_OTHER, other is None), (ERASED, not is_whole), (NO_HORIZON, not horizons))
    found = rows_of(groups, _suppressed(people, figures, groups), horizons, other)
    return tuple(found), tuple(note for note, is_so in notes if is_so)


def _other(scores: PublishedScores, source: str) -> OtherExits | None:
    """The company's exits of twelve months that were not voluntary, where they are shown."""
    figures = newest_turnover(scores.connection, source, only_large_groups=False)
    rows = figures["groups"] if figures else []
    whole = next((row for row in rows if row["by"] == EVERYONE), None)
    if whole is None or whole["involuntary"] is None or not whole["person_months"]:
        return None
    return OtherExits(whole["involuntary"] + whole["other"], whole["person_months"])


def _before(scores: PublishedScores, published: Published, known: Outlook | None) -> JobsBefore | None:
    """The jobs that were shown for earlier scores of the same date."""
    if known is None or known.snapshot_date != published.snapshot_date or known.publication_id == published.id:
        return None
    shown = {row.group for row in known.rows if row.by == "job" and not row.is_suppressed and row.group}
    earlier = scores.by_id(known.publication_id)
    members = members_of(scores.posts_and_risks(earlier)) if earlier else None
    return JobsBefore(frozenset(shown), members)


def _suppressed(people: pl.DataFrame, figures: Figures, groups: Sequence[Group]) -> dict[str, list[str | None]]:
    """The names of the groups that are not shown, by dimension; unknown last."""
    shown = {(group.by, group.name) for group in groups}
    names: dict[str, list[str | None]] = {by: [row["value"] for row in figures.get(by, ())] for by in BY}
    names["job"] = [*people["job"].unique().drop_nulls().sort()]
    return {by: [name for name in of if (by, name) not in shown] for by, of in names.items()}
