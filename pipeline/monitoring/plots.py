"""The plots of the monitoring report, by month, as SVG from matplotlib."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from pipeline.judgement.reporting.illustration import attempt, svg_of
from pipeline.language.translator import Language, marked

COVERAGE_COLOUR: Final = "#c9d6ea"
COLOURS: Final = {"figure": "#1d4f91", "other": "#b4552d", "quiet": "#8a93a3"}
SIZE: Final = (7.2, 2.7)
"""Inches: two thirds of a page's width in print, and legible on a phone."""
MONTHS_LEVEL: Final = 12
"""The most names of months that fit side by side without rotation."""

Bounds = tuple[float, float, float]
"""A figure with its interval: value, low, high."""


@dataclass(frozen=True)
class Series:
    """The figures of the plots: one per month, in the order of `months`; None if unknown.

    `promised` is the AUC of training. Shares lie between 0 and 1; `furthest` and `scores` are multiples of limits.
    """

    months: Sequence[str]
    expected: Sequence[float | None]
    happened: Sequence[float | None]
    promised: Bounds | None
    live: Sequence[Bounds | None]
    listed: Sequence[Bounds | None]
    answered: Sequence[Bounds | None]
    done: Sequence[float | None]
    furthest: Sequence[float | None]
    scores: Sequence[float | None]


@dataclass(frozen=True)
class Plot:
    """A drawn plot; `svg` is empty if there is nothing to draw."""

    title: str
    shows: str
    svg: str


NOT_DRAWN: Final = marked("This plot could not be drawn. The figures are complete.")


def plots(series: Series, language: Language) -> list[Plot]:
    """All plots; the same series always gives the same SVG. One that fails says so in place of what it shows."""
    drawn = []
    for title, shows, draw in _PLOTS:
        result = attempt(title, partial(_drawn, series, language.text(title), draw, language))
        drawn.append(Plot(title, NOT_DRAWN if result.missing else shows, result.made or ""))
    return drawn


Draw = Callable[[Axes, Series, Language], None]


def _drawn(series: Series, title: str, draw: Draw, language: Language) -> str:
    def with_months(axes: Axes) -> None:
        draw(axes, series, language)
        if axes.lines or axes.containers:
            _finish(axes, series.months)

    svg = svg_of(with_months, SIZE, title=title)
    return svg[svg.index("<svg") :].replace("<svg ", f'<svg role="img" aria-label="{escape(title)}" ', 1) if svg else ""


def _finish(axes: Axes, months: Sequence[str]) -> None:
    tilt: dict[str, Any] = {"rotation": 45, "ha": "right"} if len(months) > MONTHS_LEVEL else {}
    axes.set_xticks(range(len(months)), months, fontsize=8, **tilt)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))  # round ticks, so that no label is rounded
    axes.set_xlim(-0.5, len(months) - 0.5)
    axes.tick_params(axis="y", labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(
            frameon=False, fontsize=8, ncols=2, loc="lower right", bbox_to_anchor=(1, 1)
        )  # outside the axes, over no point


def _happened(axes: Axes, series: Series, language: Language) -> None:
    _line(axes, series.expected, language.text("expected"), COLOURS["figure"])
    _line(axes, series.happened, language.text("happened"), COLOURS["other"])
    _as_shares(axes, language)


def _auc(axes: Axes, series: Series, language: Language) -> None:
    if series.promised:
        _, low, high = series.promised
        axes.axhspan(low, high, color=COVERAGE_COLOUR, label=language.text("promised by training"))
    _bars(axes, series.live, language.text("live"), COLOURS["figure"])
    axes.yaxis.set_major_formatter(lambda value, _: language.decimal(value, 2))


def _precision(axes: Axes, series: Series, language: Language) -> None:
    _bars(axes, series.listed, language.text("of the listed"), COLOURS["figure"])
    _line(axes, series.happened, language.text("of everyone"), COLOURS["quiet"])
    _as_shares(axes, language)


def _answers(axes: Axes, series: Series, language: Language) -> None:
    if not any(each and each[0] for each in series.answered):
        return
    _bars(axes, series.answered, language.text("answered"), COLOURS["figure"])
    _line(axes, series.done, language.text("done"), COLOURS["other"])
    _as_shares(axes, language)


def _drift(axes: Axes, series: Series, language: Language) -> None:
    _line(axes, series.furthest, language.text("furthest feature"), COLOURS["figure"])
    _line(axes, series.scores, language.text("scores"), COLOURS["other"])
    axes.axhline(1, color=COLOURS["quiet"], linewidth=1, linestyle="--")
    axes.set_ylim(0, 1.1 * axes.get_ylim()[1])
    axes.yaxis.set_major_formatter(lambda value, _: language.decimal(value, 1))


_PLOTS: Final[tuple[tuple[str, str, Draw], ...]] = (
    (
        marked("Expected and actual exits"),
        marked("Mean risk at publication, and the share who left."),
        _happened,
    ),
    (
        marked("AUC"),
        marked("With 95 % intervals; the band is what training promised. Higher is better."),
        _auc,
    ),
    (
        marked("The lists"),
        marked("Share of listed people who left, with 95 % intervals, compared with everyone."),
        _precision,
    ),
    (
        marked("Answers"),
        marked("Share of listed people with an answer, and with an action taken."),
        _answers,
    ),
    (
        marked("Drift"),
        marked("Shift of the furthest feature and of the scores, as multiples of their limits. Above 1 is reported."),
        _drift,
    ),
)
"""Title, what it shows, and how it is drawn."""


def _line(axes: Axes, values: Sequence[float | None], label: str, colour: str) -> None:
    known = [(position, value) for position, value in enumerate(values) if value is not None]
    if known:
        axes.plot(*zip(*known, strict=True), marker="o", markersize=4, linewidth=1.5, color=colour, label=label)


def _bars(axes: Axes, bounds: Sequence[Bounds | None], label: str, colour: str) -> None:
    known = [(position, each) for position, each in enumerate(bounds) if each is not None]
    if not known:
        return
    positions = [position for position, _ in known]
    values = [value for _, (value, _, _) in known]
    below = [max(value - low, 0) for _, (value, low, _) in known]
    above = [max(high - value, 0) for _, (value, _, high) in known]
    axes.errorbar(positions, values, yerr=[below, above], fmt="o", markersize=4, capsize=3, color=colour, label=label)


def _as_shares(axes: Axes, language: Language) -> None:
    decimals = 0 if axes.get_ylim()[1] > 0.1 else 1
    axes.yaxis.set_major_formatter(lambda value, _: language.percent(value, decimals))
    axes.set_ylim(0, 1.1 * axes.get_ylim()[1])
