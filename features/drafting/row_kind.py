"""What one row of a table is: a person, a change, a month, an event, the end of a spell, or something else."""

from typing import Final, Literal

import polars as pl

from features.drafting.recognition.names import matches
from features.drafting.recognition.picture_day import PEOPLE_A_DAY
from features.drafting.views import View
from features.drafting.vocabulary.value_words import EMPLOYED, GONE

RowKind = Literal[
    "person",
    "exit",
    "event",
    "change",
    "month",
    "code",
    "unknown",
    "survey answers",
    "survey answer",
    "review",
    "assessment",
    "time sheet",
    "punch",
    "leave",
    "service",
    "pair",
]

LONGEST_CODE: Final = 10
SEVERAL: Final = 1.02
"""Rows a person from which a table holds more than one row a person: a few people are rehired."""
MOST_NULLS: Final = 0.05
"""A table with more rows without a day is no history."""


def row_kind(view: View) -> RowKind:
    """What a row of the view is."""
    frame = view.frame
    if not view.has("employee_id") or frame.is_empty():
        return "code" if view.has("action") or view.has("exit_reason") else "unknown"
    people = max(frame["employee_id"].n_unique(), 1)
    several = len(frame) / people > SEVERAL
    if view.has("file_date") or (several and view.has("period")):
        return "month"
    if several and state_role(view) and effective_role(view):
        return "event"
    if several and (day := effective_role(view)):
        return "month" if _is_picture(frame, day) else "change"
    if view.has("exit_date") and (not view.has("hire_date") or frame["exit_date"].null_count() == 0):
        return "exit"
    if view.has("hire_date"):
        return "person"
    return "change" if view.has("valid_from") and view.has("pay") else "unknown"


def effective_role(view: View) -> str | None:
    """The column that says since when a row holds; a date of hire that differs from row to row of a person is one."""
    for role in ("valid_from", "period", "review_date", "survey_date"):
        if view.has(role) and view.frame[role].null_count() <= MOST_NULLS * len(view.frame):
            return role
    if not view.has("hire_date") or view.has("exit_date"):
        return None
    days = view.frame.group_by("employee_id").agg(pl.col("hire_date").n_unique().alias("days"), pl.len().alias("rows"))
    several = days.filter(pl.col("rows") > 1)
    varies = several.filter(pl.col("days") == pl.col("rows")).height > several.height / 2
    return "hire_date" if varies and several.height else None


def state_role(view: View) -> str | None:
    """The column whose values say that somebody is employed or gone, if the table is a history of such changes."""
    found = {role: view.frame[role].drop_nulls().unique().to_list() for role in ("action", "status") if view.has(role)}
    found = {role: values for role, values in found.items() if len(values) > 1}
    if _has_both(found.get("status", [])):
        return "status"
    for role, values in found.items():
        if any(matches(GONE, value) for value in values) or _is_coded(values):
            return role
    return None


def _has_both(values: list[str]) -> bool:
    """Whether the values say by themselves who is employed and who is gone."""
    return any(matches(GONE, value) for value in values) and any(matches(EMPLOYED, value) for value in values)


def _is_coded(values: list[str]) -> bool:
    return all(len(value) <= LONGEST_CODE and " " not in value and value == value.upper() for value in values)


def _is_picture(frame: pl.DataFrame, day: str) -> bool:
    days = frame[day].drop_nulls()
    return bool(len(days)) and len(days) / days.n_unique() >= PEOPLE_A_DAY and days.n_unique() > 1
