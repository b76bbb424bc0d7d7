"""What each role sees of what is coming.

HR sees all groups, within a scope only published groups that lie wholly within it, and neither a total nor jobs: less
the groups that are seen, a total would be about the others. A representative sees no group under ten. A manager sees
the departments that lie wholly in the own line.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from pipeline.identity.tokens import Identity, Role
from pipeline.language.translator import marked
from pipeline.lists.reach import waits
from pipeline.outlook.large_groups import of_large_groups
from pipeline.outlook.outlook_json import as_json, from_stored
from pipeline.outlook.report import BY, Outlook, OutlookRow
from pipeline.store.groups.outlook_figures import newest_outlook
from pipeline.store.reading import Published, PublishedScores
from serving.http.problems import Refusal
from serving.schemas.outlook import OutlookAnswer, OutlookBy

EVERYONE: Final = BY[0]
_IN_SCOPES: Final = ("department", "location", "level")
_PART: Final[dict[str, Any]] = {"held": [], "planned_until": None, "unplaced_hires": 0}


def outlook_of(scores: PublishedScores, asker: Identity, by: Sequence[OutlookBy] | None = None) -> OutlookAnswer:
    """The outlook of the named dimensions, by default of all, that the asker may see.

    Raises 404 before the first `retention outlook`, for a manager who waits in the roll-out, and for one without a
    department of the own.
    """
    found = _newest(scores)
    is_own = asker.has(Role.MANAGER) and not asker.has(Role.HR)
    is_part = is_own or scores.scope is not None
    if is_own:
        found = replace(found, rows=_of_line(scores, found, asker))
    elif scores.scope is not None:
        found = replace(found, rows=_within(scores, found))
    elif asker.has(Role.REPRESENTATIVE):
        found = replace(found, rows=of_large_groups(found.rows))
    return OutlookAnswer.model_validate(as_json(found, by) | (_PART if is_part else {}))


def _newest(scores: PublishedScores) -> Outlook:
    published = scores.current()
    stored = newest_outlook(scores.connection, published.source) if published else None
    if stored is None:
        raise Refusal(404, "no-outlook", "No outlook is published yet. Run `retention outlook` first.")
    return from_stored(stored.figures)


def _publication(scores: PublishedScores, found: Outlook) -> Published:
    published = scores.by_id(found.publication_id)
    if published is None:
        raise Refusal(404, "no-outlook", "No outlook is published yet. Run `retention outlook` first.")
    return published


def _within(scores: PublishedScores, found: Outlook) -> tuple[OutlookRow, ...]:
    """The groups that lie wholly within the scope."""
    published = _publication(scores, found)
    whole = {(by, row["value"]) for by in _IN_SCOPES for row in scores.group_figures(published, by)}
    return tuple(row for row in found.rows if (row.by, row.group) in whole)


def _of_line(scores: PublishedScores, found: Outlook, asker: Identity) -> tuple[OutlookRow, ...]:
    """The departments that lie wholly in the manager's line."""
    published, manager_id = _publication(scores, found), str(asker.person)
    if waits(scores.whole(), published, manager_id):
        raise Refusal(404, "no-list-yet", "Some managers receive lists first. Yours start later.")
    own = {row["value"] for row in scores.organisation(published, manager_id).departments}
    rows = tuple(row for row in found.rows if row.by == "department" and row.group in own)
    if not rows:
        raise Refusal(404, "no-line", marked("No department lies wholly in your line, so there is nothing to show."))
    return rows
