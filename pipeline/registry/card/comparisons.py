"""Blocks of a model card on what is not the product's: a classifier of the user, another system, own features."""

from pipeline.judgement.reporting.compared import Differences
from pipeline.judgement.reporting.report import TrainingReport
from pipeline.judgement.statistics.figures import Metrics, MetricValues
from pipeline.registry.card.blocks import Block, Facts, Table, bounds, number
from pipeline.registry.card.words import MEANING


def other_model_tables(report: TrainingReport) -> list[Block]:
    """The model's figures beside those of others on the same rows; empty if it was compared with none."""
    tables: list[Block] = []
    if estimator := report.estimator:
        title = f"The classifier {estimator.name}, which is this model, and the blend on the same rows"
        note = "A difference is the classifier's figure less the blend's."
        columns = ("this model", "blend", "difference")
        tables.append(_table(title, columns, report.metrics, estimator.blend, estimator.against_blend, note))
    if other := report.other_system:
        title = f"Another system ({other.name}) and this model on the same rows (n = {other.rows:,})"
        note = (
            f"A difference is the other system's figure less this model's. Test rows without its prediction: "
            f"{other.missing:,}; predictions of no test row: {other.unused:,}. Whether it knew the outcome when it "
            "predicted cannot be seen from the file."
        )
        columns = ("other system", "this model", "difference")
        tables.append(_table(title, columns, other.metrics, other.own, other.differences, note))
    return tables


def own_features(report: TrainingReport) -> list[Block]:
    """The features that the company declares itself; empty without any."""
    own = ", ".join(f"{feature.label} ({feature.name})" for feature in report.features if feature.is_own)
    return [
        Facts([("the company's own", f"{own}. Their definitions are the company's, and not in this product.")])
    ] * bool(own)


def _table(
    title: str, columns: tuple[str, ...], first: Metrics, second: MetricValues, less: Differences, note: str
) -> Table:
    rows = [
        [MEANING[name][0], bounds(first.get(name)), number(second.get(name)), bounds(difference, "+.4f")]
        for name, difference in less.items()
    ]
    return Table(title, ["", *columns], rows, note)
