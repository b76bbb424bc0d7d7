"""The monitoring report as a page that stands alone: what to look at, plots by month, and the figures behind them.

It is said in the language of the lists; a report itself is in English, since programs read it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from pipeline.html.rendering import rendered
from pipeline.language.translator import ENGLISH, Language, marked
from pipeline.language.wording import label_text
from pipeline.monitoring.plots import Bounds, Series, plots

MOVED: Final = marked("{label} ({name}) has moved (PSI)")
"""What an alert says of a feature."""


@dataclass(frozen=True)
class Rule:
    """The alerts of one rule: what it says, what to do, and its figure by month. `feature` is the one that has moved,
    and `label` the entry with what the catalogue calls it.
    """

    text: str
    remedy: str
    limit: float
    figures: Sequence[tuple[str, float]]
    feature: str | None
    label: Mapping[str, Any] | None


def monitoring_page(report: Mapping[str, Any], language: Language = ENGLISH) -> str:
    """The page; it loads nothing, and holds figures of the whole company only."""
    return rendered(
        "monitoring.html",
        language,
        report=report,
        complete_until=date.fromisoformat(report["complete_until"]),
        rules=_rules(report),
        plots=plots(_series(report), language),
        judged=_judged(report, language),
        moved_text=MOVED,
        label_text=label_text,
    )


def _rules(report: Mapping[str, Any]) -> tuple[list[Rule], list[Rule]]:
    """The alerts by rule and remedy: those that are current, and those of earlier months."""
    labels = {entry["name"]: entry for month in report["months"] for entry in month["drifted"]}
    by_rule: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for alert in report["alerts"]:
        by_rule.setdefault((alert["rule"], alert["remedy"]), []).append(alert)
    current: list[Rule] = []
    past: list[Rule] = []
    for (text, remedy), alerts in by_rule.items():
        last = alerts[-1]
        figures = [(alert["month"], alert["value"]) for alert in alerts]
        rule = Rule(text, remedy, last["limit"], figures, last["feature"], labels.get(last["feature"]))
        (current if last["is_current"] else past).append(rule)
    return current, past


def _series(report: Mapping[str, Any]) -> Series:
    """What the plots need of the report."""
    months = report["months"]
    return Series(
        months=[month["month"] for month in months],
        expected=[month["expected"] for month in months],
        happened=[month["happened"] for month in months],
        promised=_bounds((report["backtest"] or {}).get("auc")),
        live=[_bounds((month["intervals"] or {}).get("auc")) for month in months],
        listed=[_bounds((month["lists"] or {}).get("interval")) for month in months],
        answered=[_bounds(month["answered"]) for month in months],
        done=[(month["acted_on"] or {}).get("value") for month in months],
        furthest=[month["furthest"] for month in months],
        scores=[(month["score_drift"] or {}).get("of_limit") for month in months],
    )


def _bounds(figure: Mapping[str, float] | None) -> Bounds | None:
    """Value, low, high; None where there is no figure, or no value in it."""
    return None if figure is None or figure["value"] is None else (figure["value"], figure["low"], figure["high"])


def _judged(report: Mapping[str, Any], language: Language) -> list[tuple[str, Mapping[str, Any] | None]]:
    """The metrics of each month of which the outcome is known, of all of them together, and as training promised."""
    known = [(month["month"], month["intervals"]) for month in report["months"] if month["intervals"]]
    if not known:
        return []
    return [
        *known,
        (language.text("all together"), report["live"]),
        (language.text("promised by training"), report["backtest"]),
    ]
