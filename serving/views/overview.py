"""The figures of the overview: where more leave than usual, why, what was done. Nobody is named."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from features.contract.vocabulary import CONTEXT, DRIVERS
from features.errors import Refused
from pipeline.disclosure import part_shown
from pipeline.identity.scopes import Scope
from pipeline.lists.briefing import must_read
from pipeline.lists.risk_list import list_sizes
from pipeline.notice import require_notice
from pipeline.settings import Settings
from pipeline.store.answers import DONE, last_answers
from pipeline.store.audit.openings import shown_on_lists
from pipeline.store.reading import Published, PublishedScores
from serving.schemas.groups import GroupPage

OFFERS: Final = ("offered", "agreed")
RECENT_SECONDS: Final = 60.0
"""How old the counts of lists may be: a company of 20,000 people takes a second to list."""


@dataclass(frozen=True)
class Above:
    """A group's expected exits, and how many more these are than if its people had the mean risk of the company."""

    group: str | None
    people: int
    expected: float
    above: float


@dataclass(frozen=True)
class DriverShare:
    """A driver's share of what sets groups apart: of the mean log-odds, without their signs."""

    driver: str
    share: float


@dataclass(frozen=True)
class ListsOfMonth:
    """The lists of a month: how many there are, how many of those with people on them were `opened` by the manager
    (None if that would be about too few), how many managers still have to confirm the briefing before they see theirs,
    the people on them, and the people about whom an answer says that something was done, or offered."""

    lists: int
    with_people: int
    opened: int | None
    unread: int
    listed: int
    answered: int
    done: int
    offered: int


def above_usual(groups: GroupPage, mean_risk: float) -> list[Above]:
    """The groups that are shown, the one with most exits above the usual number first."""
    rows = [
        Above(each.group, each.people, each.expected_exits, each.expected_exits - each.people * mean_risk)
        for each in groups.groups
        if each.people is not None and each.expected_exits is not None
    ]
    return sorted(rows, key=lambda row: -row.above)


def driver_shares(groups: GroupPage) -> list[DriverShare]:
    """Each driver's share, context last; empty where no group is shown."""
    shown = [(each.people, each.drivers) for each in groups.groups if each.people is not None and each.drivers]
    sums = {name: sum(people * abs(drivers[name]) for people, drivers in shown) for name in (*DRIVERS, CONTEXT)}
    total = sum(sums.values())
    return [DriverShare(name, each / total) for name, each in sums.items()] if total else []


class RecentLists:
    """The counts of lists of a month, within a scope, made again once they are older than `RECENT_SECONDS`."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self._held: dict[tuple[int, Scope | None], tuple[float, ListsOfMonth | None]] = {}

    def of(self, scores: PublishedScores, published: Published) -> ListsOfMonth | None:
        """As `lists_of_month` found them within the last minute."""
        now, key = self._clock(), (published.id, scores.scope)
        made_at, found = self._held.get(key, (-float("inf"), None))
        if now - made_at > RECENT_SECONDS:
            found = lists_of_month(scores, published, self._settings)
            recent = {held: entry for held, entry in self._held.items() if now - entry[0] <= RECENT_SECONDS}
            self._held = recent | {key: (now, found)}
        return found


def lists_of_month(scores: PublishedScores, published: Published, settings: Settings) -> ListsOfMonth | None:
    """The counts of a month, within a scope of its people; None while people must be informed first."""
    now = datetime.now(UTC)
    try:
        require_notice(settings, published.source, now.date())
    except Refused:
        return None
    sizes = list_sizes(scores, published, settings.list_rules)
    listed = {person for each in sizes for person in each.entries}
    with_people = [each for each in sizes if each.entries]
    shown = shown_on_lists(scores.connection, sorted(listed), scores.first_published_at(published))
    answers = [each.outcome for person, each in last_answers(scores.connection, published).items() if person in listed]
    return ListsOfMonth(
        lists=len(sizes),
        with_people=len(with_people),
        opened=part_shown(sum(not shown.isdisjoint(each.entries) for each in with_people), len(with_people)),
        unread=len(must_read(scores.connection, [each.manager_id for each in sizes], settings, now)),
        listed=len(listed),
        answered=len(answers),
        done=sum(each in DONE for each in answers),
        offered=sum(each in OFFERS for each in answers),
    )
