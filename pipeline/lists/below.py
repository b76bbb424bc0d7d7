"""The lists of the managers below a manager, as counts: how many people, and how many answers. Nobody is named."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from pipeline.listing.rules import ListRules
from pipeline.listing.selection import listed
from pipeline.lists.named import candidates
from pipeline.lists.rollout import waiting_managers
from pipeline.store.answers import last_answers
from pipeline.store.reading import Published, PublishedScores


@dataclass(frozen=True)
class CountedList:
    """A team's list: how many people it names, and about how many of them there is an answer."""

    listed: int
    answered: int


def counted_lists(
    scores: PublishedScores, published: Published, rules: ListRules, managers: Collection[str]
) -> dict[str, CountedList]:
    """The list of each of the managers who does not wait in the roll-out, as counts."""
    waiting = waiting_managers(scores, published)
    counted = [name for name in managers if name not in waiting]
    able = candidates(scores, published, scores.teams_of(published, counted))
    people = listed(able, published.mean_risk, rules).select("manager_id", "employee_id").rows()
    answered = last_answers(scores.connection, published).keys()
    listed_by = Counter(manager for manager, _ in people)
    answered_by = Counter(manager for manager, person in people if person in answered)
    return {name: CountedList(listed_by[name], answered_by[name]) for name in counted}
