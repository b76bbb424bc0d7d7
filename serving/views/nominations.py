"""The question before a list is opened: whom would the manager talk to? Asked once a month, if the settings say so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from pipeline.identity.tokens import Identity
from pipeline.language.translator import marked
from pipeline.lists.named import willing
from pipeline.lists.reach import waits
from pipeline.settings import Settings
from pipeline.store.reading import Published, PublishedScores
from pipeline.store.trials.nominations import MOST_NOMINATED, Nomination, has_answered, store_nomination, was_shown
from serving.access.audit import Change
from serving.access.permissions import not_in_your_line
from serving.http.problems import Refusal

NOT_ANSWERED: Final = "question-first"
"""The kind of problem that a manager gets instead of a list."""


@dataclass(frozen=True)
class TeamMember:
    """A direct report, to be named or not."""

    employee_id: str
    name: str | None


def require_answered(scores: PublishedScores, published: Published, asker: Identity, settings: Settings) -> None:
    """Raise 403 for a manager who has not answered the question of the current month, nor skipped it."""
    if is_asked(scores, published, asker, settings):
        detail = marked(
            "Say first whom you would talk to this month, or skip the question: on the page /nominations, or with "
            "POST /v1/lists/{month}/nominations."
        )
        raise Refusal(403, NOT_ANSWERED, detail)


def is_asked(scores: PublishedScores, published: Published, asker: Identity, settings: Settings) -> bool:
    """Whether the question of a month is open: only that of the current month, to somebody with a team and a list."""
    manager = str(asker.person)
    if not settings.nominations or published != scores.newest(published.source):
        return False
    if has_answered(scores.connection, published.source, published.month, manager):
        return False
    return bool(_reports(scores, published, manager)) and not waits(scores, published, manager)


def team_of(scores: PublishedScores, published: Published, manager_id: str) -> list[TeamMember]:
    """The direct reports by name, those without a name by id. Everyone is shown, so that nobody's absence says that
    they object to being scored."""
    reports = _reports(scores, published, manager_id)
    names = scores.directory(published.source).names(reports)
    members = [TeamMember(person, names.get(person)) for person in reports]
    return sorted(members, key=lambda each: (each.name is None, (each.name or "").casefold(), each.employee_id))


def nominate(
    change: Change,
    published: Published,
    asker: Identity,
    people: Sequence[str],
    is_skipped: bool,
    settings: Settings,
) -> None:
    """Store the answer. Another one changes nothing: the manager may have seen the list since.

    People who object or were not informed are not stored, though they may be named: nothing is compared about them. The
    audit records that the manager answered, and not whom they named. Raises 422 for more than three people, and 403
    for anyone else's.
    """
    scores, manager = change.scores.whole(), str(asker.person)
    if len(set(people)) > MOST_NOMINATED:
        raise Refusal(422, "too-many", "Name at most three people.")
    reports = _reports(scores, published, manager)
    if not set(people) <= set(reports):
        raise not_in_your_line()
    if not is_asked(scores, published, asker, settings):
        change.record("not asked", None)
        return
    seen = was_shown(change.connection, asker.subject, reports, scores.first_published_at(published))
    named = set() if is_skipped else set(people) & _willing(scores, published, manager)
    at = datetime.now(UTC)
    given = Nomination(published.month, manager, is_skipped, not seen, at, frozenset(named))
    store_nomination(change.connection, published.source, given)
    change.record("skipped" if is_skipped else "nominated", None)


def _reports(scores: PublishedScores, published: Published, manager_id: str) -> list[str]:
    return [person for person in scores.teams(published, manager_id)["employee_id"] if person != manager_id]


def _willing(scores: PublishedScores, published: Published, manager_id: str) -> set[str]:
    return set(willing(scores, published, scores.teams(published, manager_id))["employee_id"])
