"""What validation left out or changed, beside the run before; what was refused; what could not be checked."""

from collections.abc import Sequence
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table

from pipeline.data_counts import DataCheck, DataCounts

_UNKNOWN: Final = "–"


def check_lines(check: DataCheck, before: DataCounts | None, label: str | None) -> list[RenderableType]:
    """The lines of a publication: the counts, the refusals it overrode, and what could not be checked."""
    overridden = [f"[red]published despite[/] {escape(str(refusal))}" for refusal in check.refusals]
    reason = [f"The reason given, on record: {escape(check.despite)}"] if check.despite else []
    unchecked = [f"[yellow]not checked[/] {escape(text)}" for text in check.unchecked]
    return [*count_lines(check.counts, before, label), *overridden, *reason, *unchecked]


def count_lines(now: DataCounts, before: DataCounts | None, label: str | None = None) -> list[RenderableType]:
    """A table of the warnings, and of the tables that lost rows, each beside the run before; nothing if neither."""
    title = "left out or changed by validation (`retention check SOURCE` says what to do)"
    table = Table(title=title, title_justify="left", title_style="yellow", box=SIMPLE_HEAD, pad_edge=False, padding=0)
    table.add_column("where  ", overflow="fold")
    table.add_column("rule")
    table.add_column("  rows", justify="right")
    table.add_column(f"  {label or 'before'}", justify="right")
    for warning in now.warnings:
        rows_before = f"{before.rows_of(warning):,}" if before else _UNKNOWN
        table.add_row(f"{escape(warning.place)}  ", escape(warning.rule), f"{warning.rows:,}", f"  {rows_before}")
    for name, read, used in _with_losses(now):
        share = before and before.kept(name)
        was = _UNKNOWN if before is None or share is None else f"{before.used[name]:,} of {before.tables[name]:,}"
        table.add_row(f"{escape(name)}  ", f"rows used, of {read:,}", f"{used:,}", f"  {was}")
    return [table] if table.row_count else []


def _with_losses(now: DataCounts) -> Sequence[tuple[str, int, int]]:
    return [(name, read, now.used[name]) for name, read in now.tables.items() if now.used.get(name, read) < read]
