"""What the steps of a draft share: the views of the export, the questions, and the queries of the tables so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import polars as pl

from features.drafting.questions import EMPTY, Interview, Question
from features.drafting.recognition.keys import Keys
from features.drafting.row_kind import RowKind
from features.drafting.views import Line, Select, View, Workbench
from features.sql import literal, quoted

KEEP, LEAVE_OUT = "keep", "leave out"
FIRST_DAY: Final = date(1900, 1, 1)


@dataclass(frozen=True)
class Item:
    """What a source declares of a survey item, a measure or a competency."""

    name: str
    driver: str
    label: str
    why: str


@dataclass
class Drafting:
    """One draft in the making.

    kinds: what a row of each view is. tables: the queries of each table of the contract, to be united. notes: what a
    reader must know: what was decided, what is lost. used: the columns that took part, as `table.column`. items: what
    is declared of survey items and the like, by section. people_by: views that find people, by how they name them.
    refused: columns of which the values show that they are refused.
    """

    bench: Workbench
    interview: Interview
    keys: Keys
    views: list[View]
    kinds: dict[str, RowKind]
    table_names: Sequence[str] = ()
    tables: dict[str, list[Select]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    complete_from: date = FIRST_DAY
    complete_until: date = FIRST_DAY
    items: dict[str, list[Item]] = field(default_factory=dict)
    people_by: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def of_kind(self, *kinds: RowKind) -> list[View]:
        return [view for kind in kinds for view in self.views if self.kinds[view.name] == kind]

    def add(self, table: str, select: Select) -> None:
        self.tables.setdefault(table, []).append(select)
        self.used.update(line.source for line in select.lines if line.source)

    def take(self, view: View, role: str, name: str = "", sql: str = "", why: str = "") -> Line:
        """A line for a column of a view, with the evidence of how the view makes it."""
        made = view.line(role)
        self.used.add(made.source)
        evidence = "; ".join(filter(None, (made.why, why)))
        return Line(name or role, sql or quoted(role), made.source, made.confidence, evidence)

    def use(self, view: View, *roles: str) -> None:
        self.used.update(view.line(role).source for role in roles)

    def kept_rows(self, view: View, role: str, text: str, suggested: Mapping[str, str]) -> str:
        """A condition for the rows that the answers keep, by the values of a column; empty where all are alike."""
        counts = counts_of(view.frame[role])
        empty_too = view.frame[role].null_count() > 0
        if len(counts) < (1 if empty_too else 2):
            return ""
        self.use(view, role)
        question = Question(
            f"rows_{view.name}_{role}",
            text,
            "values",
            (KEEP, LEAVE_OUT),
            counts,
            {value: suggested.get(value, KEEP) for value in counts},
            view.line(role).why,
            (role,),
        )
        answers = self.interview.ask(question)
        out = [literal(value) for value in counts if answers.get(value) == LEAVE_OUT]
        return f"coalesce({quoted(role)}, '') not in ({', '.join(out)})" if out else ""


def counts_of(values: pl.Series) -> dict[str, int]:
    """How often each value occurs, the most frequent first; nulls do not count."""
    counts = values.drop_nulls().rename("value").value_counts(sort=True)
    return {str(value): int(rows) for value, rows in sorted(counts.rows(), key=lambda row: (-row[1], str(row[0])))}


def case(expression: str, answers: Mapping[str, Any], otherwise: str = "") -> str:
    """SQL that replaces each value by its answer; EMPTY stands for an empty text."""
    whens = [
        f"\n    when {literal('' if value == EMPTY else value)} then {_constant(answer)}"
        for value, answer in answers.items()
    ]
    if not whens:
        return otherwise or "null"
    last = f"\n    else {otherwise}" if otherwise else ""
    return f"case {expression}{''.join(whens)}{last}\n  end"


def _constant(answer: Any) -> str:
    return literal(answer) if isinstance(answer, str) else f"{float(answer):g}"
