"""The terminal output of `retention effect --offers` and `--judgement`."""

from typing import TYPE_CHECKING, Final

from rich.console import Group, RenderableType

from pipeline.commands.screens.parts import bounds_text, figure_text, narrow_table

if TYPE_CHECKING:  # they import SciPy, which takes a second
    from pipeline.lists.offers.effect import OffersReport
    from pipeline.lists.offers.power import Power
    from pipeline.lists.trial.own_judgement import JudgementReport

_NAMED_BY: Final = {
    "both": "the manager and the list",
    "manager_only": "the manager only",
    "list_only": "the list only",
    "neither": "neither",
}


def offers_screen(report: "OffersReport") -> RenderableType:
    """Every action beside the others for its driver, and what the planned months would show."""
    table = narrow_table(f"{report.source}: exits by the action that the list suggested first")
    table.add_column("driver")
    table.add_column("action")
    for column in ("people", "done", "left", "difference"):
        table.add_column(column, justify="right")
    for each in report.actions:
        figures = (f"{each.people:,}", f"{each.done:,}", f"{each.left:,} ({figure_text(each.share, '.1%')})")
        table.add_row(each.driver, each.action, *figures, bounds_text(each.difference, "+.1%"))
    shared = f"The intervals hold over all looks and all {report.compared:,} comparisons together."
    compared = [each for each in report.actions if each.difference]
    tested = [f"{each.driver}, {each.action}: {each.verdict}" for each in compared]
    shown: list[RenderableType] = [table, *([shared] if compared else []), *tested] if report.plan else []
    return Group(*shown, report.verdict, *_against_nothing(report), *map(_power, report.power))


def _against_nothing(report: "OffersReport") -> list[RenderableType]:
    """Every action beside the people held out, or why there is no such comparison."""
    from pipeline.lists.offers.verdict import NOT_HELD_OUT

    if report.plan is None:
        return []
    if not report.against_nothing:
        return [NOT_HELD_OUT]
    table = narrow_table("the same beside people whose managers, drawn at random, got no list")
    for column in ("driver", "action"):
        table.add_column(column)
    for column in ("offered", "left", "held out", "left", "difference"):
        table.add_column(column, justify="right")
    for each in report.against_nothing:
        sides = [
            text
            for side in (each.offered, each.held_out)
            for text in (f"{side.people:,}", f"{side.left:,} ({figure_text(side.share, '.1%')})")
        ]
        table.add_row(each.driver, each.action, *sides, bounds_text(each.difference, "+.1%"))
    shared = f"These intervals hold over all looks and all {len(report.against_nothing):,} actions together."
    tested = [f"{each.driver}, {each.action}: {each.verdict}" for each in report.against_nothing if each.difference]
    return [table, *([shared] if tested else []), *tested]


def _power(power: "Power") -> str:
    if power.detectable is None or power.expected is None:
        return f"{power.driver}: nobody on the lists of the published months has this as the strongest reason."
    return (
        f"{power.driver}: {power.months} months of lists have about {power.people:,} people, of whom "
        f"{power.expected:.1%} are expected to leave. They would show a difference of {100 * power.detectable:.1f} "
        "percentage points four times in five."
    )


def judgement_screen(report: "JudgementReport") -> RenderableType:
    """Who left, by who had named them."""
    table = narrow_table(f"{report.source}: who left, by who had named them")
    table.add_column("named by")
    for column in ("people", "in months", "left", "share, 95 %"):
        table.add_column(column, justify="right")
    for group in report.groups:
        counts = ("–" if number is None else f"{number:,}" for number in (group.people, group.rows, group.left))
        table.add_row(_NAMED_BY[group.named_by], *counts, bounds_text(group.share, ".1%"))
    counted = (
        f"{report.answers:,} answers of {report.managers:,} managers in {report.months:,} months that have matured. "
        f"Not counted: {report.skipped:,} skipped, {report.too_late:,} after the list had been seen."
    )
    hidden = any(group.people is None for group in report.groups)
    small = ["Groups of fewer than ten people are not shown."] if hidden else []
    shown: list[RenderableType] = [table, counted, *small] if report.months else []
    return Group(*shown, report.verdict)
