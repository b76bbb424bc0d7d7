"""The terminal output of `retention outlook`."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.markup import escape

from pipeline.commands.screens.parts import narrow_table, people_text
from pipeline.outlook.outlook_json import as_json
from pipeline.outlook.planned import with_hires
from pipeline.outlook.report import Held, Outlook, OutlookRow

_EVERYONE = "everyone"
_MONTHS = 6


def outlook_screen(outlook: Outlook, by: Sequence[str]) -> RenderableType:
    """The company over each horizon, the groups of the named dimensions over six months, and what is left out."""
    rows = with_hires(outlook.rows, outlook.planned, outlook.snapshot_date)
    months = _MONTHS if any(row.horizon_months == _MONTHS for row in rows) else 0
    return Group(
        f"[bold]{escape(outlook.source)}[/], after {outlook.snapshot_date}:",
        *(_company(row) for row in rows if row.by == _EVERYONE and not row.is_suppressed),
        *(_table(name, [row for row in rows if row.by == name and row.horizon_months == months]) for name in by),
        "",
        *(_held(each) for each in outlook.held),
        *_hires(outlook),
        *(f"[dim]{escape(note)}[/]" for note in outlook.notes),
    )


def _company(row: OutlookRow) -> str:
    others = "" if row.other is None else f", {row.other:.1f} other ({row.other_low} to {row.other_high})"
    hires = "" if row.planned_hires is None else f", {row.planned_hires:,} hires planned"
    return (
        f"{row.horizon_months} months: {row.expected:.1f} voluntary exits ({row.low} to {row.high}){others}{hires}; "
        f"from {people_text(row.people or 0)} to {row.head_count:.0f} ({row.head_count_low} to {row.head_count_high})."
    )


def _table(by: str, rows: Sequence[OutlookRow]) -> RenderableType:
    table = narrow_table(f"by {by}, {_MONTHS} months ahead, most exits first; ranges hold 9 cases in 10")
    table.add_column(by)
    for column in ("people", "voluntary exits", "range", "head count", "range"):
        table.add_column(column, justify="right")
    for row in sorted(rows, key=lambda each: -(each.expected or 0)):
        if row.is_suppressed:
            continue
        table.add_row(
            escape(row.group or "not known"),
            f"{row.people:,}",
            f"{row.expected:.1f}",
            f"{row.low} to {row.high}",
            f"{row.head_count:.0f}",
            f"{row.head_count_low} to {row.head_count_high}",
        )
    hidden = sum(row.is_suppressed for row in rows)
    return Group(table, f"[dim]{hidden} with too few people to show[/]") if hidden else table


def _held(each: Held) -> str:
    kind = "scored with hindsight" if each.is_hindsight else "forecasts"
    share = each.inside / each.compared
    return (
        f"{each.horizon_months} months, {kind}: the actual number lay in the 90 % range in {each.inside:,} of "
        f"{each.compared:,} ranges ({share:.0%}) of {each.months} months."
    )


def _hires(outlook: Outlook) -> list[str]:
    unplaced = as_json(outlook)["unplaced_hires"]
    note = f"{unplaced:,} planned hires are in no group that is shown; they count among everyone."
    return [f"[yellow]{note}[/]"] if unplaced else []
