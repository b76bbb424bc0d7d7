"""What validation left out or changed, beside the run before; what was refused; what could not be checked."""

from collections.abc import Sequence
from typing import Final

from rich.console import RenderableType
from rich.markup import escape

from pipeline.commands.screens.parts import narrow_table
from pipeline.data_counts import DataCheck, DataCounts

LOSS_SHOWN: Final = 0.05
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
    table = narrow_table(title)
    table.add_column("where", overflow="fold", no_wrap=True)
    table.add_column("rule")
    for column in ("rows", *([label or "training"] if before else [])):
        table.add_column(column, justify="right")
    for warning in now.warnings:
        was = [f"{before.rows_of(warning):,}"] if before else []
        table.add_row(f"{escape(warning.place)} ", escape(warning.rule), f" {warning.rows:,}", *_apart(was))
    for name, read, used in _with_losses(now):
        was = (
            [f"{before.used[name]:,} of {before.tables[name]:,}" if name in before.used else _UNKNOWN] if before else []
        )
        table.add_row(f"{escape(name)} ", "rows used", f" {used:,} of {read:,}", *_apart(was))
    return [table, ""] if table.row_count else []


def _apart(cells: Sequence[str]) -> list[str]:
    return [f"  {cell}" for cell in cells]


def _with_losses(now: DataCounts) -> Sequence[tuple[str, int, int]]:
    """The tables that lost more rows than `LOSS_SHOWN`; the warnings count the others."""
    kept = {name: now.kept(name) for name in now.tables}
    return [
        (name, now.tables[name], now.used[name])
        for name, share in kept.items()
        if share is not None and share < 1 - LOSS_SHOWN
    ]
