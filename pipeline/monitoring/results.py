"""The monitoring results: each published month compared with what happened, and the alerts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from pipeline.data_counts import DataCounts
from pipeline.judgement.statistics.figures import Bounded, Metrics, MetricValues

LEVEL: Final = 0.05
"""The probability of a warning of concept drift in a month in which nothing has changed."""


class AlertCode(StrEnum):
    """What is out of bounds."""

    TABLE_LOST = "table_lost"
    FEATURE_LOST = "feature_lost"
    FEATURE_MOVED = "feature_moved"
    SCORES_MOVED = "scores_moved"
    FEW_LISTED_LEFT = "few_listed_left"
    FEW_ANSWERS = "few_answers"
    SLOPE = "calibration_slope"
    AUC = "auc"
    CONCEPT_DRIFT = "concept_drift"


@dataclass(frozen=True)
class Alert:
    """A figure that needs attention, and the limit that it is beyond.

    `is_current` if the latest month for which the figure is known is out of bounds; an earlier alert stays in the
    report but no longer counts. `feature` (with its `label`) is the feature that has moved or is lost, `table` the
    table that is lost, `figure` the figure that does not fit the scores, else None. `rule` and `remedy` are the English
    texts of an alert of version 0.1, which has no code.
    """

    code: AlertCode | None
    month: str
    value: float
    limit: float
    is_current: bool
    feature: str | None = None
    label: str | None = None
    table: str | None = None
    figure: str | None = None
    rule: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class ListedPeople:
    """The listed people of a matured month: the share who left, its interval, and the ratio to everyone's share."""

    people: int
    precision: float | None = None
    interval: Bounded | None = None
    lift: float | None = None


@dataclass(frozen=True)
class ScoreDrift:
    """How far the scores lie from those of the first month, and the probability of that much by chance alone."""

    psi: float
    limit: float
    of_limit: float
    p_value: float


@dataclass(frozen=True)
class DriftedFeature:
    """A feature that has moved beyond its limit, and further than chance would move it."""

    name: str
    psi: float
    p_value: float
    limit: float
    label: str
    item: str | None = None
    label_form: str | None = None
    label_months: int | None = None


@dataclass(frozen=True)
class LostFeature:
    """A feature that is known for far fewer people than in any month of training: shares of people, and the limit."""

    name: str
    known: float
    least_known: float
    limit: float
    label: str
    item: str | None = None
    label_form: str | None = None
    label_months: int | None = None


@dataclass(frozen=True)
class LostTable:
    """A table of which far fewer rows can be used than in training: shares of its rows, the limit, and how many
    features of the model are computed from it."""

    table: str
    kept: float
    kept_before: float
    limit: float
    features: int


@dataclass(frozen=True)
class ExpectedQuality:
    """Figures of a scored month with the 95 % interval in which the matured ones will lie if nothing has changed.

    `precision` is the share of the listed who will leave; None without a list.
    """

    share_left: Bounded
    auc: Bounded
    average_precision: Bounded
    calibration_slope: Bounded
    precision: Bounded | None = None


@dataclass(frozen=True)
class Departure:
    """The figure of a matured month that is furthest from what was expected, and the probability of that by chance.

    `limit` is the end of the expected interval that `value` is nearest to or beyond.
    """

    figure: str
    value: float
    limit: float
    p_value: float

    @property
    def is_concept_drift(self) -> bool:
        return self.p_value < LEVEL


@dataclass(frozen=True)
class Month:
    """A published month; `happened` and what follows from it are None until it has matured.

    is_hindsight: the model had learned from later exits, so the month is no forecast and counts in no figure of all.
    expected_quality: what the scores imply before anything matures. departure: how far the matured figures are from it.
    Both are None where too few exits are expected, or the registry no longer has the model.
    """

    month: str
    model_version: str
    people: int
    expected: float
    answers: Mapping[str, int] = field(default_factory=dict)
    answered: Bounded | None = None
    acted_on: Bounded | None = None
    happened: float | None = None
    metrics: MetricValues | None = None
    intervals: Metrics | None = None
    lists: ListedPeople | None = None
    furthest: float = 0.0
    drifted: tuple[DriftedFeature, ...] = ()
    lost: tuple[LostFeature, ...] = ()
    score_drift: ScoreDrift | None = None
    expected_quality: ExpectedQuality | None = None
    departure: Departure | None = None
    is_hindsight: bool = False


@dataclass(frozen=True)
class MonitoringResults:
    """`live`: the metrics of all matured months together that were forecasts; `backtest`: those promised by training.

    lost_tables: of what the model of the latest month learned from. without_reference: the model versions that were
    stored without what they learned from; their months are compared with features computed from today's files.
    data: what validation counts in the source now; data_before: what it counted for the latest publication, if kept.
    """

    source: str
    complete_until: str
    months: tuple[Month, ...]
    live: Metrics | None = None
    backtest: Metrics | None = None
    alerts: tuple[Alert, ...] = ()
    lost_tables: tuple[LostTable, ...] = ()
    without_reference: tuple[str, ...] = ()
    data: DataCounts = field(default_factory=DataCounts)
    data_before: DataCounts | None = None
