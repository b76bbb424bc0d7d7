"""Did the lists keep people? Compares the exits of people who would be listed between managers who get lists and
managers who do not, allocated at random (`pipeline.lists.rollout`).

Each person counts once, in the part of the manager under whom they would first be listed, whatever was done then
(intention to treat). Exits of one manager's people are not independent, so intervals are over managers, not people.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from math import sqrt
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from scipy.stats import norm, t

from features.source import Source
from pipeline.dataset.dated import load_dated
from pipeline.dataset.outcome import left_within_horizon
from pipeline.dataset.splits import matured
from pipeline.dataset.workspace import workspace
from pipeline.judgement.figures import Bounded
from pipeline.listing.rules import ListRules
from pipeline.listing.selection import listed
from pipeline.lists.rollout import Allocation, allocations
from pipeline.settings import Settings
from pipeline.store.reading import Published, PublishedScores
from pipeline.store.store import Store

FEWEST_MANAGERS: Final = 20
"""In each part; with fewer the interval over managers is not reliable (Cameron and Miller, 2015)."""
FEWEST_EXITS: Final = 10
"""In both parts together; with fewer, the normal approximation does not hold."""
COVERAGE: Final = 0.95
POWER: Final = 0.8

NO_TRIAL: Final = (
    "Every manager gets lists, so the effect of the lists is unknown. A difference between the listed and the others "
    "is an association, not an effect: they were listed because they were more likely to leave. To measure the effect, "
    "set RETENTION_ROLLOUT_SHARE below 1 before the next month."
)


@dataclass(frozen=True)
class Part:
    """The managers, people and exits with lists or without; `share` of the people left, None without people."""

    managers: int
    people: int
    left: int
    share: float | None


@dataclass(frozen=True)
class Result:
    """The comparison of the two parts. Fields are named as the keys of the JSON.

    `difference` is the share who left with lists less the share without (negative: fewer exits), with a 95 % interval;
    `detectable` is the difference that as much data would detect four times in five. Both are None unless `is_enough`.
    """

    parts: Mapping[str, Part]
    difference: Bounded | None
    detectable: float | None
    is_enough: bool
    verdict: str


@dataclass(frozen=True)
class EffectReport(Result):
    """The report of `retention effect`; `is_randomised` if some managers of the source get lists and some do not."""

    source: str
    is_randomised: bool


def as_json(report: EffectReport) -> dict[str, Any]:
    """The report as `retention effect --json` writes it."""
    head = {"source": report.source, "is_randomised": report.is_randomised}
    return head | asdict(report)


def effect(source: Path, settings: Settings) -> EffectReport:
    """Measures the effect of the lists on a source. Raises BadInput for a source without dates."""
    with workspace(settings) as folder:
        why, remedy = "no exit can follow a list", "Measure the effect on a source with dates."
        loaded = load_dated(source, folder / "tables", why, remedy)
        with closing(Store.of(settings)) as store, store.reading() as scores:
            parts = allocations(scores.connection, loaded.name)
            rows = eligible(loaded, scores, parts, settings.list_rules)
    is_trial = any(not each.gets_lists for each in parts) and any(each.gets_lists for each in parts)
    return EffectReport(**vars(comparison(rows, is_trial)), source=loaded.name, is_randomised=is_trial)


def eligible(
    source: Source, scores: PublishedScores, allocated: Sequence[Allocation], rules: ListRules
) -> pl.DataFrame:
    """employee_id, manager_id, gets_lists, left: everyone who would be listed in a matured month of the roll-out, as
    of the first such month. Months before a manager was allocated, or after the roll-out ended, do not count.
    """
    schema = {"employee_id": pl.String, "manager_id": pl.String, "gets_lists": pl.Boolean, "left": pl.Boolean}
    months = [
        _of_month(source, scores, head, allocated, rules).select(list(schema))
        for head in scores.history(source.name)
        if matured([head.snapshot_date], head.horizon_months, source.complete_until)
    ]
    return pl.concat([pl.DataFrame(schema=schema), *months]).unique("employee_id", keep="first", maintain_order=True)


def comparison(rows: pl.DataFrame, is_trial: bool) -> Result:
    """Compares the two parts of `eligible` rows."""
    rows_of = {name: rows.filter(pl.col("gets_lists") == gets) for name, gets in _PARTS.items()}
    parts = {name: _counts(part) for name, part in rows_of.items()}
    exits = sum(part.left for part in parts.values())
    managers = min(part.managers for part in parts.values())
    if not is_trial:
        return Result(parts, difference=None, detectable=None, is_enough=False, verdict=NO_TRIAL)
    if managers < FEWEST_MANAGERS or exits < FEWEST_EXITS:
        verdict = (
            f"Too little data: {managers:,} managers in the smaller part and {exits:,} exits; at least "
            f"{FEWEST_MANAGERS} and {FEWEST_EXITS} are needed. Until then the effect is unknown, whatever the shares "
            "look like. Wait for more months to mature."
        )
        return Result(parts, difference=None, detectable=None, is_enough=False, verdict=verdict)
    difference, detectable = _difference(rows_of["with_lists"], rows_of["without_lists"])
    return Result(parts, difference, detectable, is_enough=True, verdict=_verdict(difference, detectable))


_PARTS: Final = {"with_lists": True, "without_lists": False}


def _of_month(
    source: Source, scores: PublishedScores, head: Published, allocated: Sequence[Allocation], rules: ListRules
) -> pl.DataFrame:
    part_of = {each.manager_id: each.gets_lists for each in allocated if each.holds_in(head.month)}
    managers = pl.DataFrame(
        {"manager_id": list(part_of), "gets_lists": list(part_of.values())},
        schema={"manager_id": pl.String, "gets_lists": pl.Boolean},
    )
    chosen = listed(scores.teams(head), head.mean_risk, rules)
    people = chosen.join(managers, on="manager_id").with_columns(snapshot_date=pl.lit(head.snapshot_date))
    return left_within_horizon(source, people, [head.snapshot_date], head.horizon_months).sort("employee_id")


def _counts(part: pl.DataFrame) -> Part:
    left = int(part["left"].sum())
    share = left / part.height if part.height else None
    return Part(managers=part["manager_id"].n_unique(), people=part.height, left=left, share=share)


def _difference(treated: pl.DataFrame, control: pl.DataFrame) -> tuple[Bounded, float]:
    """p₁ − p₀ with a 95 % interval, and the difference that is detected with probability `POWER`.

    Each share is a ratio of sums over managers; its variance is the linearised one of a cluster sample
    (Cochran, Sampling Techniques, 1977, § 11.7), with Student's t of the smaller part's managers − 1.
    """
    (share, variance, managers), (other, other_variance, other_managers) = map(_share, (treated, control))
    standard_error = sqrt(variance + other_variance)
    freedom = min(managers, other_managers) - 1
    half = float(t.ppf((1 + COVERAGE) / 2, freedom)) * standard_error
    value = share - other
    detectable = float(t.ppf((1 + COVERAGE) / 2, freedom) + norm.ppf(POWER)) * standard_error
    return Bounded(value, value - half, value + half), detectable


def _share(part: pl.DataFrame) -> tuple[float, float, int]:
    """The share who left, its variance over managers, and the number of managers."""
    teams = part.group_by("manager_id").agg(people=pl.len(), left=pl.col("left").sum()).sort("manager_id")
    people, left = teams["people"].to_numpy().astype(float), teams["left"].to_numpy().astype(float)
    share = left.sum() / people.sum()
    number = len(people)
    variance = number / (number - 1) * np.sum((left - share * people) ** 2) / people.sum() ** 2
    return float(share), float(variance), number


def _verdict(difference: Bounded, detectable: float) -> str:
    value, low, high = difference.value, difference.low, difference.high
    more = f"{100 * abs(value):.1f} percentage points {'fewer' if value < 0 else 'more'} of the listed left with lists"
    figures = f"{more} ({100 * low:+.1f} to {100 * high:+.1f})"
    if high < 0:
        return f"The lists keep people: {figures}."
    if low > 0:
        return f"More people leave with lists: {figures}. Review how the lists are used before the next month."
    return (
        f"No effect can be distinguished from chance: {figures}. As much data would detect a difference of "
        f"{100 * detectable:.1f} percentage points four times in five; a smaller effect may need more months."
    )
