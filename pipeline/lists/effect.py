"""The effect of the lists: exits among people who would be listed, under managers who were allocated lists at random
compared with managers who were not (`pipeline.lists.rollout`).

Everyone counts once, with the part of the manager under whom they would first be listed, whatever the manager did
(intention to treat). People of one manager are not independent, so intervals are over managers, not over people.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
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
from pipeline.listing.rules import ListRules
from pipeline.listing.selection import listed
from pipeline.lists.rollout import Allocation, allocations
from pipeline.settings import Settings
from pipeline.store.reading import Published, PublishedScores
from pipeline.store.store import Store

FEWEST_MANAGERS: Final = 20
"""In each part; with fewer, the interval over managers is unreliable (Cameron and Miller, 2015)."""
FEWEST_EXITS: Final = 10
"""In both parts together; with fewer, the normal approximation does not hold."""
COVERAGE: Final = 0.95
POWER: Final = 0.8

NO_TRIAL: Final = (
    "No manager was held back, so the effect of the lists cannot be measured. A difference in exits between listed and "
    "other people is an association, not an effect: they were listed because they were more likely to leave. To "
    "measure the effect, set RETENTION_ROLLOUT_SHARE below 1 before the next month."
)


def effect(source: Path, settings: Settings) -> dict[str, Any]:
    """The report of `retention effect --json`: `parts` (managers, people and exits with and without lists),
    `difference` between the shares who left (with lists − without: negative is fewer exits) with a 95 % interval,
    `detectable` (the difference that this amount of data would detect four times in five), `is_enough`, `verdict`.

    With fewer than `FEWEST_MANAGERS` managers in a part or `FEWEST_EXITS` exits, the difference is None.
    Raises BadInput for a source without dates.
    """
    with workspace(settings) as folder:
        why, remedy = "exits cannot be linked to lists", "Measure the effect on a source with dates."
        loaded = load_dated(source, folder / "tables", why, remedy)
        with closing(Store(settings.store_url)) as store, store.reading() as scores:
            allocated = allocations(scores.connection, loaded.name)
            rows = eligible(loaded, scores, allocated, settings.list_rules)
    is_trial = any(not each.gets_lists for each in allocated) and any(each.gets_lists for each in allocated)
    return {"source": loaded.name, "is_randomised": is_trial} | comparison(rows, is_trial)


def eligible(
    source: Source, scores: PublishedScores, allocated: Sequence[Allocation], rules: ListRules
) -> pl.DataFrame:
    """employee_id, manager_id, gets_lists, left: everyone who would be listed in a matured month of the roll-out, as
    of the first such month. Months before the manager was allocated, or after the roll-out ended, do not count.
    """
    schema = {"employee_id": pl.String, "manager_id": pl.String, "gets_lists": pl.Boolean, "left": pl.Boolean}
    months = [
        _of_month(source, scores, head, allocated, rules).select(list(schema))
        for head in scores.history(source.name)
        if matured([head.snapshot_date], head.horizon_months, source.complete_until)
    ]
    return pl.concat([pl.DataFrame(schema=schema), *months]).unique("employee_id", keep="first", maintain_order=True)


def comparison(rows: pl.DataFrame, is_trial: bool) -> dict[str, Any]:
    """The figures of `eligible` rows with a verdict in words."""
    people = {name: rows.filter(pl.col("gets_lists") == gets) for name, gets in _PARTS.items()}
    parts = {name: _counts(part) for name, part in people.items()}
    exits = sum(part["left"] for part in parts.values())
    managers = min(part["managers"] for part in parts.values())
    if not is_trial:
        return {"parts": parts, "difference": None, "detectable": None, "is_enough": False, "verdict": NO_TRIAL}
    if managers < FEWEST_MANAGERS or exits < FEWEST_EXITS:
        verdict = (
            f"Too little data: {managers:,} managers in the smaller part and {exits:,} exits, where at least "
            f"{FEWEST_MANAGERS} and {FEWEST_EXITS} are needed. Until then the effect is unknown; the shares alone do "
            "not show it. Wait for more months to mature."
        )
        return {"parts": parts, "difference": None, "detectable": None, "is_enough": False, "verdict": verdict}
    difference, detectable = _difference(people["with_lists"], people["without_lists"])
    return {
        "parts": parts,
        "difference": difference,
        "detectable": detectable,
        "is_enough": True,
        "verdict": _verdict(difference, detectable),
    }


_PARTS: Final = {"with_lists": True, "without_lists": False}


def _of_month(
    source: Source, scores: PublishedScores, head: Published, allocated: Sequence[Allocation], rules: ListRules
) -> pl.DataFrame:
    part_of = {each.manager_id: each.gets_lists for each in allocated if each.holds_in(head.month)}
    managers = pl.DataFrame(
        {"manager_id": list(part_of), "gets_lists": list(part_of.values())},
        schema={"manager_id": pl.String, "gets_lists": pl.Boolean},
    )
    chosen = listed(scores.with_everyone().teams(head), head.mean_risk, rules)
    people = chosen.join(managers, on="manager_id").with_columns(snapshot_date=pl.lit(head.snapshot_date))
    return left_within_horizon(source, people, [head.snapshot_date], head.horizon_months).sort("employee_id")


def _counts(part: pl.DataFrame) -> dict[str, Any]:
    return {
        "managers": part["manager_id"].n_unique(),
        "people": part.height,
        "left": int(part["left"].sum()),
        "share": part["left"].mean(),
    }


def _difference(treated: pl.DataFrame, control: pl.DataFrame) -> tuple[dict[str, float], float]:
    """p₁ − p₀ with a 95 % interval, and the difference that is detected with `POWER` at that width.

    Each share is a ratio of sums over managers; its variance is the linearised one of a cluster sample
    (Cochran, Sampling Techniques, 1977, § 11.7), with Student's t of the smaller part's managers − 1.
    """
    (share, variance, managers), (other, other_variance, other_managers) = map(_share, (treated, control))
    standard_error = sqrt(variance + other_variance)
    freedom = min(managers, other_managers) - 1
    half = float(t.ppf((1 + COVERAGE) / 2, freedom)) * standard_error
    value = share - other
    detectable = float(t.ppf((1 + COVERAGE) / 2, freedom) + norm.ppf(POWER)) * standard_error
    return {"value": value, "low": value - half, "high": value + half}, detectable


def _share(part: pl.DataFrame) -> tuple[float, float, int]:
    """The share who left, its variance over managers, and the number of managers."""
    teams = part.group_by("manager_id").agg(people=pl.len(), left=pl.col("left").sum()).sort("manager_id")
    people, left = teams["people"].to_numpy().astype(float), teams["left"].to_numpy().astype(float)
    share = left.sum() / people.sum()
    number = len(people)
    variance = number / (number - 1) * np.sum((left - share * people) ** 2) / people.sum() ** 2
    return float(share), float(variance), number


def _verdict(difference: Mapping[str, float], detectable: float) -> str:
    value, low, high = difference["value"], difference["low"], difference["high"]
    points = f"{100 * value:+.1f} percentage points ({100 * low:+.1f} to {100 * high:+.1f})"
    if high < 0:
        return f"With lists, fewer of the listed people leave: {points}."
    if low > 0:
        return f"With lists, more of the listed people leave: {points}. Check how they are used before the next month."
    return (
        f"No effect is distinguishable from chance: {points}. This amount of data would detect a difference of "
        f"{100 * detectable:.1f} points four times in five; a smaller one needs more months."
    )
