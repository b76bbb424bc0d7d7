"""The monitoring report as a page that stands alone: what to look at, plots by month, and the figures behind them.

It is said in the language of the lists; a report itself is in English, since programs read it.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from html import escape
from math import isnan
from typing import Any, Final

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from pipeline.language.translator import ENGLISH, Language, marked
from pipeline.language.wording import label_text

COVERAGE_COLOUR: Final = "#c9d6ea"
COLOURS: Final = {"figure": "#1d4f91", "other": "#b4552d", "quiet": "#8a93a3"}
SIZE: Final = (7.2, 2.7)
"""Inches: two thirds of a page's width in print, and legible on a phone."""
MONTHS_LEVEL: Final = 12
"""As many names of months stand beside each other without a tilt."""

_NOTHING_YET: Final = marked("nothing to show yet")
_UNKNOWN: Final = "–"
MOVED: Final = marked("{label} ({name}) has moved (PSI)")
"""What an alert says of a feature."""

_STYLE: Final = """
body{margin:0 auto;max-width:58rem;padding:24px;font:16px/1.5 system-ui,sans-serif;color:#1c2430;background:#fff}
h1{font-size:1.6rem;margin:0 0 .25rem}h2{font-size:1.1rem;margin:2rem 0 .5rem}p{margin:.25rem 0 .75rem}
.look{border-left:4px solid #b4552d;background:#fbf1ec;padding:.5rem .9rem;margin:.5rem 0}
.calm{border-left:4px solid #2f7d4f;background:#eef7f1;padding:.5rem .9rem}
.past{color:#5a6475}.n{white-space:nowrap}
figure{margin:0;overflow-x:auto}svg{min-width:34rem;max-width:100%;height:auto}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .7rem .25rem 0;text-align:right;border-bottom:1px solid #e3e7ee}
th:first-child,td:first-child{text-align:left}td{white-space:nowrap}
.figures :is(th,td):last-child{text-align:left;white-space:normal;min-width:12rem}
@media print{@page{margin:15mm}body{padding:0}h2,figure{break-inside:avoid}h2{break-after:avoid}}
"""


Draw = Callable[[Axes, Mapping[str, Any], Language], None]


def monitoring_page(report: Mapping[str, Any], language: Language = ENGLISH) -> str:
    """The page; it loads nothing, and holds figures of the whole company only."""
    matplotlib.rcParams["svg.hashsalt"] = "retention"  # else every page of the same report would differ
    shown = "\n".join(
        f"<h2>{escape(language.text(title))}</h2><p>{escape(language.text(what))}</p>"
        f"{_figure_of(report, title, draw, language)}"
        for title, what, draw in _PLOTS
    )
    heading = escape(language.text("Monitoring of {source}", source=report["source"]))
    until = language.text("Outcomes known until {day}.", day=language.day(date.fromisoformat(report["complete_until"])))
    return (
        f'<!doctype html>\n<html lang="{language.code}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{heading}</title><style>{_STYLE}</style></head><body>\n"
        f"<h1>{heading}</h1><p>{escape(until)}</p>\n"
        f"{_alerts(report, language)}\n{shown}\n{_table(report['months'], language)}\n"
        f"{_how_right(report, language)}\n</body></html>\n"
    )


def _alerts(report: Mapping[str, Any], language: Language) -> str:
    by_rule: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for alert in report["alerts"]:
        by_rule.setdefault((alert["rule"], alert["remedy"]), []).append(alert)
    now = [found for found in by_rule.values() if found[-1]["is_current"]]
    past = "".join(
        f'<p class="past">{_past(report, found, language)}</p>'
        for found in by_rule.values()
        if not found[-1]["is_current"]
    )
    if not now:
        calm = escape(language.text("Nothing is out of bounds now."))
        return f'<p class="calm">{calm}</p>{past}'
    return "\n".join(f'<p class="look">{_look(report, found, language)}</p>' for found in now) + past


def _look(report: Mapping[str, Any], found: Sequence[Mapping[str, Any]], language: Language) -> str:
    last = found[-1]
    limit = escape(language.text("limit {number}", number=language.decimal(last["limit"], 2)))
    rule, remedy = _rule(report, last, language), last["remedy"]
    return f"<b>{escape(rule)}</b> {_by_month(found, language)} ({limit}). {escape(language.text(remedy))}"


def _past(report: Mapping[str, Any], found: Sequence[Mapping[str, Any]], language: Language) -> str:
    rule = escape(_rule(report, found[-1], language))
    return language.text("In earlier months: {rule} {figures}.", rule=rule, figures=_by_month(found, language))


def _rule(report: Mapping[str, Any], alert: Mapping[str, Any], language: Language) -> str:
    """What the alert says; a feature that has moved is named as the lists and pages name it."""
    name, rule = alert["feature"], alert["rule"]
    if name is None:
        return language.text(rule)
    labels = {entry["name"]: entry for month in report["months"] for entry in month["drifted"]}
    return language.text(MOVED, label=label_text(labels[name], language), name=name)


def _by_month(alerts: Sequence[Mapping[str, Any]], language: Language) -> str:
    return ", ".join(
        f'<span class="n">{alert["month"]}: {language.decimal(alert["value"], 2)}</span>' for alert in alerts
    )


def _figure_of(report: Mapping[str, Any], title: str, draw: Draw, language: Language) -> str:
    """A plot by month; a sentence where nothing would be on it."""
    figure = Figure(figsize=SIZE, layout="constrained")
    axes = figure.add_subplot()
    months = [month["month"] for month in report["months"]]
    draw(axes, report, language)
    if not axes.lines and not axes.containers:
        return f'<p class="past">{escape(language.text(_NOTHING_YET))}</p>'
    tilt: dict[str, Any] = {"rotation": 45, "ha": "right"} if len(months) > MONTHS_LEVEL else {}
    axes.set_xticks(range(len(months)), months, fontsize=8, **tilt)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))  # round ones, so that none is told rounded
    axes.set_xlim(-0.5, len(months) - 0.5)
    axes.tick_params(axis="y", labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False, fontsize=8, ncols=2, loc="lower right", bbox_to_anchor=(1, 1))  # over no point
    text, said = io.StringIO(), language.text(title)
    figure.savefig(text, format="svg", metadata={"Date": None, "Title": said})
    drawn = text.getvalue()
    drawn = drawn[drawn.index("<svg") :].replace("<svg ", f'<svg role="img" aria-label="{escape(said)}" ', 1)
    return f"<figure>{drawn}</figure>"


def _happened(axes: Axes, report: Mapping[str, Any], language: Language) -> None:
    _line(axes, [month["expected"] for month in report["months"]], language.text("expected"), COLOURS["figure"])
    _line(axes, [month["happened"] for month in report["months"]], language.text("happened"), COLOURS["other"])
    _as_shares(axes, language)


def _auc(axes: Axes, report: Mapping[str, Any], language: Language) -> None:
    promised = (report["backtest"] or {}).get("auc")
    if promised:
        axes.axhspan(
            promised["low"], promised["high"], color=COVERAGE_COLOUR, label=language.text("promised by training")
        )
    live = [(month["intervals"] or {}).get("auc") for month in report["months"]]
    _bars(axes, live, language.text("live"), COLOURS["figure"])
    axes.yaxis.set_major_formatter(lambda value, _: language.decimal(value, 2))


def _precision(axes: Axes, report: Mapping[str, Any], language: Language) -> None:
    lists = [(month["lists"] or {}).get("interval") for month in report["months"]]
    _bars(axes, lists, language.text("of the listed"), COLOURS["figure"])
    everyone = [month["happened"] for month in report["months"]]
    _line(axes, everyone, language.text("of everyone"), COLOURS["quiet"])
    _as_shares(axes, language)


def _answers(axes: Axes, report: Mapping[str, Any], language: Language) -> None:
    if not any(month["answered"] and month["answered"]["value"] for month in report["months"]):
        return
    _bars(axes, [month["answered"] for month in report["months"]], language.text("answered"), COLOURS["figure"])
    done = [(month["acted_on"] or {}).get("value") for month in report["months"]]
    _line(axes, done, language.text("done"), COLOURS["other"])
    _as_shares(axes, language)


def _drift(axes: Axes, report: Mapping[str, Any], language: Language) -> None:
    furthest = [month["furthest"] for month in report["months"]]
    _line(axes, furthest, language.text("furthest feature"), COLOURS["figure"])
    scores = [(month["score_drift"] or {}).get("of_limit") for month in report["months"]]
    _line(axes, scores, language.text("scores"), COLOURS["other"])
    axes.axhline(1, color=COLOURS["quiet"], linewidth=1, linestyle="--")
    axes.set_ylim(0, 1.1 * axes.get_ylim()[1])
    axes.yaxis.set_major_formatter(lambda value, _: language.decimal(value, 1))


_PLOTS: Final[tuple[tuple[str, str, Draw], ...]] = (
    (
        marked("Expected and happened"),
        marked("Mean risk at publication, and the share who did leave."),
        _happened,
    ),
    (
        marked("AUC"),
        marked("With 95 % intervals; the band is what training promised. Higher is better."),
        _auc,
    ),
    (
        marked("The lists"),
        marked("Share of the listed who left, with 95 % intervals, beside everyone's."),
        _precision,
    ),
    (
        marked("Answers"),
        marked("Share of the listed about whom somebody answered, and with whom something was done."),
        _answers,
    ),
    (
        marked("Drift"),
        marked("How far the furthest feature and the scores have moved, by their limits. Above 1 it is reported."),
        _drift,
    ),
)
"""Title, what it shows, and how it is drawn."""


def _line(axes: Axes, values: Sequence[float | None], label: str, colour: str) -> None:
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    if known:
        axes.plot(*zip(*known, strict=True), marker="o", markersize=4, linewidth=1.5, color=colour, label=label)


def _bars(axes: Axes, bounds: Sequence[Mapping[str, float] | None], label: str, colour: str) -> None:
    known = [(place, each) for place, each in enumerate(bounds) if each is not None and each["value"] is not None]
    if not known:
        return
    places = [place for place, _ in known]
    values = [each["value"] for _, each in known]
    below = [max(each["value"] - each["low"], 0) for _, each in known]
    above = [max(each["high"] - each["value"], 0) for _, each in known]
    axes.errorbar(places, values, yerr=[below, above], fmt="o", markersize=4, capsize=3, color=colour, label=label)


def _as_shares(axes: Axes, language: Language) -> None:
    places = 0 if axes.get_ylim()[1] > 0.1 else 1
    axes.yaxis.set_major_formatter(lambda value, _: language.percent(value, places))
    axes.set_ylim(0, 1.1 * axes.get_ylim()[1])


_COLUMNS: Final = (
    *(marked("month"), marked("people"), marked("expected"), marked("happened")),
    *(marked("listed, who left"), marked("lift"), marked("answered"), marked("drifted features")),
)


_JUDGED: Final[Mapping[str, str]] = {
    "auc": marked("AUC"),
    "average_precision": marked("average precision"),
    "calibration_slope": marked("calibration slope"),
}


def _table(months: Sequence[Mapping[str, Any]], language: Language) -> str:
    rows = [_row(month, language) for month in months]
    return _table_of("figures", language.text("Figures"), _COLUMNS, rows, language)


def _how_right(report: Mapping[str, Any], language: Language) -> str:
    """Each month of which the outcome is known, all of them together, and what training promised; with intervals."""
    known = [(month["month"], month["intervals"]) for month in report["months"] if month["intervals"]]
    if not known:
        return ""
    known += [
        (language.text("all together"), report["live"]),
        (language.text("promised by training"), report["backtest"]),
    ]
    rows = [
        [name, *(_bounds((each or {}).get(metric), _thousandths(language), language) for metric in _JUDGED)]
        for name, each in known
    ]
    return _table_of("judged", language.text("How right the scores were"), ("month", *_JUDGED.values()), rows, language)


def _table_of(
    kind: str, heading: str, columns: Sequence[str], rows: Sequence[Sequence[str]], language: Language
) -> str:
    heads = "".join(f"<th>{escape(language.text(name))}</th>" for name in columns)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    table = f'<table class="{kind}"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'
    return f'<h2>{escape(heading)}</h2><div class="wide">{table}</div>'


def _row(month: Mapping[str, Any], language: Language) -> list[str]:
    lists = month["lists"] or {}
    drifted = [label_text(entry, language) for entry in month["drifted"]]
    return [
        month["month"],
        language.number(month["people"]),
        _figure(month["expected"], _tenth_of_percent(language)),
        _figure(month["happened"], _tenth_of_percent(language)),
        _bounds(lists.get("interval"), _tenth_of_percent(language), language),
        _figure(lists.get("lift"), lambda value: language.decimal(value, 1)),
        _bounds(month["answered"], language.percent, language),
        "; ".join(drifted) or _UNKNOWN,
    ]


def _tenth_of_percent(language: Language) -> Callable[[float], str]:
    return lambda share: language.percent(share, 1)


def _thousandths(language: Language) -> Callable[[float], str]:
    return lambda value: language.decimal(value, 3)


def _bounds(bounds: Mapping[str, float] | None, said: Callable[[float], str], language: Language) -> str:
    if bounds is None:
        return _UNKNOWN
    value, low, high = (_figure(bounds[name], said) for name in ("value", "low", "high"))
    return language.text("{value} ({low} to {high})", value=value, low=low, high=high)


def _figure(value: float | None, said: Callable[[float], str]) -> str:
    return _UNKNOWN if value is None or isnan(value) else said(value)
