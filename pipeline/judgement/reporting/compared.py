"""The figures of another model on the test rows, paired with those of the product's own."""

from dataclasses import dataclass

from pipeline.judgement.statistics.figures import Bounded, Metrics, MetricValues, Named


@dataclass(frozen=True)
class Differences(Named[Bounded]):
    """One model's figure less another's on the same rows; a higher AUC and average precision are better, a lower log
    loss and Brier score."""

    auc: Bounded | None = None
    average_precision: Bounded | None = None
    log_loss: Bounded | None = None
    brier: Bounded | None = None


@dataclass(frozen=True)
class Compared:
    """Risks of another model on `rows` test rows of `people`, and the model's own on the same rows.

    name: a file or a factory. missing: test rows without a risk of the other; they are left out for both.
    unused: risks that belong to no test row. own: the model's metrics on these rows. differences: other less own.
    """

    name: str
    rows: int
    people: int
    missing: int
    unused: int
    metrics: Metrics
    own: MetricValues
    differences: Differences


@dataclass(frozen=True)
class JudgedEstimator:
    """A classifier that was judged in place of the blend.

    takes_tables: it was given the table as it is; otherwise categories became columns, and where it takes no unknown
    numbers these became medians. factors: whether its `contributions` add up to its log-odds, do not, or are missing.
    is_servable: whether they do, and it has a stored form that gives the same risks. against_blend: its figures less
    the blend's, which are in `blend`.
    """

    name: str
    takes_tables: bool
    factors: str
    is_servable: bool
    against_blend: Differences
    blend: MetricValues
