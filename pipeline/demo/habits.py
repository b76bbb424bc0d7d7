"""How simulated managers treat their lists: each has a habit, and answers by it or not at all."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from pipeline.lists.risk_list import Entry, RiskList
from pipeline.store.answers import DONE, Because, ListAnswer, Outcome

READS_AFTER_DAYS: Final = 2
FIRST_ANSWER_DAYS: Final = 3
LAST_ANSWER_DAYS: Final = 24


@dataclass(frozen=True)
class Habit:
    """The share of managers with this habit, of listed people they answer about, and the weights of the answers."""

    name: str
    managers: float
    answered: float
    outcomes: Mapping[Outcome, float]

    @property
    def reads(self) -> bool:
        """Whether the manager reads the briefing and the list at all."""
        return self.answered > 0


HABITS: Final = (
    Habit("diligent", 0.45, 0.95, {"talked": 4, "offered": 2, "agreed": 1, "acted": 2, "not_needed": 1, "disagree": 1}),
    Habit("forgetful", 0.25, 0.35, {"talked": 5, "acted": 2, "already_known": 3}),
    Habit("disagreeing", 0.15, 0.8, {"disagree": 5, "not_needed": 3, "already_known": 1, "talked": 2}),
    Habit("silent", 0.15, 0.0, {}),
)
_BECAUSE: Final[Mapping[Because, float]] = {"not_a_reason": 3, "content": 3, "outdated": 2, "wrong": 1, "other": 1}


def habit_of(manager_id: str, seed: int) -> Habit:
    """The habit of a manager, the same all year; it does not depend on who else is a manager."""
    drawn = _generator(seed, manager_id)
    return drawn.choices(HABITS, [habit.managers for habit in HABITS])[0]


def reads_at(snapshot_date: date) -> datetime:
    """When managers open the list of a month."""
    return _morning(snapshot_date + timedelta(days=READS_AFTER_DAYS))


def answers_to(
    risk_list: RiskList, snapshot_date: date, notices: Mapping[str, date], seed: int
) -> Sequence[ListAnswer]:
    """The answers of a list's manager, by habit. `notices`: the day on which an exit was recorded, by person.

    The draws depend on the seed, the month and the two people only, so a company of the same seed answers the same.
    """
    habit = habit_of(risk_list.manager_id, seed)
    answers = [_answer(risk_list.manager_id, habit, entry, snapshot_date, notices, seed) for entry in risk_list.entries]
    return [answer for answer in answers if answer is not None]


def _answer(
    manager_id: str, habit: Habit, entry: Entry, snapshot_date: date, notices: Mapping[str, date], seed: int
) -> ListAnswer | None:
    drawn = _generator(seed, manager_id, entry.employee_id, str(snapshot_date))
    if drawn.random() >= habit.answered:
        return None
    day = snapshot_date + timedelta(days=drawn.randint(FIRST_ANSWER_DAYS, LAST_ANSWER_DAYS))
    outcome = drawn.choices(list(habit.outcomes), list(habit.outcomes.values()))[0]
    because = drawn.choices(list(_BECAUSE), list(_BECAUSE.values()))[0]
    if entry.employee_id in notices and notices[entry.employee_id] <= day:
        outcome = "left"
    drivers = list(entry.reasons_by_driver)[:1] if outcome in DONE else []
    is_disagreement = outcome == "disagree"
    return ListAnswer(
        _morning(day), manager_id, entry.employee_id, outcome, drivers, because if is_disagreement else None
    )


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(9), UTC)


def _generator(seed: int, *of: str) -> random.Random:
    return random.Random("\n".join([str(seed), *of]))  # noqa: S311
