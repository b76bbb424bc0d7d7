"""The monitoring report as a self-contained page: alerts, plots by month, and the figures behind them.

The page is in the language of the lists; the report itself is in English, because programs read it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import isnan

from pipeline.html.rendering import rendered
from pipeline.judgement.statistics.figures import Bounded, Metrics
from pipeline.language.translator import ENGLISH, Language
from pipeline.language.wording import label_text
from pipeline.monitoring.alert_words import remedy_text, rule_text
from pipeline.monitoring.plots import Bounds, Series, plots
from pipeline.monitoring.results import Alert, DriftedFeature, LostFeature, MonitoringResults


@dataclass(frozen=True)
class RuleAlerts:
    """The alerts of one rule, of one feature if it has moved: text, remedy, limit, and the figure of each month."""

    text: str
    remedy: str
    limit: float
    figures: Sequence[tuple[str, float]]


def monitoring_page(results: MonitoringResults, language: Language = ENGLISH) -> str:
    """The page; it loads nothing, and holds figures of the whole company only."""
    return rendered(
        "monitoring.html",
        language,
        report=results,
        complete_until=date.fromisoformat(results.complete_until),
        rules=_rules(results, language),
        plots=plots(_series(results), language),
        metrics=_metrics(results, language),
        feature_label=_label,
    )


def _rules(results: MonitoringResults, language: Language) -> tuple[list[RuleAlerts], list[RuleAlerts]]:
    """The alerts by rule and remedy: those that are current, and those of earlier months only."""
    of_months: list[DriftedFeature | LostFeature] = []
    for month in results.months:
        of_months += [*month.drifted, *month.lost]
    labels = {feature.name: _label(feature, language) for feature in of_months}
    by_rule: dict[tuple[str, str], list[Alert]] = {}
    for alert in results.alerts:
        text = rule_text(alert, language, labels.get(alert.feature or ""))
        by_rule.setdefault((text, remedy_text(alert, language)), []).append(alert)
    current: list[RuleAlerts] = []
    past: list[RuleAlerts] = []
    for (text, remedy), alerts in by_rule.items():
        figures = [(alert.month, alert.value) for alert in alerts]
        rule = RuleAlerts(text, remedy, alerts[-1].limit, figures)
        (current if alerts[-1].is_current else past).append(rule)
    return current, past


def _label(feature: DriftedFeature | LostFeature, language: Language) -> str:
    return label_text(vars(feature), language)


def _series(results: MonitoringResults) -> Series:
    """The figures of the plots."""
    months = results.months
    return Series(
        months=[month.month for month in months],
        expected=[month.expected for month in months],
        happened=[month.happened for month in months],
        promised=_bounds(results.backtest.auc if results.backtest else None),
        live=[_bounds(month.intervals.auc if month.intervals else None) for month in months],
        listed=[_bounds(month.lists.interval if month.lists else None) for month in months],
        answered=[_bounds(month.answered) for month in months],
        done=[month.acted_on.value if month.acted_on else None for month in months],
        furthest=[month.furthest for month in months],
        scores=[month.score_drift.of_limit if month.score_drift else None for month in months],
    )


def _bounds(figure: Bounded | None) -> Bounds | None:
    """Value, low, high; None if there is no figure, or its value is not defined."""
    return None if figure is None or isnan(figure.value) else (figure.value, figure.low, figure.high)


def _metrics(results: MonitoringResults, language: Language) -> list[tuple[str, Metrics | None]]:
    """The metrics of each matured month, of all of them, and those promised by training; empty if none matured."""
    matured = [(month.month, month.intervals) for month in results.months if month.intervals]
    if not matured:
        return []
    return [
        *matured,
        (language.text("all together"), results.live),
        (language.text("promised by training"), results.backtest),
    ]
