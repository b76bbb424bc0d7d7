"""The training report. `registry.report_json` writes and reads its JSON.

Fields are named as the keys of the JSON (docs/interface: "Training report"). A report of an earlier version may lack
some: a missing part is None, a missing list is empty.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import nan
from typing import Any

from features.catalogue.feature import Feature
from features.errors import Finding
from pipeline.data_counts import DataCounts
from pipeline.judgement.reporting.compared import Compared, JudgedEstimator
from pipeline.judgement.reporting.condition import Condition
from pipeline.judgement.reporting.groups import Group
from pipeline.judgement.reporting.illustration import MissingIllustration
from pipeline.judgement.statistics.figures import UNDEFINED, Bounded, Figure, Metrics, MetricValues, Named


@dataclass(frozen=True)
class OriginMetrics:
    """A test date, or a repeat of a cross-section: `n` rows, the share who left, and the metrics."""

    origin: str
    snapshot_date: str | None = None
    n: int = 0
    base_rate: Figure = nan
    figures: MetricValues = field(default_factory=MetricValues)


@dataclass(frozen=True)
class Baselines(Named[MetricValues]):
    """The simpler models for comparison: the base rate, tenure alone, and each part of the blend alone."""

    base_rate: MetricValues | None = None
    tenure: MetricValues | None = None
    logistic: MetricValues | None = None
    boosting: MetricValues | None = None


@dataclass(frozen=True)
class Difference:
    """One model less another on the same rows; positive: the first is better."""

    auc: Bounded
    average_precision: Bounded


@dataclass(frozen=True)
class FeatureEntry:
    """A feature of the model, as the catalogue describes it."""

    name: str
    driver: str
    label: str
    unit: str = ""
    window: str = ""
    null_means: str = ""
    worse: str | None = None
    peers: str = ""
    actionable: bool = True
    kind: str = "number"
    is_own: bool = False

    @classmethod
    def of(cls, feature: Feature) -> "FeatureEntry":
        return cls(**{name: getattr(feature, name) for name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class GroupFigures:
    """A level, department or tenure band with `n` rows; a suppressed one has its name and nothing else."""

    by: str
    group: str
    is_suppressed: bool
    n: int | None = None
    people: int | None = None
    base_rate: float | None = None
    mean_risk: float | None = None
    auc: Bounded | None = None
    average_precision: Bounded | None = None
    calibration_slope: Bounded | None = None


@dataclass(frozen=True)
class TrueHazard:
    """The AUC of a simulated company's true hazard, and of the scores on the same rows.

    `share` is (auc − 0.5) / (oracle_auc − 0.5).
    """

    rows: int
    oracle_auc: Figure
    auc: Figure
    share: Figure


@dataclass(frozen=True)
class CoverageGroup:
    """`n` rows of similar risk: mean risk and range, the share who left, and its interval `least` to `most`."""

    n: int
    risk: Figure
    low: Figure
    high: Figure
    happened: Figure
    least: Figure
    most: Figure


@dataclass(frozen=True)
class RangeCoverage:
    """The share of groups whose exits lie within their 90 % range, with and without allowing for chance."""

    inside: Figure
    inside_allowing_for_chance: Figure
    mean_width: Figure
    groups: tuple[CoverageGroup, ...] = ()


@dataclass(frozen=True)
class FactorStability:
    """Rank correlations of two refits on the same test rows; 1 if identical."""

    rows: int
    features: Figure
    within_people: Figure
    scores: Figure


@dataclass(frozen=True)
class ExpectedExits:
    """Expected exits over actual ones out of time (`tested`), and among the people scored now (`latest`).

    `latest` is the expected share who leave, `latest_rate`, over the highest share who left within the horizon of any
    matured snapshot date, `highest_rate`. It is not defined in a cross-section.
    """

    tested: Bounded
    latest: Bounded = UNDEFINED
    latest_people: int = 0
    latest_rate: Figure = nan
    highest_rate: Figure = nan


@dataclass(frozen=True)
class MovedFeature:
    """A feature that has moved further than usual between training and scoring."""

    feature: str
    psi: Figure
    limit: Figure


@dataclass(frozen=True)
class FairnessGroup:
    """How the list treats one group, or one group of each of two attributes; figures are None where suppressed.

    `parts` are the groups that `group` names, one per attribute; empty in a report of version 0.1.
    """

    group: str
    is_suppressed: bool
    people: int | None = None
    rows: int | None = None
    selection_rate: Bounded | None = None
    recall: Bounded | None = None
    false_positive_rate: Bounded | None = None
    base_rate: Bounded | None = None
    mean_risk: Bounded | None = None
    calibration: Bounded | None = None
    selection_rate_ratio: Bounded | None = None
    recall_ratio: Bounded | None = None
    parts: tuple[Group, ...] = ()


@dataclass(frozen=True)
class Ratio:
    """The lowest group's figure divided by the highest group's: `group` and `against`."""

    group: str
    against: str
    figure: Bounded


@dataclass(frozen=True)
class Ratios(Named[Ratio]):
    """The rates compared between groups; None with fewer than two groups that are large enough."""

    selection_rate: Ratio | None = None
    recall: Ratio | None = None


@dataclass(frozen=True)
class FairnessRow:
    """A protected attribute, or a pair of them, and its groups; `people` counts those whose group is recorded.

    `attributes` are the names joined in `attribute`; empty in a report of version 0.1.
    """

    attribute: str
    is_pair: bool = False
    people: int = 0
    ratios: Ratios = Ratios()
    groups: tuple[FairnessGroup, ...] = ()
    not_recorded: int = 0
    attributes: tuple[str, ...] = ()

    def parts_of(self, group: str) -> tuple[Group, ...]:
        """The groups that the name of an entry stands for, one per attribute."""
        return next((each.parts for each in self.groups if each.group == group and each.parts), (Group(group),))


@dataclass(frozen=True)
class ProxyFeature:
    """A feature and how well it separates a group by itself."""

    feature: str
    auc: Figure


@dataclass(frozen=True)
class Proxy:
    """How well the features predict membership of a group; AUC 0.5: not at all."""

    attribute: str
    group: str
    people: int
    auc: Bounded
    features: tuple[ProxyFeature, ...] = ()


@dataclass(frozen=True)
class AgainstParts(Named[Bounded]):
    """Average precision of the blend less that of logistic regression and of boosting alone."""

    logistic: Bounded | None = None
    boosting: Bounded | None = None


@dataclass(frozen=True, kw_only=True)
class AgainstChampion:
    """Differences from a version on the same rows; `features_gone` counts its features that the data no longer has."""

    version: str
    features_gone: int = 0
    average_precision: Bounded
    log_loss: Bounded

    def of(self, metric: str) -> Bounded:
        return {"average_precision": self.average_precision, "log_loss": self.log_loss}[metric]


@dataclass(frozen=True)
class Manifest:
    """How a model was made, so that it can be reproduced. outcomes_until: the last day whose exits it learned from."""

    source: str | None = None
    data_hash: str | None = None
    outcomes_until: str | None = None
    code_version: str | None = None
    seed: int | None = None
    quick: bool | None = None
    rows: int | None = None
    allowed_suspects: tuple[str, ...] | None = None
    settings: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class TrainingReport:
    """What `retention train --json` writes; the last six fields are set once the model is recorded.

    data: what validation counted; data_before: the same when the champion of that moment was trained.
    suspects: features allowed by name; cleared_suspects: strong ones that the guards cleared, each with the reason.
    unused_inputs: optional inputs that could not be used, and why.
    estimator: set if the figures are those of a classifier of the user, not of the blend.
    other_system: predictions of another system on the same rows; None if none were given.
    """

    source: str
    horizon_months: int = 0
    rows: int = 0
    people: int = 0
    voluntary_exits: int = 0
    data: DataCounts = field(default_factory=DataCounts)
    data_before: DataCounts | None = None
    base_rate: Figure = nan
    metrics: Metrics = field(default_factory=Metrics)
    by_origin: tuple[OriginMetrics, ...] = ()
    baselines: Baselines = Baselines()
    ablation: Mapping[str, Difference] = field(default_factory=dict)
    shuffled_auc: Bounded | None = None
    suspects: tuple[str, ...] = ()
    cleared_suspects: Mapping[str, str] = field(default_factory=dict)
    features: tuple[FeatureEntry, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    by_group: tuple[GroupFigures, ...] = ()
    monotone_cost: Difference | None = None
    true_hazard: TrueHazard | None = None
    unused_inputs: tuple[Finding, ...] = ()
    range_coverage: RangeCoverage | None = None
    gain: tuple[Figure, ...] = ()
    factor_stability: FactorStability | None = None
    moved_features: tuple[MovedFeature, ...] = ()
    fairness: tuple[FairnessRow, ...] = ()
    proxies: tuple[Proxy, ...] = ()
    against_parts: AgainstParts = AgainstParts()
    against_champion: AgainstChampion | None = None
    expected_exits: ExpectedExits | None = None
    estimator: JudgedEstimator | None = None
    other_system: Compared | None = None
    missing_illustrations: tuple[MissingIllustration, ...] = ()
    manifest: Manifest | None = None
    run_id: str | None = None
    model_version: str | None = None
    promoted: bool | None = None
    gate: tuple[Condition, ...] | None = None
    seconds: Mapping[str, float] | None = None
