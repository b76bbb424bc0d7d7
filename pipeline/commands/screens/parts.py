"""Shared by the terminal outputs: narrow tables, figures with bounds, lines to copy. 80 columns wide."""

from collections.abc import Mapping, Sequence
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from pipeline.judgement.reporting.condition import Condition, Verdict
from pipeline.judgement.statistics.figures import Bounded
from pipeline.registry.gate.words import condition_text, limit_text
from pipeline.registry.gate.words import figure_text as condition_figure

_COLOURS: Final[Mapping[Verdict, str]] = {"refused": "red", "open": "yellow", "passed": "green"}


def narrow_table(title: str) -> Table:
    """A table that holds an interval and four baselines in 80 columns."""
    return Table(title=title, box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=0, title_justify="left")


def bounds_text(bounds: Bounded | None, form: str = ".3f") -> str:
    """`0.744 (0.731 to 0.757)`."""
    if bounds is None:
        return "–"
    value, low, high = (figure_text(each, form) for each in (bounds.value, bounds.low, bounds.high))
    return f"{value} ({low} to {high})"


def figure_text(value: float | None, form: str = ".3f") -> str:
    """A figure with three places; a dash where it is not defined."""
    return "–" if value is None or value != value else format(value, form)


def people_text(number: int) -> str:
    """`1 person`, `2,000 people`."""
    return f"{number:,} {'person' if number == 1 else 'people'}"


def copyable(command: str) -> Text:
    """A line that is not wrapped, so that it can be copied."""
    return Text(command, no_wrap=True, overflow="ignore")


def gates_table(gates: Sequence[Condition]) -> Table:
    """Each condition of the gate: passed, open (beyond the limit, but its interval includes it; passes) or refused."""
    table = narrow_table("the promotion gate")
    for column in ("", "condition", "figure", "limit"):
        table.add_column(column)
    for gate in gates:
        verdict = f"[{_COLOURS[gate.verdict]}]{gate.verdict}[/]"
        short = f"\nshort by {gate.short_by:.3f}" if gate.short_by is not None else ""
        limit = escape(f"{limit_text(gate)}{short}")
        table.add_row(verdict, escape(condition_text(gate)), condition_figure(gate), limit)
    return table
