"""Which rows of a table count: not those that are locked, overtaken on the same day, or of a second job."""

from collections.abc import Callable, Mapping
from typing import Final

from features.contract.vocabulary import folded
from features.drafting.context import KEEP, LEAVE_OUT, Drafting, counts_of
from features.drafting.recognition.names import matches
from features.drafting.views import View
from features.drafting.vocabulary.value_words import LOCKED, NO
from features.sql import quoted

_LOCKED: Final = "These rows carry a mark. Leave them out if it means deleted, locked or not valid."
_LATEST: Final = "Of several changes of one day only the last one holds. Leave out the rows that another one replaced."
_PRIMARY: Final = "Leave out the second jobs of people: the main one counts."
_PER_DAY: Final = ("pay_type", "row_type", "job_record")
"""Roles of rows that stand side by side on one day: an order of changes runs within each of their values."""


def counting_rows(drafting: Drafting, view: View) -> str:
    """The condition for the rows that count, as answered; empty where all do."""
    conditions = [
        _kept(drafting, view, "locked", _LOCKED, _marked),
        _kept(drafting, view, "is_latest", _LATEST, _denied),
        _kept(drafting, view, "is_primary", _PRIMARY, _denied),
        _kept(drafting, view, "job_record", _PRIMARY, _above_the_lowest),
    ]
    return " and ".join(filter(None, conditions))


def last_of_day(drafting: Drafting, view: View, day: str) -> str:
    """The condition for the last of several changes of one day by their number; empty where each day has one."""
    if not view.has("sequence", day, "employee_id"):
        return ""
    beside = ["employee_id", day, *(role for role in _PER_DAY if view.has(role))]
    several = view.frame.group_by(beside).len()["len"].max() or 1
    if several == 1:
        return ""
    drafting.use(view, "sequence")
    names = ", ".join(map(quoted, beside))
    drafting.notes.append(f"{view.line('sequence').source}: of several changes of one day the last one counts")
    last = f"select {names}, max(sequence) from {quoted(view.name)} group by {names}"
    return f"(({', '.join(f'f.{quoted(name)}' for name in beside)}, f.sequence) in ({last}) or f.sequence is null)"


def _kept(
    drafting: Drafting, view: View, role: str, text: str, is_out: Callable[[str, Mapping[str, int]], bool]
) -> str:
    if not view.has(role):
        return ""
    counts = counts_of(view.frame[role])
    return drafting.kept_rows(
        view, role, text, {value: LEAVE_OUT if is_out(value, counts) else KEEP for value in counts}
    )


def _marked(value: str, _: Mapping[str, int]) -> bool:
    return bool(matches(LOCKED, value))


def _denied(value: str, _: Mapping[str, int]) -> bool:
    return folded(value) in NO


def _above_the_lowest(value: str, counts: Mapping[str, int]) -> bool:
    return value != min(counts)
