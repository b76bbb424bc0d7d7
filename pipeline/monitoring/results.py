"""What the monitor found: each published month against what happened, and what a person should look at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.judgement.figures import Bounded, Metrics, MetricValues


class AlertCode(StrEnum):
    """What is out of bounds."""

    FEATURE_MOVED = "feature_moved"
    SCORES_MOVED = "scores_moved"
    FEW_LISTED_LEFT = "few_listed_left"
    FEW_ANSWERS = "few_answers"
    SLOPE = "calibration_slope"
    AUC = "auc"


@dataclass(frozen=True)
class Alert:
    """Something that a person should look at: its figure, and the limit that it is beyond.

    `is_current` where the latest month of which it can be said is out of bounds; an earlier one stays in the report
    and calls nobody again. `feature` (with its `label`) is the one that has moved; None of anything else. `rule` and
    `remedy` are the English texts of an alert of version 0.1, which has no code.
    """

    code: AlertCode | None
    month: str
    value: float
    limit: float
    is_current: bool
    feature: str | None = None
    label: str | None = None
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
    """How far the scores lie from those of the first month, and how likely chance alone moves them so far."""

    psi: float
    limit: float
    of_limit: float
    p_value: float


@dataclass(frozen=True)
class DriftedFeature:
    """A feature that has moved further than its limit and than chance would move it."""

    name: str
    psi: float
    p_value: float
    limit: float
    label: str
    item: str | None = None
    label_form: str | None = None
    label_months: int | None = None


@dataclass(frozen=True)
class Month:
    """A published month; `happened` and what follows from it are None until it has matured."""

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
    score_drift: ScoreDrift | None = None


@dataclass(frozen=True)
class MonitoringResults:
    """`live`: all matured months together; `backtest`: what training promised."""

    source: str
    complete_until: str
    months: tuple[Month, ...]
    live: Metrics | None = None
    backtest: Metrics | None = None
    alerts: tuple[Alert, ...] = ()
