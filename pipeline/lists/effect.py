"""Did the lists keep people? Exits of those who would be listed, with managers who get lists against managers who do
not, as chance dealt them (`pipeline.lists.rollout`).

Everyone counts with the part of the manager under whom they would first be listed, whatever was done then (intention
to treat), and once. People of one manager share their fate, so intervals are over managers, not over people.
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
from pipeline.lists.rollout import Dealt, dealt
from pipeline.settings import Settings
from pipeline.store.reading import Published, PublishedScores
from pipeline.store.store import Store

FEWEST_MANAGERS: Final = 20
"""In each part; with fewer the interval over managers is not to be relied on (Cameron and Miller, 2015)."""
FEWEST_EXITS: Final = 10
"""In both parts together; with fewer the normal approximation does not hold."""
COVERAGE: Final = 0.95
POWER: Final = 0.8

NO_TRIAL: Final = (
    "No manager was held back, so nothing can be said of the effect of the lists. That more or fewer of the listed "
    "left than of others is an association and no effect: they were listed because they were likelier to leave. To "
    "measure the effect, set RETENTION_ROLLOUT_SHARE below 1 before the next month."
)


def effect(source: Path, settings: Settings) -> dict[str, Any]:
    """The report of `retention effect --json`: `parts` (managers, people and exits with and without lists),
    `difference` of the shares who left (with lists − without: negative is fewer exits) with a 95 % interval,
    `detectable` (the difference that so much data would find four times in five), `is_enough` and `verdict`.

    Figures are of at least `FEWEST_MANAGERS` managers; with less the difference is None.
    Raises BadInput for a source without dates.
    """
    with workspace(settings) as folder:
        why, remedy = "nobody's exit can follow a list", "Measure the effect on a source with dates."
        loaded = load_dated(source, folder / "tables", why, remedy)
        with closing(Store(settings.store_url)) as store, store.reading() as scores:
            parts = dealt(scores.connection, loaded.name)
            rows = eligible(loaded, scores, parts, settings.list_rules)
    is_trial = any(not each.gets_lists for each in parts) and any(each.gets_lists for each in parts)
    return {"source": loaded.name, "is_randomised": is_trial} | judged(rows, is_trial)


def eligible(source: Source, scores: PublishedScores, parts: Sequence[Dealt], rules: ListRules) -> pl.DataFrame:
    """employee_id, manager_id, gets_lists, left: everyone who would be listed in a matured month of the roll-out, as
    of the first such month. Nobody's list counts before the manager was dealt, or after the roll-out ended.
    """
    schema = {"employee_id": pl.String, "manager_id": pl.String, "gets_lists": pl.Boolean, "left": pl.Boolean}
    months = [
        _of_month(source, scores, head, parts, rules).select(list(schema))
        for head in scores.history(source.name)
        if matured([head.snapshot_date], head.horizon_months, source.complete_until)
    ]
    return pl.concat([pl.DataFrame(schema=schema), *months]).unique("employee_id", keep="first", maintain_order=True)


def judged(rows: pl.DataFrame, is_trial: bool) -> dict[str, Any]:
    """The figures of `eligible` rows, and what they say."""
    sides = {name: rows.filter(pl.col("gets_lists") == gets) for name, gets in _PARTS.items()}
    told = {name: _counts(side) for name, side in sides.items()}
    exits = sum(part["left"] for part in told.values())
    managers = min(part["managers"] for part in told.values())
    if not is_trial:
        return {"parts": told, "difference": None, "detectable": None, "is_enough": False, "verdict": NO_TRIAL}
    if managers < FEWEST_MANAGERS or exits < FEWEST_EXITS:
        verdict = (
            f"Too little data: {managers:,} managers in the smaller part and {exits:,} exits, where at least "
            f"{FEWEST_MANAGERS} and {FEWEST_EXITS} are needed. Until then nothing can be said of the effect; what the "
            "shares look like is no effect. Wait for more months to mature."
        )
        return {"parts": told, "difference": None, "detectable": None, "is_enough": False, "verdict": verdict}
    difference, detectable = _difference(sides["with_lists"], sides["without_lists"])
    return {
        "parts": told,
        "difference": difference,
        "detectable": detectable,
        "is_enough": True,
        "verdict": _verdict(difference, detectable),
    }


_PARTS: Final = {"with_lists": True, "without_lists": False}


def _of_month(
    source: Source, scores: PublishedScores, head: Published, parts: Sequence[Dealt], rules: ListRules
) -> pl.DataFrame:
    part_of = {each.manager_id: each.gets_lists for each in parts if each.holds_in(head.month)}
    dealt_to = pl.DataFrame(
        {"manager_id": list(part_of), "gets_lists": list(part_of.values())},
        schema={"manager_id": pl.String, "gets_lists": pl.Boolean},
    )
    chosen = listed(scores.with_everyone().teams(head), head.mean_risk, rules)
    people = chosen.join(dealt_to, on="manager_id").with_columns(snapshot_date=pl.lit(head.snapshot_date))
    return left_within_horizon(source, people, [head.snapshot_date], head.horizon_months).sort("employee_id")


def _counts(side: pl.DataFrame) -> dict[str, Any]:
    return {
        "managers": side["manager_id"].n_unique(),
        "people": side.height,
        "left": int(side["left"].sum()),
        "share": side["left"].mean(),
    }


def _difference(treated: pl.DataFrame, control: pl.DataFrame) -> tuple[dict[str, float], float]:
    """p₁ − p₀ with a 95 % interval, and the difference found with `POWER` at that width.

    Each share is a ratio of sums over managers; its variance is the linearised one of a cluster sample
    (Cochran, Sampling Techniques, 1977, § 11.7), with Student's t of the smaller part's managers − 1.
    """
    (share, variance, managers), (other, other_variance, other_managers) = map(_share, (treated, control))
    spread = sqrt(variance + other_variance)
    freedom = min(managers, other_managers) - 1
    half = float(t.ppf((1 + COVERAGE) / 2, freedom)) * spread
    value = share - other
    detectable = float(t.ppf((1 + COVERAGE) / 2, freedom) + norm.ppf(POWER)) * spread
    return {"value": value, "low": value - half, "high": value + half}, detectable


def _share(side: pl.DataFrame) -> tuple[float, float, int]:
    """The share who left, its variance over managers, and how many managers those are."""
    teams = side.group_by("manager_id").agg(people=pl.len(), left=pl.col("left").sum()).sort("manager_id")
    people, left = teams["people"].to_numpy().astype(float), teams["left"].to_numpy().astype(float)
    share = left.sum() / people.sum()
    number = len(people)
    variance = number / (number - 1) * np.sum((left - share * people) ** 2) / people.sum() ** 2
    return float(share), float(variance), number


def _verdict(difference: Mapping[str, float], detectable: float) -> str:
    value, low, high = difference["value"], difference["low"], difference["high"]
    said = (
        f"{abs(value):.1%} of the listed {'fewer' if value < 0 else 'more'} left with lists ({low:+.1%} to {high:+.1%})"
    )
    if high < 0:
        return f"The lists keep people: {said}."
    if low > 0:
        return f"With lists more people leave: {said}. Look at what is done with them before the next month."
    return (
        f"No effect can be told from chance: {said}. So much data would find a difference of {detectable:.1%} four "
        "times in five; a smaller one may be there and need more months."
    )
