"""The mail that asks a manager to read the briefing, once a month, in place of a list. It names nobody on the list."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from pipeline.lists.delivery.sending import count_mail
from pipeline.store.operations.tables import BRIEFING_MAIL
from pipeline.store.reading import Published, PublishedScores


@dataclass
class Asked:
    """Managers who must read the briefing before they get their list: how many, and their mails by state.

    failed: the mails that were not sent, by reason.
    """

    managers: int = 0
    states: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)


def asked_of(
    scores: PublishedScores, published: Published, managers: Collection[str], address_of: Mapping[str, str], link: str
) -> Asked:
    """The state of the mails to managers who must read the briefing. Without a `link` there is no page to confirm it
    on."""
    asked = Asked(len(managers))
    for manager in managers:
        if count_mail(scores.connection, BRIEFING_MAIL, published, manager, asked.states, asked.failed):
            continue
        if not link:
            asked.failed["no_page"] += 1
        elif manager not in address_of:
            asked.failed["no_address"] += 1
    return asked
