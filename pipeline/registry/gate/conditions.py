"""The promotion gate: from reports of challenger and champion to conditions with figures and verdicts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Final

from features.errors import Finding, Refused
from pipeline.judgement.reporting.condition import Code, Condition, Limits
from pipeline.judgement.reporting.report import FairnessRow, TrainingReport
from pipeline.judgement.statistics.figures import Bounded
from pipeline.registry.gate.words import sentence

SLOPE_LIMITS: Final = (0.8, 1.25)
"""Outside these limits a risk is not a probability and must not be served as one."""
EXPECTED_LIMIT: Final = 2.0
"""Expected exits over those that happened. Four honest public data sets lie between 0.95 and 1.2; a leaking export of
last reviews made the model expect eight times the exits of the worst half-year."""
COMPARED: Final = {"average_precision": 1, "log_loss": -1}
"""Metrics compared with the champion on the same rows: 1 if higher is better, -1 if lower is."""


@dataclass(frozen=True)
class Contender:
    """A model version and the report of its training."""

    version: str
    report: TrainingReport


def gate(challenger: Contender, champion: Contender | None, fairness_limit: float) -> list[Condition]:
    """Every condition, passed or not.

    - The calibration slope, or a part of its interval, lies within `SLOPE_LIMITS`.
    - Out of time, at most `EXPECTED_LIMIT` times the exits that happened were expected; and of the people scored now at
      most that many times the highest share who left on any snapshot date.
    - Average precision is at least that of the base rate and of tenure alone, and not worse than that of either part
      of the blend alone.
    - On the same rows, average precision and log loss are not worse than the champion's. *Not worse*: the 95 %
      interval of the paired difference does not lie wholly on the worse side.
    - For each protected attribute, the lowest group's selection rate and recall, divided by the highest group's, are
      not shown to be below `fairness_limit` (with an interval for all pairs of groups at once).

    A champion of another source was evaluated on other people and is not compared. A figure that is missing or not
    defined does not pass.
    """
    report = challenger.report
    conditions = [_slope(report), *_expected(report), *_baselines(report), *_parts(report)]
    if champion and champion.version != challenger.version and champion.report.source == report.source:
        conditions += _champion(challenger, champion)
    return [*conditions, *(each for row in report.fairness for each in _ratios(row, fairness_limit))]


def refused(version: str, conditions: Sequence[Condition]) -> Refused:
    """The error that lists each condition that failed, and by how much."""
    remedy = f'`retention models promote {version} --reason "…"` overrides it; the reason stays on record.'
    failed = [each for each in conditions if not each.is_passed]
    return Refused([Finding(sentence(each), "gate", "", 0, remedy) for each in failed])


def _slope(report: TrainingReport) -> Condition:
    low, high = SLOPE_LIMITS
    figure = report.metrics.calibration_slope
    condition = Condition(Code.SLOPE, "refused", figure, Limits(low, high), metric="calibration_slope")
    if figure is None:
        return condition
    short = max(low - figure.value, figure.value - high)
    nearest = max(low - figure.high, figure.low - high)
    return _judged(condition, short, nearest if isfinite(nearest) else short)


def _expected(report: TrainingReport) -> Iterator[Condition]:
    """None for a report of an earlier version; one of a cross-section has no latest date."""
    expected = report.expected_exits
    if expected is None:
        return
    for people, figure in (("tested", expected.tested), ("latest", expected.latest)):
        if people == "latest" and not expected.latest_people:
            continue
        condition = Condition(
            Code.EXPECTED, "refused", figure, Limits(high=EXPECTED_LIMIT), metric="expected_exits", against=people
        )
        short, nearest = figure.value - EXPECTED_LIMIT, figure.low - EXPECTED_LIMIT
        yield _judged(condition, short, nearest if isfinite(nearest) else short)


def _baselines(report: TrainingReport) -> Iterator[Condition]:
    mine = report.metrics.average_precision
    for name, baseline in (("base_rate", report.baselines.base_rate), ("tenure", report.baselines.tenure)):
        if baseline and baseline.average_precision is not None:
            limit = Limits(baseline.average_precision)
            condition = Condition(Code.BASELINE, "refused", mine, limit, metric="average_precision", against=name)
            short = baseline.average_precision - mine.value if mine else 0.0
            yield _judged(condition, short, short)


def _parts(report: TrainingReport) -> Iterator[Condition]:
    of_parts = {
        "logistic": (report.baselines.logistic, report.against_parts.logistic),
        "boosting": (report.baselines.boosting, report.against_parts.boosting),
    }
    for name, (judged, difference) in of_parts.items():
        if judged:
            condition = Condition(Code.PART, "refused", difference, metric="average_precision", against=name)
            yield _not_worse(condition, 1)


def _champion(challenger: Contender, champion: Contender) -> Iterator[Condition]:
    for metric, sign in COMPARED.items():
        difference = _difference(challenger, champion, metric)
        condition = Condition(Code.CHAMPION, "refused", difference, metric=metric, against=champion.version)
        yield _not_worse(condition, sign)


def _difference(challenger: Contender, champion: Contender, metric: str) -> Bounded | None:
    """The challenger's figure less the champion's on the same rows, from whichever of the two was trained later."""
    own, theirs = challenger.report.against_champion, champion.report.against_champion
    if own and own.version == champion.version:
        return own.of(metric)
    if theirs and theirs.version == challenger.version:
        return theirs.of(metric).reversed
    return None


def _ratios(row: FairnessRow, limit: float) -> Iterator[Condition]:
    """None for a pair of attributes: among their many groups the extremes differ by chance; pairs are only reported."""
    if row.is_pair:
        return
    for metric, ratio in row.ratios.items():
        condition = Condition(
            Code.RATIO,
            "refused",
            ratio.figure,
            Limits(limit),
            metric=metric,
            attribute=row.attribute,
            group=row.parts_of(ratio.group)[0],
            other=row.parts_of(ratio.against)[0],
        )
        short, high = limit - ratio.figure.value, ratio.figure.high
        yield _judged(condition, short, limit - high if isfinite(high) else short)


def _not_worse(condition: Condition, sign: int) -> Condition:
    """Not shown to be worse: `sign` is 1 if higher is better, -1 if lower is."""
    limited = replace(condition, limit=Limits(low=0.0) if sign > 0 else Limits(high=0.0))
    difference = condition.figure
    if difference is None:
        return limited
    return _judged(limited, -sign * difference.value, -difference.high if sign > 0 else difference.low)


def _judged(condition: Condition, short: float, least_short: float) -> Condition:
    """`short` is how far the figure lies beyond its limit, `least_short` how far the nearest end of its interval does.

    The condition passes if either is at most 0; NaN does not pass.
    """
    is_known = condition.figure is not None and isfinite(condition.figure.value)
    short_by = short if short > 0 else None
    if not is_known or not (short <= 0 or least_short <= 0):
        return replace(condition, verdict="refused", short_by=short_by)
    return replace(condition, verdict="open" if short_by is not None else "passed", short_by=short_by)
