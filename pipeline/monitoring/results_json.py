"""Writes and reads the JSON of monitoring results; the only module that knows its keys."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from pydantic import TypeAdapter

from pipeline.judgement.statistics.figures import Metrics
from pipeline.monitoring.alert_words import remedy_text, rule_text
from pipeline.monitoring.results import Alert, MonitoringResults, Month

_READ: Final = TypeAdapter(MonitoringResults)
_ALERTS: Final = TypeAdapter(tuple[Alert, ...])


def as_json(results: MonitoringResults) -> dict[str, Any]:
    """The results as `retention monitor --json` writes them; an undefined figure is NaN."""
    return {
        "source": results.source,
        "complete_until": results.complete_until,
        "months": [_month(month) for month in results.months],
        "live": _metrics(results.live),
        "backtest": _metrics(results.backtest),
        "alerts": [alert_json(alert) for alert in results.alerts],
        "lost_tables": [asdict(table) for table in results.lost_tables],
        "without_reference": list(results.without_reference),
        "data": results.data.as_dict(),
        "data_before": results.data_before and results.data_before.as_dict(),
    }


def results_of(document: Mapping[str, Any]) -> MonitoringResults:
    """Results from their JSON; an alert of version 0.1 has no code and keeps its texts."""
    return _READ.validate_python(
        {**document, "alerts": [{"code": None, **alert} for alert in document.get("alerts") or ()]}
    )


def alert_json(alert: Alert) -> dict[str, Any]:
    """An alert with its English texts."""
    return {
        "rule": rule_text(alert),
        "month": alert.month,
        "value": alert.value,
        "limit": alert.limit,
        "remedy": remedy_text(alert),
        "is_current": alert.is_current,
        "feature": alert.feature,
        "label": alert.label,
        "table": alert.table,
        "figure": alert.figure,
        "code": alert.code and str(alert.code),
    }


def alerts_of(documents: Sequence[Mapping[str, Any]]) -> tuple[Alert, ...]:
    """Alerts from their JSON."""
    return _ALERTS.validate_python([{"code": None, **alert} for alert in documents])


def _month(month: Month) -> dict[str, Any]:
    figures = month.metrics and dict(month.metrics.items())
    features = {name: [asdict(each) for each in getattr(month, name)] for name in ("drifted", "lost")}
    return asdict(month) | {"metrics": figures, "intervals": _metrics(month.intervals)} | features


def _metrics(metrics: Metrics | None) -> dict[str, Any] | None:
    return None if metrics is None else {name: asdict(bounds) for name, bounds in metrics.items()}
