"""The terminal output on a classifier of the user, and on another system's predictions, beside the product's model."""

from typing import Final

from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table

from pipeline.commands.screens.parts import bounds_text, figure_text, narrow_table
from pipeline.judgement.reporting.compared import Compared, Differences
from pipeline.judgement.reporting.report import TrainingReport
from pipeline.judgement.statistics.figures import Metrics, MetricValues

NOT_SERVED: Final = {
    "none": "it gives no factors.",
    "do not add up": "its factors do not add up to its risk.",
    "add up": "it has no stored form that gives the same risks.",
}
"""Why an estimator is not served, by its factors."""
_LABELS: Final = {
    "auc": "AUC ↑",
    "average_precision": "average precision ↑",
    "log_loss": "log loss ↓",
    "brier": "Brier score ↓",
}


def comparison_lines(report: TrainingReport) -> list[RenderableType]:
    """The estimator less the blend, and another system less the model, each on the same rows; empty without them."""
    lines: list[RenderableType] = []
    if estimator := report.estimator:
        title = f"the estimator {escape(estimator.name)}, and the blend on the same rows"
        columns = ("estimator", "blend", "difference")
        lines += [_table(title, columns, report.metrics, estimator.blend, estimator.against_blend), ""]
    if other := report.other_system:
        title = f"{escape(other.name)}, and the model on the same {other.rows:,} rows"
        lines += [_table(title, ("other", "model", "difference"), other.metrics, other.own, other.differences)]
        lines += [*_left_out(other), ""]
    return lines


def _left_out(other: Compared) -> list[str]:
    counts = {"test rows have no prediction": other.missing, "predictions belong to no test row": other.unused}
    text = ", ".join(f"{rows:,} {what}" for what, rows in counts.items() if rows)
    return [f"[yellow]note[/] {text}; they are left out."] if text else []


def _table(title: str, columns: tuple[str, ...], first: Metrics, second: MetricValues, less: Differences) -> Table:
    table = narrow_table(title)
    for column in ("", *columns):
        table.add_column(column, justify="right" if column else "left")
    for name, difference in less.items():
        figures = bounds_text(first.get(name)), figure_text(second.get(name)), bounds_text(difference, "+.4f")
        table.add_row(_LABELS[name], *figures)
    return table
