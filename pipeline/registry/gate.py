"""The promotion gate: what a challenger must show before it serves. Reports in, conditions with their figures out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Final

from features.errors import Finding, Refused
from pipeline.judgement.condition import Code, Condition, Limits
from pipeline.judgement.figures import Bounded
from pipeline.judgement.report import FairnessRow, TrainingReport
from pipeline.registry.gate_words import sentence

SLOPE_LIMITS: Final = (0.8, 1.25)
"""Outside of these a risk is not what happens, and must not be served as a probability."""
COMPARED: Final = {"average_precision": 1, "log_loss": -1}
"""What is compared with the champion on the same rows, and whether more of it is better."""


@dataclass(frozen=True)
class Contender:
    """A model version and the report of its training."""

    version: str
    report: TrainingReport


def gate(challenger: Contender, champion: Contender | None, fairness_limit: float) -> list[Condition]:
    """Every condition, passed or not.

    - The calibration slope lies within `SLOPE_LIMITS`.
    - Average precision is at least that of the base rate and of tenure alone, and not worse than that of either part
      of the blend alone.
    - On the same rows, average precision and log loss are not worse than the champion's. *Not worse*: the 95 %
      interval of the paired difference does not lie wholly on the worse side.
    - Between the groups of each protected attribute selection rate and recall are not shown to be further
      apart than `fairness_limit` (the least group's by the greatest group's, with an interval for all pairs at once).

    A champion of another source was judged on other people and is not compared. A figure that is missing or not
    defined does not pass.
    """
    report = challenger.report
    conditions = [_slope(report), *_baselines(report), *_parts(report)]
    if champion and champion.version != challenger.version and champion.report.source == report.source:
        conditions += _champion(challenger, champion)
    return [*conditions, *(each for row in report.fairness for each in _ratios(row, fairness_limit))]


def refused(version: str, conditions: Sequence[Condition]) -> Refused:
    """What a person is told: each condition that was missed, and by how much."""
    remedy = f'`retention models promote {version} --reason "…"` overrides it, and stays on record.'
    missed = [each for each in conditions if not each.is_passed]
    return Refused([Finding(sentence(each), "gate", "", 0, remedy) for each in missed])


def _slope(report: TrainingReport) -> Condition:
    low, high = SLOPE_LIMITS
    figure = report.metrics.calibration_slope
    asked = Condition(Code.SLOPE, "refused", figure, Limits(low, high), metric="calibration_slope")
    if figure is None:
        return asked
    short = max(low - figure.value, figure.value - high)
    return _judged(asked, short, short)


def _baselines(report: TrainingReport) -> Iterator[Condition]:
    mine = report.metrics.average_precision
    for name, baseline in (("base_rate", report.baselines.base_rate), ("tenure", report.baselines.tenure)):
        if baseline and baseline.average_precision is not None:
            limit = Limits(baseline.average_precision)
            asked = Condition(Code.BASELINE, "refused", mine, limit, metric="average_precision", against=name)
            short = baseline.average_precision - mine.value if mine else 0.0
            yield _judged(asked, short, short)


def _parts(report: TrainingReport) -> Iterator[Condition]:
    of_parts = {
        "logistic": (report.baselines.logistic, report.against_parts.logistic),
        "boosting": (report.baselines.boosting, report.against_parts.boosting),
    }
    for name, (judged, difference) in of_parts.items():
        if judged:
            asked = Condition(Code.PART, "refused", difference, metric="average_precision", against=name)
            yield _not_worse(asked, 1)


def _champion(challenger: Contender, champion: Contender) -> Iterator[Condition]:
    for metric, sign in COMPARED.items():
        difference = _difference(challenger, champion, metric)
        asked = Condition(Code.CHAMPION, "refused", difference, metric=metric, against=champion.version)
        yield _not_worse(asked, sign)


def _difference(challenger: Contender, champion: Contender, metric: str) -> Bounded | None:
    """The challenger's figure less the champion's on the same rows, from whichever of the two was trained later."""
    own, theirs = challenger.report.against_champion, champion.report.against_champion
    if own and own.version == champion.version:
        return own.of(metric)
    if theirs and theirs.version == challenger.version:
        return theirs.of(metric).reversed
    return None


def _ratios(row: FairnessRow, limit: float) -> Iterator[Condition]:
    """Of a pair there are none: of ten groups the least and the greatest differ by chance, so they are only shown."""
    if row.is_pair:
        return
    for metric, ratio in row.ratios.items():
        asked = Condition(
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
        yield _judged(asked, short, limit - high if isfinite(high) else short)


def _not_worse(asked: Condition, sign: int) -> Condition:
    """`sign` is 1 where more is better, -1 where less is."""
    limited = replace(asked, limit=Limits(low=0.0) if sign > 0 else Limits(high=0.0))
    difference = asked.figure
    if difference is None:
        return limited
    return _judged(limited, -sign * difference.value, -difference.high if sign > 0 else difference.low)


def _judged(asked: Condition, short: float, least_short: float) -> Condition:
    """`short` is how far the figure lies beyond its limit, `least_short` how far its interval does everywhere.

    At most 0 of either passes; NaN does not.
    """
    is_known = asked.figure is not None and isfinite(asked.figure.value)
    short_by = short if short > 0 else None
    if not is_known or not (short <= 0 or least_short <= 0):
        return replace(asked, verdict="refused", short_by=short_by)
    return replace(asked, verdict="open" if short_by is not None else "passed", short_by=short_by)
