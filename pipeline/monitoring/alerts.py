"""The alerts of monitoring results. A figure with an interval alerts only if all of it is out of bounds."""

from collections.abc import Iterator, Sequence

from pipeline.judgement.drift import CHANCE
from pipeline.monitoring.results import Alert, AlertCode, MonitoringResults, Month
from pipeline.registry.gate.conditions import SLOPE_LIMITS
from pipeline.settings import Settings


def alerts(results: MonitoringResults, settings: Settings) -> tuple[Alert, ...]:
    """The alerts: what is lost, moved features, those of each month, then those of all matured months together."""
    last = results.months[-1].month
    moved = [
        Alert(
            AlertCode.FEATURE_MOVED,
            month.month,
            feature.psi,
            feature.limit,
            is_current=month.month == last,
            feature=feature.name,
            label=feature.label,
        )
        for month in results.months
        for feature in month.drifted
    ]
    return (*_lost(results, last), *moved, *_of_months(results.months, settings), *_of_all(results, last))


def _lost(results: MonitoringResults, last: str) -> Iterator[Alert]:
    for table in results.lost_tables:
        yield Alert(AlertCode.TABLE_LOST, last, table.kept, table.limit, is_current=True, table=table.table)
    for month in results.months:
        for lost in month.lost:
            is_last = month.month == last
            yield Alert(AlertCode.FEATURE_LOST, month.month, lost.known, lost.limit, is_last, lost.name, lost.label)


def _of_months(months: Sequence[Month], settings: Settings) -> Iterator[Alert]:
    """Alerts of single months. Answers to the latest lists are still arriving, so only earlier lists are checked."""
    last, answerable = months[-1].month, [month.month for month in months[:-1]]
    matured = [month.month for month in months if month.happened is not None]
    with_lists = [month.month for month in months if month.lists and month.lists.people]
    for month in months:
        name, drift, lists, answered = month.month, month.score_drift, month.lists, month.answered
        if drift and drift.of_limit > 1 and drift.p_value < CHANCE:
            yield Alert(AlertCode.SCORES_MOVED, name, drift.psi, drift.limit, name == last)
        least = settings.list_lift_limit * (month.happened or 0.0)
        if lists and lists.interval and lists.precision is not None and lists.interval.high < least:
            yield Alert(AlertCode.FEW_LISTED_LEFT, name, lists.precision, least, name == with_lists[-1])
        if month.departure and month.departure.is_concept_drift:
            moved = month.departure
            is_last = name == matured[-1]
            yield Alert(AlertCode.CONCEPT_DRIFT, name, moved.value, moved.limit, is_last, figure=moved.figure)
        if name in answerable and answered and answered.high < settings.answered_limit:
            yield Alert(AlertCode.FEW_ANSWERS, name, answered.value, settings.answered_limit, name == answerable[-1])


def _of_all(results: MonitoringResults, last: str) -> Iterator[Alert]:
    live, promised = results.live, results.backtest
    if not live:
        return
    low, high = SLOPE_LIMITS
    slope = live.calibration_slope
    if slope and (slope.high < low or slope.low > high):
        yield Alert(AlertCode.SLOPE, last, slope.value, low if slope.high < low else high, is_current=True)
    if live.auc and promised and promised.auc and live.auc.high < promised.auc.low:
        yield Alert(AlertCode.AUC, last, live.auc.value, promised.auc.low, is_current=True)
