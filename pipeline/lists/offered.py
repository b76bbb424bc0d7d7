"""The actions that a list suggests for a person, the first offer before the others (`pipeline.lists.offers`)."""

from collections.abc import Collection
from dataclasses import dataclass

from features.contract.vocabulary import Driver
from pipeline.language.actions import action_of, actions
from pipeline.language.translator import ENGLISH, Language
from pipeline.store.trials.first_offers import FirstOffer


@dataclass(frozen=True)
class Offered:
    """An action of a list, in the language of the list; `is_first` for the one that was drawn."""

    key: str
    driver: Driver
    text: str
    is_first: bool


def offered(first: FirstOffer | None, drivers: Collection[Driver], language: Language = ENGLISH) -> tuple[Offered, ...]:
    """The first offer, then the other actions for the drivers of the person's reasons: a free choice.

    Empty without a first offer, and where its driver is no longer among the reasons; the list then shows its guides.
    """
    drawn = action_of(first.action) if first else None
    if drawn is None or drawn.driver not in drivers:
        return ()
    others = [each for driver in drivers if driver in actions() for each in actions()[driver] if each != drawn]
    return tuple(
        Offered(each.key, each.driver, language.text(each.text), is_first=each == drawn) for each in (drawn, *others)
    )
