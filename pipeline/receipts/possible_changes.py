"""What would change a person's estimate, at the person's own figures: the levers of a what-if, each pulled alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.language.translator import Language, marked
from pipeline.model.stored_model import StoredModel
from pipeline.score_record import Factor
from pipeline.scoring.what_if import Figures, Levers, figures_of, what_if

RAISE_PERCENT: Final = 5.0
"""An ordinary raise of a year."""
MORE_REMOTE: Final = 0.2
"""One more day of a week."""
BEST_RATING: Final = 5.0


@dataclass(frozen=True)
class PossibleChange:
    """A change, and the estimate before and after it."""

    text: str
    risk_before: float
    risk_after: float


def possible_changes(model: StoredModel, factors: Sequence[Factor], language: Language) -> list[PossibleChange]:
    """Each change that the person's figures allow and the model reads, the largest fall first.

    An association: how estimates differ between people who differ in this way.
    """
    figures = figures_of(factors, model.features)
    changes = []
    for text, levers_of in _CHANGES:
        levers = levers_of(figures)
        changed = what_if(model, figures, levers) if levers else None
        if changed:
            words = language.text(text, percent=language.percent(RAISE_PERCENT / 100))
            changes.append(PossibleChange(words, changed.risk_before, changed.risk_after))
    return sorted(changes, key=lambda each: each.risk_after)


def _less_overtime(figures: Figures) -> Levers | None:
    overtime = _number(figures, "overtime_now")
    return Levers(overtime_hours=0.0) if overtime else None


def _more_remote(figures: Figures) -> Levers | None:
    share = _number(figures, "remote_share_3m")
    return None if share is None or share >= 1 else Levers(remote_share=min(1.0, share + MORE_REMOTE))


def _better_service(figures: Figures) -> Levers | None:
    rating = _number(figures, "client_rating_12m")
    return None if rating is None or rating >= BEST_RATING else Levers(service_rating=BEST_RATING)


def _number(figures: Figures, name: str) -> float | None:
    value = figures.get(name)
    return value if isinstance(value, float) else None


_CHANGES: Final[tuple[tuple[str, Callable[[Figures], Levers | None]], ...]] = (
    (marked("A raise of {percent}"), lambda _: Levers(raise_percent=RAISE_PERCENT)),
    (marked("A promotion by one level"), lambda _: Levers(promotion=True)),
    (marked("No overtime for a year"), _less_overtime),
    (marked("One more remote day a week"), _more_remote),
    (marked("Another manager"), lambda _: Levers(manager_change=True)),
    (marked("Colleagues' services that you rate 5 out of 5"), _better_service),
)
