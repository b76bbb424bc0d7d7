"""What the comparisons of first offers say in words, and when they say nothing."""

from typing import Final

import polars as pl

from pipeline.judgement.statistics.figures import Bounded
from pipeline.lists.trial.comparison import FEWEST_EXITS, FEWEST_MANAGERS, Look, fewest_managers

NOT_DRAWN: Final = (
    "No first offers were drawn, so which action helps is unknown: managers choose an action for a reason, and people "
    "for whom they chose different actions differ. To learn it, set RETENTION_FIRST_OFFERS=true before the next month."
)
NOT_HELD_OUT: Final = (
    "No action can be compared with nothing: nobody was held out. Set RETENTION_ROLLOUT_SHARE below 1 beside "
    "RETENTION_FIRST_OFFERS=true, before the next month."
)
TOO_EARLY: Final = (
    "Nothing can be said yet. The first look is due once the lists of {month} have matured; until then, and with too "
    "few people, the shares show chance."
)


def verdict(look: Look | None, rows: pl.DataFrame) -> str:
    """The sentence about one action; rows: manager_id, left and `gets_lists`, whether the action was drawn."""
    if look is None:
        return _too_few(rows)
    figures = f"{_points(look)} than with the other actions ({_range(look.difference)})"
    if look.difference.high < 0:
        return f"Helps more: {figures}."
    if look.difference.low > 0:
        return f"Helps less: {figures}."
    return f"Cannot be said yet: {figures}. As much data would detect {100 * look.detectable:.1f} points."


def verdict_against_nothing(look: Look | None, relative: Bounded | None, rows: pl.DataFrame) -> str:
    """The sentence about one action beside no list; rows: manager_id, left and `gets_lists`, whether it was drawn."""
    if look is None:
        return _too_few(rows)
    figures = f"{_points(look)} than without a list ({_range(look.difference)})"
    if relative is not None:
        figures += f", {relative.value:+.0%} of those who would have left ({relative.low:+.0%} to {relative.high:+.0%})"
    if look.difference.high < 0:
        return f"Helps: {figures}."
    if look.difference.low > 0:
        return f"Harms: {figures}."
    return f"Cannot be said yet: {figures}. As much data would detect {100 * look.detectable:.1f} points."


def _too_few(rows: pl.DataFrame) -> str:
    return (
        f"Cannot be said yet: {fewest_managers(rows):,} managers and {int(rows['left'].sum()):,} exits in the "
        f"comparison; at least {FEWEST_MANAGERS} and {FEWEST_EXITS} are needed when a look is due."
    )


def _points(look: Look) -> str:
    value = look.difference.value
    return f"{100 * abs(value):.1f} percentage points {'fewer' if value < 0 else 'more'} left"


def _range(difference: Bounded) -> str:
    return f"{100 * difference.low:+.1f} to {100 * difference.high:+.1f}"
