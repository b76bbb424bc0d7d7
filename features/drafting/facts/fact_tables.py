"""Which tables of an export hold facts about people and no employment, and what becomes of each.

They are set apart before the list of people and the histories of posts are looked for: a list of leave has a start and
an end, but nobody is hired or leaves.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from features.drafting.context import Drafting
from features.drafting.facts import assessments, leave, punches, reviews, services, surveys, time_sheets
from features.drafting.facts.fact_columns import FactColumn, start
from features.drafting.recognition.columns import Recognised
from features.drafting.recognition.names import matches
from features.drafting.vocabulary.fact_words import FROM, IN, OUT, UNTIL
from features.drafting.vocabulary.words import DATES

Columns = Mapping[str, FactColumn]


@dataclass(frozen=True)
class Kind:
    """A kind of facts. columns: the columns by role, None for a table of something else."""

    columns: Callable[[Recognised], Columns | None]
    draft: Callable[[Drafting, Recognised, Columns], None]


@dataclass(frozen=True)
class FactTable:
    """A table of facts, its kind and its columns."""

    table: Recognised
    kind: Kind
    columns: Columns


KINDS: Final = (
    Kind(punches.columns, punches.draft),
    Kind(leave.columns, leave.draft),
    Kind(services.columns, services.draft),
    Kind(assessments.columns, assessments.draft),
    Kind(surveys.long_columns, surveys.draft_long),
    Kind(surveys.wide_columns, surveys.draft_wide),
    Kind(time_sheets.columns, time_sheets.draft),
    Kind(reviews.columns, reviews.draft),
)
"""The narrower ones first."""


def set_apart(tables: Sequence[Recognised]) -> tuple[list[FactTable], list[Recognised]]:
    """The tables of facts, and all others."""
    facts, rest = [], []
    for table in tables:
        fact = None if _is_about_employment(table) else _fact_table(table)
        facts += [fact] if fact else []
        rest += [] if fact else [table]
    return facts, rest


def draft_facts(drafting: Drafting, facts: Sequence[FactTable]) -> None:
    """Drafts the tables of the contract that the facts fill."""
    for fact in facts:
        start(drafting, fact.table)
        fact.kind.draft(drafting, fact.table, fact.columns)
    time_sheets.unite_months(drafting)
    reviews.draft_from_months(drafting)


def _fact_table(table: Recognised) -> FactTable | None:
    for kind in KINDS:
        columns = kind.columns(table)
        if columns is not None:
            return FactTable(table, kind, columns)
    return None


def _is_about_employment(table: Recognised) -> bool:
    """Whether a table has pay, or a date of hire or exit that is not just the start or the end of something."""
    return bool(table.one("pay")) or any(
        matches(DATES[role], column.name) > matches(others, column.name)
        for role, others in (("hire_date", f"{FROM} {IN}"), ("exit_date", f"{UNTIL} {OUT}"))
        for column in table.all(role)
    )
