"""What the comparison of first offers says in words, and when it says nothing."""

from typing import Final

import polars as pl

from pipeline.lists.trial.comparison import FEWEST_EXITS, FEWEST_MANAGERS, Look, fewest_managers

NOT_DRAWN: Final = (
    "No first offers were drawn, so which action helps is unknown: managers choose an action for a reason, and people "
    "for whom they chose different actions differ. To learn it, set RETENTION_FIRST_OFFERS=true before the next month."
)
TOO_EARLY: Final = (
    "Nothing can be said yet. The first look is due once the lists of {month} have matured; until then, and with too "
    "few people, the shares show chance."
)


def verdict(look: Look | None, rows: pl.DataFrame) -> str:
    """The sentence about one action; rows: manager_id, left and `gets_lists`, whether the action was drawn."""
    if look is None:
        return (
            f"Cannot be said yet: {fewest_managers(rows):,} managers and {int(rows['left'].sum()):,} exits in the "
            f"comparison; at least {FEWEST_MANAGERS} and {FEWEST_EXITS} are needed when a look is due."
        )
    value, low, high = look.difference.value, look.difference.low, look.difference.high
    figures = (
        f"{100 * abs(value):.1f} percentage points {'fewer' if value < 0 else 'more'} left than with the other actions "
        f"({100 * low:+.1f} to {100 * high:+.1f})"
    )
    if high < 0:
        return f"Helps more: {figures}."
    if low > 0:
        return f"Helps less: {figures}."
    return f"Cannot be said yet: {figures}. As much data would detect {100 * look.detectable:.1f} points."
