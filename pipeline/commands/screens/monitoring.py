"""The terminal output of `retention monitor` and `retention effect`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.markup import escape

from pipeline.commands.screens.data_counts import count_lines
from pipeline.commands.screens.parts import bounds_text, copyable, figure_text, narrow_table
from pipeline.judgement.statistics.figures import Metrics
from pipeline.monitoring.alert_words import remedy_text, rule_text
from pipeline.monitoring.results import Alert, MonitoringResults

if TYPE_CHECKING:  # it imports SciPy, which takes a second
    from pipeline.lists.trial.effect import EffectReport

_LIVE = {"auc": "AUC", "average_precision": "average precision", "calibration_slope": "calibration slope (1 is right)"}


def monitoring_screen(results: MonitoringResults, page: Path) -> RenderableType:
    """Each published month and what happened, all matured months next to training, and the alerts."""
    table = narrow_table(f"{results.source}: published scores and what happened")
    table.add_column("month")
    of_scores = ("expected", "happened", "AUC\nexpected", "AUC", "listed\nwho left")
    for column in ("model", "people", *of_scores, "moved\nfeatures"):
        table.add_column(column, justify="right")
    for month in results.months:
        table.add_row(
            month.month,
            month.model_version + ("*" if month.is_hindsight else ""),
            f"{month.people:,}",
            figure_text(month.expected, ".1%"),
            figure_text(month.happened, ".1%"),
            figure_text(month.expected_quality.auc.value if month.expected_quality else None),
            figure_text(month.metrics.auc if month.metrics else None),
            figure_text(month.lists.precision if month.lists else None, ".1%"),
            str(len(month.drifted)),
        )
    return Group(
        *count_lines(results.data, results.data_before, results.months[-1].month),
        table,
        *_hindsight(results),
        "",
        *_live(results),
        "",
        *_without_reference(results),
        *alert_lines(results.alerts),
        copyable(f"Plots: {page}"),
    )


def _hindsight(results: MonitoringResults) -> list[str]:
    """What the mark of a model means, if a month bears it."""
    is_marked = any(month.is_hindsight for month in results.months)
    return ["* had learned from later exits: no forecast, and not counted in all matured months."] if is_marked else []


def _without_reference(results: MonitoringResults) -> list[str]:
    """Which models cannot be compared with what they learned from."""
    if not results.without_reference:
        return []
    named = f"{'versions' if len(results.without_reference) > 1 else 'version'} {', '.join(results.without_reference)}"
    return [
        f"[yellow]Model {named} kept nothing of what was learned from[/]: features are compared with those of an "
        "earlier year in today's files, and lost tables and features are not detected. Train again."
    ]


def _live(results: MonitoringResults) -> list[RenderableType]:
    live, promised = results.live, results.backtest or Metrics()
    if not live:
        return ["No published month has matured yet, so the scores cannot be compared with what happened."]
    table = narrow_table("all matured months together, 95 % intervals")
    table.add_column("")
    for column in ("live", "training promised"):
        table.add_column(column, justify="right")
    for name, label in _LIVE.items():
        table.add_row(label, bounds_text(live.get(name)), bounds_text(promised.get(name)))
    return [table]


def alert_lines(alerts: Sequence[Alert]) -> list[str]:
    """Current alerts, each with its remedy; earlier ones are only counted, since they were reported in their month."""
    lines = [
        f"[red]alert[/] {alert.month}: {escape(rule_text(alert))} {figure_text(alert.value)} "
        f"(limit {figure_text(alert.limit)}). {remedy_text(alert)}"
        for alert in alerts
        if alert.is_current
    ]
    earlier = len(alerts) - len(lines)
    past = [f"Out of bounds in earlier months: {earlier:,}; the page shows them."] if earlier else []
    return [*(lines or ["[green]Nothing is out of bounds now.[/]"]), *past]


def effect_screen(report: "EffectReport") -> str:
    """Both parts of the roll-out, and the verdict."""
    parts = [
        f"{name.replace('_', ' ')}: {part.managers:,} managers, {part.people:,} people who would be listed, "
        f"{part.left:,} of whom left ({figure_text(part.share, '.1%')})"
        for name, part in report.parts.items()
    ]
    return "\n".join([*(parts if report.is_randomised else []), *_adjustment(report), report.verdict, *_power(report)])


def _adjustment(report: "EffectReport") -> list[str]:
    """What the adjustment for the risk saves, and when an earlier look excluded zero."""
    if report.unadjusted is None or report.narrowed is None:
        return []
    without = bounds_text(report.unadjusted, "+.1%")
    lines = [f"without regard to the risk: {without}; the adjustment narrows the interval by {report.narrowed:.0%}"]
    if report.found_in is not None and report.found_in != report.looks[-1].month:
        lines.append(f"The first interval without zero was that of {report.found_in}.")
    return lines


def _power(report: "EffectReport") -> list[str]:
    """What a roll-out could detect before it begins."""
    power = report.power
    if power is None:
        return []
    asked = f"A roll-out to {power.share:.0%} of the managers over {power.months} months of lists"
    if power.detectable is None:
        return [f"{asked} would be too small: {power.managers:,} managers have somebody to list."]
    return [
        f"{asked} would count about {power.people:,} people, of whom {power.expected:.1%} are expected to leave. It "
        f"would detect a difference of {100 * power.detectable:.1f} percentage points four times in five."
    ]
