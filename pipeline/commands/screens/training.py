"""The terminal output of `retention train`."""

from collections.abc import Mapping

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from pipeline.commands.screens.comparisons import NOT_SERVED, comparison_lines
from pipeline.commands.screens.data_counts import count_lines
from pipeline.commands.screens.parts import bounds_text, copyable, figure_text, gates_table, narrow_table
from pipeline.faults import without_secrets
from pipeline.judgement.reporting.report import Difference, TrainingReport, TrueHazard
from pipeline.settings import Settings

_LABELS = {
    "auc": "AUC ↑",
    "average_precision": "average precision ↑",
    "log_loss": "log loss ↓",
    "brier": "Brier score ↓",
    "ece": "calibration error ↓",
    "calibration_slope": "slope (1 is right)",
    "calibration_intercept": "intercept (0)",
    "lift_10": "lift, top tenth ↑",
    "recall_10": "recall, top tenth ↑",
}


def training_screen(report: TrainingReport, settings: Settings) -> RenderableType:
    """Metrics with intervals, baselines, ablation, the result of the gate, and the next step; 80 columns wide."""
    horizon = f"within {report.horizon_months} months" if report.horizon_months else "at any time"
    added: list[RenderableType] = [_ablation(report.ablation), ""] if report.ablation else []
    return Group(
        *count_lines(report.data, report.data_before, "champion"),
        f"\n[bold]{escape(report.source)}[/]: {report.rows:,} rows of {report.people:,} people, "
        f"{report.voluntary_exits:,} of whom left",
        f"{report.base_rate:.1%} of the tested rows left {horizon}\n",
        _metrics(report),
        "",
        *added,
        *comparison_lines(report),
        *_distance_to_the_true_hazard(report.true_hazard),
        *(f"[yellow]warning[/] {escape(str(finding))}\n" for finding in report.unused_inputs),
        *_cleared(report),
        f"With permuted labels: AUC {bounds_text(report.shuffled_auc)} (the interval should contain 0.5)\n",
        gates_table(report.gate or ()),
        *_missing(report),
        f"\n{_result(report)}",
        copyable("Next: " + _next(report)),
        copyable(f"Runs: mlflow ui --backend-store-uri {without_secrets(settings.tracking_uri)}"),
    )


def _distance_to_the_true_hazard(truth: TrueHazard | None) -> list[str]:
    """How near the model comes to the true hazard, which only a simulated company has; 0.5 is chance."""
    if truth is None:
        return []
    best = figure_text(truth.oracle_auc)
    return [f"The true hazard has AUC {best}; the model covers {truth.share:.0%} of the way from 0.5 to it\n"]


def _cleared(report: TrainingReport) -> list[str]:
    """Features that are strong enough to be suspect, and why the guards cleared them."""
    cleared = report.cleared_suspects.items()
    return [f"[yellow]note[/] {escape(name)} {escape(why)}. It is not a suspect.\n" for name, why in cleared]


def _missing(report: TrainingReport) -> list[RenderableType]:
    """The illustrations that could not be made; the figures are complete without them."""
    names = ", ".join(map(str, report.missing_illustrations))
    return [f"\n[yellow]warning[/] could not be illustrated: {escape(names)}. The figures are complete."] * bool(names)


def _result(report: TrainingReport) -> str:
    """Whether the model serves; an estimator without a version has been judged only."""
    if report.model_version is None:
        return "Judged, not registered and not served: " + (
            NOT_SERVED[report.estimator.factors] if report.estimator else ""
        )
    return f"Model version {report.model_version} is {'now' if report.promoted else 'not'} the champion."


def _next(report: TrainingReport) -> str:
    if report.promoted:
        return "retention score SOURCE"
    if report.model_version is None:
        return "see docs/own-models.md on what an estimator needs to serve"
    return f"see the gate above, and retention models card {report.model_version}"


def _metrics(report: TrainingReport) -> Table:
    how = "out of time" if report.horizon_months else "cross-validated"
    table = narrow_table(f"{how}, 95 % intervals; ↑ higher is better, ↓ lower is better")
    baselines = dict(report.baselines.items())
    for column in ("", "model", *(name.replace("_", "\n") for name in baselines)):
        table.add_column(column, justify="right" if column else "left")
    for metric, bounds in report.metrics.items():
        simpler = (figure_text(values.get(metric)) for values in baselines.values())
        table.add_row(_LABELS[metric], bounds_text(bounds), *simpler)
    return table


def _ablation(ablation: Mapping[str, Difference]) -> Table:
    table = narrow_table("ablation: the whole model less a smaller one")
    table.add_column("against")
    for column in ("AUC", "average precision"):
        table.add_column(column, justify="right")
    for name, each in ablation.items():
        table.add_row(name, bounds_text(each.auc, "+.3f"), bounds_text(each.average_precision, "+.3f"))
    return table
