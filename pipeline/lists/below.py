"""The lists of the managers below a manager, as counts: how many people, and how many answers. Nobody is named."""

from collections.abc import Collection
from dataclasses import dataclass

from pipeline.listing.rules import ListRules
from pipeline.lists.risk_list import list_sizes
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
    answered = last_answers(scores.connection, published).keys()
    counts = {
        each.manager_id: CountedList(len(each.entries), len(answered & set(each.entries)))
        for each in list_sizes(scores, published, rules)
    }
    return {name: counts.get(name, CountedList(0, 0)) for name in managers if name not in waiting}
