"""The monitoring report as a page that stands alone: what to look at, plots by month, and the figures behind them."""

import io
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any, Final

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

COVERAGE_COLOUR: Final = "#c9d6ea"
COLOURS: Final = {"figure": "#1d4f91", "other": "#b4552d", "quiet": "#8a93a3"}
SIZE: Final = (7.2, 2.7)
"""Inches: two thirds of a page's width in print, and legible on a phone."""

_NOTHING_YET: Final = "nothing to show yet"

_STYLE: Final = """
body{margin:0 auto;max-width:58rem;padding:24px;font:16px/1.5 system-ui,sans-serif;color:#1c2430;background:#fff}
h1{font-size:1.6rem;margin:0 0 .25rem}h2{font-size:1.1rem;margin:2rem 0 .5rem}p{margin:.25rem 0 .75rem}
.look{border-left:4px solid #b4552d;background:#fbf1ec;padding:.5rem .9rem;margin:.5rem 0}
.calm{border-left:4px solid #2f7d4f;background:#eef7f1;padding:.5rem .9rem}
.past{color:#5a6475}.n{white-space:nowrap}
figure{margin:0;overflow-x:auto}svg{min-width:34rem;max-width:100%;height:auto}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .7rem .25rem 0;text-align:right;border-bottom:1px solid #e3e7ee}
th:first-child,td:first-child,td:last-child,th:last-child{text-align:left}td:not(:last-child){white-space:nowrap}td:last-child{min-width:12rem}
@media print{@page{margin:15mm}body{padding:0}h2,figure{break-inside:avoid}h2{break-after:avoid}}
"""


def monitoring_page(report: Mapping[str, Any]) -> str:
    """The page; it loads nothing, and holds figures of the whole company only."""
    matplotlib.rcParams["svg.hashsalt"] = "retention"  # else every page of the same report would differ
    plots = [
        ("Expected and happened", "Mean risk at publication, and the share who did leave.", _happened),
        ("AUC", "With 95 % intervals; the band is what training promised. Higher is better.", _auc),
        ("The lists", "Share of the listed who left, with 95 % intervals, beside everyone's.", _precision),
        ("Answers", "Share of the listed about whom somebody answered, and with whom something was done.", _answers),
        ("Drift", "How far the furthest feature and the scores have moved, by their limits. Above 1 is told.", _drift),
    ]
    shown = "\n".join(
        f"<h2>{escape(title)}</h2><p>{escape(what)}</p><figure>{_svg(report, title, draw)}</figure>"
        for title, what, draw in plots
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Monitoring of {escape(report['source'])}</title><style>{_STYLE}</style></head><body>\n"
        f"<h1>Monitoring of {escape(report['source'])}</h1><p>Outcomes known until {report['complete_until']}.</p>\n"
        f"{_alerts(report['alerts'])}\n{shown}\n{_table(report['months'])}\n</body></html>\n"
    )


def _alerts(alerts: Sequence[Mapping[str, Any]]) -> str:
    by_rule: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for alert in alerts:
        by_rule.setdefault((alert["rule"], alert["remedy"]), []).append(alert)
    now = {key: found for key, found in by_rule.items() if found[-1]["is_current"]}
    past = "".join(
        f'<p class="past">In earlier months: {escape(rule)} {_by_month(found)}.</p>'
        for (rule, remedy), found in by_rule.items()
        if (rule, remedy) not in now
    )
    if not now:
        return f'<p class="calm">Nothing is out of bounds now.</p>{past}'
    return (
        "\n".join(
            f'<p class="look"><b>{escape(rule)}</b> {_by_month(found)} (limit {found[-1]["limit"]:.2f}). '
            f"{escape(remedy)}</p>"
            for (rule, remedy), found in now.items()
        )
        + past
    )


def _by_month(alerts: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(f'<span class="n">{alert["month"]}: {alert["value"]:.2f}</span>' for alert in alerts)


def _svg(report: Mapping[str, Any], title: str, draw: Callable[[Axes, Mapping[str, Any]], None]) -> str:
    figure = Figure(figsize=SIZE, layout="constrained")
    axes = figure.add_subplot()
    months = [month["month"] for month in report["months"]]
    draw(axes, report)
    if not axes.lines and not axes.containers:
        axes.text(0.5, 0.5, _NOTHING_YET, transform=axes.transAxes, ha="center", color=COLOURS["quiet"], fontsize=9)
        axes.set_yticks([])
    axes.set_xticks(range(len(months)), months, rotation=45, ha="right", fontsize=8)
    axes.set_xlim(-0.5, len(months) - 0.5)
    axes.tick_params(axis="y", labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False, fontsize=8)
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Title": title})
    drawn = text.getvalue()
    return drawn[drawn.index("<svg") :].replace("<svg ", f'<svg role="img" aria-label="{escape(title)}" ', 1)


def _happened(axes: Axes, report: Mapping[str, Any]) -> None:
    _line(axes, [month["expected"] for month in report["months"]], "expected", COLOURS["figure"])
    _line(axes, [month["happened"] for month in report["months"]], "happened", COLOURS["other"])
    _as_shares(axes)


def _auc(axes: Axes, report: Mapping[str, Any]) -> None:
    promised = (report["backtest"] or {}).get("auc")
    if promised:
        axes.axhspan(promised["low"], promised["high"], color=COVERAGE_COLOUR, label="promised by training")
    _bars(axes, [(month["intervals"] or {}).get("auc") for month in report["months"]], "live", COLOURS["figure"])


def _precision(axes: Axes, report: Mapping[str, Any]) -> None:
    lists = [(month["lists"] or {}).get("interval") for month in report["months"]]
    _bars(axes, lists, "of the listed", COLOURS["figure"])
    _line(axes, [month["happened"] for month in report["months"]], "of everyone", COLOURS["quiet"])
    _as_shares(axes)


def _answers(axes: Axes, report: Mapping[str, Any]) -> None:
    if not any(month["answered"] and month["answered"]["value"] for month in report["months"]):
        return
    _bars(axes, [month["answered"] for month in report["months"]], "answered", COLOURS["figure"])
    _line(axes, [(month["acted_on"] or {}).get("value") for month in report["months"]], "done", COLOURS["other"])
    _as_shares(axes)


def _drift(axes: Axes, report: Mapping[str, Any]) -> None:
    _line(axes, [month["furthest"] for month in report["months"]], "furthest feature", COLOURS["figure"])
    scores = [(month["score_drift"] or {}).get("of_limit") for month in report["months"]]
    _line(axes, scores, "scores", COLOURS["other"])
    axes.axhline(1, color=COLOURS["quiet"], linewidth=1, linestyle="--")
    axes.set_ylim(0, 1.1 * axes.get_ylim()[1])


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


def _as_shares(axes: Axes) -> None:
    axes.yaxis.set_major_formatter("{x:.0%}" if axes.get_ylim()[1] > 0.1 else "{x:.1%}")
    axes.set_ylim(0, 1.1 * axes.get_ylim()[1])


def _table(months: Sequence[Mapping[str, Any]]) -> str:
    head = "month people expected happened AUC listed,_who_left lift answered drifted_features".split()
    cells = "".join(f"<th>{name.replace('_', ' ')}</th>" for name in head)
    return (
        f'<h2>Figures</h2><div class="wide"><table><thead><tr>{cells}</tr></thead>'
        f"<tbody>{''.join(map(_row, months))}</tbody></table></div>"
    )


def _row(month: Mapping[str, Any]) -> str:
    lists = month["lists"] or {}
    told = [
        month["month"],
        f"{month['people']:,}",
        _figure(month["expected"], ".1%"),
        _figure(month["happened"], ".1%"),
        _bounds((month["intervals"] or {}).get("auc"), ".3f"),
        _bounds(lists.get("interval"), ".1%"),
        _figure(lists.get("lift"), ".1f"),
        _bounds(month["answered"], ".0%"),
        ", ".join(entry["name"] for entry in month["drifted"]) or "–",
    ]
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in told)}</tr>"


def _bounds(bounds: Mapping[str, float] | None, form: str) -> str:
    if bounds is None:
        return "–"
    return f"{_figure(bounds['value'], form)} ({_figure(bounds['low'], form)} to {_figure(bounds['high'], form)})"


def _figure(value: float | None, form: str) -> str:
    return "–" if value is None or value != value else format(value, form)
