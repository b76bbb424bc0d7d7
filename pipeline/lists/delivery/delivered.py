"""What managers were sent about a person, and whether the person's managers got lists."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pipeline.listing.rules import ListRules
from pipeline.lists.delivery.delivery_ledger import deliveries
from pipeline.lists.delivery.once_only import State
from pipeline.lists.reach import Named, named_on_list
from pipeline.lists.rollout import Allocation, allocations
from pipeline.store.reading import PublishedScores

_MAY_HAVE_ARRIVED: Final = ("sent", "claimed")


@dataclass(frozen=True)
class DeliveredList:
    """A list of a month that was sent, or may have been (`claimed`), to the person's manager, and how it named them."""

    month: str
    manager_id: str
    state: State
    at: datetime
    named: Named


def delivered_lists(scores: PublishedScores, source: str, employee_id: str, rules: ListRules) -> list[DeliveredList]:
    """The lists that named a person, newest first. Who is on a list follows from the scores and today's rules."""
    found = []
    for published in reversed(scores.history(source)):
        score = scores.score_of(published, employee_id)
        manager = score.manager_id if score else None
        sent = deliveries(scores.connection, published).get(manager) if manager else None
        if sent is None or sent.state not in _MAY_HAVE_ARRIVED:
            continue
        if named := named_on_list(scores, published, employee_id, rules, sent.at):
            found.append(DeliveredList(published.month, sent.manager_id, sent.state, sent.at, named))
    return found


def allocations_of(scores: PublishedScores, source: str, manager_ids: Collection[str]) -> list[Allocation]:
    """The lots of these managers in the roll-out of the source."""
    return [each for each in allocations(scores.connection, source) if each.manager_id in manager_ids]
