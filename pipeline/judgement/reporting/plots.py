"""Evaluation plots of a training report, as SVG: groups and curves, never a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes

from pipeline.judgement.reporting.illustration import Drawn, MissingIllustration, attempt, svg_of
from pipeline.judgement.reporting.report import CoverageGroup, Difference, GroupFigures, OriginMetrics, TrainingReport
from pipeline.judgement.statistics.figures import UNDEFINED, Bounded
from pipeline.judgement.statistics.resampling import COVERAGE

_BLUE: Final = "#1f5a94"
_ORANGE: Final = "#c8601a"
_GREY: Final = "#8a8a8a"
_SIZE: Final = (6.4, 4.2)
_STYLE: Final[dict[Any, Any]] = {"font.size": 10, "axes.spines.top": False, "axes.spines.right": False}


@dataclass(frozen=True)
class Plots:
    """The plots of a training report by file name, and those that could not be drawn."""

    files: Mapping[str, bytes]
    missing: tuple[MissingIllustration, ...] = ()


def plots(report: TrainingReport) -> Plots:
    """Every plot that the report has figures for. One that cannot be drawn is left out and named."""
    files: dict[str, bytes] = {}
    missing: list[MissingIllustration] = []
    for name, draw in _drawings(report).items():
        drawn = attempt(f"{name}.svg", partial(svg_of, draw, _SIZE, _STYLE))
        missing += drawn.missing
        if drawn.made:
            files[f"{name}.svg"] = drawn.made.encode()
    return Plots(files, tuple(missing))


def _drawings(report: TrainingReport) -> dict[str, Drawn]:
    drawn: dict[str, Drawn] = {}
    if coverage := report.range_coverage:
        drawn["reliability"] = lambda axes: _reliability(axes, coverage.groups)
    if report.gain:
        drawn["gain"] = lambda axes: _gain(axes, report.gain)
        drawn["precision_recall"] = lambda axes: _precision_recall(axes, report.gain, report.base_rate)
    if report.by_origin:
        drawn["over_time"] = lambda axes: _over_time(axes, report.by_origin)
    if report.ablation:
        drawn["ablation"] = lambda axes: _ablation(axes, report.ablation)
    for by in dict.fromkeys(group.by for group in report.by_group if not group.is_suppressed):
        shown = [group for group in report.by_group if group.by == by and not group.is_suppressed]
        drawn[f"by_{by}"] = lambda axes, by=by, shown=shown: _by_group(axes, by, shown)  # type: ignore[misc]
    return drawn


def _reliability(axes: Axes, groups: Sequence[CoverageGroup]) -> None:
    rows = [(each.risk, each.happened, each.least, each.most, each.low, each.high) for each in groups]
    risk, happened, least, most, low, high = np.array(rows).T
    top = 1.05 * max(most.max(), high.max())
    axes.plot([0, top], [0, top], color=_GREY, linestyle=":", label="perfectly calibrated")
    axes.fill_between(risk, low, high, color=_ORANGE, alpha=0.25, label="range of the scores")
    errors = np.array([happened - least, most - happened])
    label = f"tenths of the scores, {COVERAGE:.0%} interval"
    axes.errorbar(risk, happened, errors, fmt="o", color=_BLUE, capsize=3, label=label)
    axes.set(xlabel="mean predicted risk", ylabel="share who left", title="Reliability, out of time")
    axes.legend(frameon=False)


def _gain(axes: Axes, gain: Sequence[float]) -> None:
    share = np.linspace(0, 1, len(gain))
    axes.plot(share, gain, color=_BLUE, label="highest risk first")
    axes.plot([0, 1], [0, 1], color=_GREY, linestyle=":", label="at random")
    tenth = float(np.interp(0.1, share, gain))
    axes.plot([0.1], [tenth], "o", color=_ORANGE, label=f"top tenth: {tenth:.0%} of leavers, lift {tenth / 0.1:.1f}")
    axes.set(xlabel="share of people, highest risk first", ylabel="share of leavers found", title="Gain, out of time")
    axes.legend(frameon=False, loc="lower right")


def _precision_recall(axes: Axes, gain: Sequence[float], base: float) -> None:
    share, recall = np.linspace(0, 1, len(gain)), np.array(gain)
    axes.plot(recall[1:], base * recall[1:] / share[1:], color=_BLUE, label="scores")
    axes.axhline(base, color=_GREY, linestyle=":", label=f"base rate {base:.1%}")
    axes.set(xlabel="recall: share of leavers found", ylabel="precision: share of those found who left")
    axes.set(title="Precision and recall, out of time", ylim=(0, None))
    axes.legend(frameon=False)


def _over_time(axes: Axes, origins: Sequence[OriginMetrics]) -> None:
    at = np.arange(len(origins))
    slopes = [_number(origin.figures.calibration_slope) for origin in origins]
    axes.plot(at, slopes, "o-", color=_BLUE, label="calibration slope (1 is right)")
    axes.plot(at, [_number(origin.figures.auc) for origin in origins], "s-", color=_ORANGE, label="AUC")
    axes.axhline(1, color=_GREY, linestyle=":")
    axes.set_xticks(at, [origin.origin for origin in origins], rotation=30, ha="right")
    highest = max((slope for slope in slopes if np.isfinite(slope)), default=0.0)  # a date may have no slope
    axes.set(title="Calibration and separation over time", ylim=(0, max(1.6, 1.1 * highest)))
    axes.legend(frameon=False, loc="lower right")


def _number(value: float | None) -> float:
    return np.nan if value is None else value


def _ablation(axes: Axes, ablation: Mapping[str, Difference]) -> None:
    _intervals(axes, {f"against {name}": figures.average_precision for name, figures in ablation.items()})
    axes.axvline(0, color=_GREY, linestyle=":")
    axes.set(xlabel="difference in average precision", title="Whole model less each smaller one")


def _by_group(axes: Axes, by: str, groups: Sequence[GroupFigures]) -> None:
    _intervals(axes, {f"{group.group} (n {group.n:,})": group.auc or UNDEFINED for group in groups})
    axes.axvline(0.5, color=_GREY, linestyle=":")
    axes.set(xlabel="AUC", title=f"By {by}, out of time")


def _intervals(axes: Axes, bounds: Mapping[str, Bounded]) -> None:
    """A point and its interval for each name; an undefined one leaves its line empty."""
    for at, bound in enumerate(bounds.values()):
        axes.plot([bound.low, bound.high], [at, at], color=_BLUE)
        axes.plot([bound.value], [at], "o", color=_BLUE)
    axes.set_yticks(range(len(bounds)), list(bounds), fontsize=8 if len(bounds) > 12 else 10)
    axes.invert_yaxis()
