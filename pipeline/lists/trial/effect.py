"""Did the lists keep people? Compares the exits of people who would be listed between managers who get lists and
managers who do not, allocated at random (`pipeline.lists.rollout`).

Each person counts once, in the part of the manager under whom they would first be listed, whatever was done then
(intention to treat). The plan of the roll-out, the looks at it and the estimate are in `comparison`, beside this.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from features.source import Source
from pipeline.dataset.dated import load_dated
from pipeline.dataset.splits import matured
from pipeline.dataset.workspace import workspace
from pipeline.judgement.statistics.figures import Bounded
from pipeline.listing.rules import ListRules
from pipeline.listing.selection import listed
from pipeline.lists.rollout import Allocation, allocations, planned_months
from pipeline.lists.trial.comparison import FEWEST_EXITS, FEWEST_MANAGERS, Look, Plan, fewest_managers, is_enough, looks
from pipeline.lists.trial.outcomes import with_outcomes
from pipeline.lists.trial.power import Power, power
from pipeline.settings import Settings
from pipeline.store.reading import Published, PublishedScores
from pipeline.store.store import Store

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

    `difference` is the share who left with lists less the share without, at equal risk (negative: fewer exits), with an
    interval that holds over all `looks`; `unadjusted` is without regard to the risk, and `narrowed` the part of its
    interval that the adjustment saves. `detectable` is the difference that as much data would detect four times in
    five. They are of the last look, and None unless `is_enough`. `found_in` is the month of the first look whose
    interval excluded zero.
    """

    parts: Mapping[str, Part]
    difference: Bounded | None
    unadjusted: Bounded | None
    narrowed: float | None
    detectable: float | None
    found_in: str | None
    looks: Sequence[Look]
    is_enough: bool
    verdict: str


@dataclass(frozen=True)
class EffectReport(Result):
    """The report of `retention effect`; `is_randomised` if some managers of the source get lists and some do not.

    `plan` is what was recorded before the first list, None without a roll-out; `power` is what one could detect, None
    once there is one.
    """

    source: str
    is_randomised: bool
    plan: Plan | None
    power: Power | None


def as_json(report: EffectReport) -> dict[str, Any]:
    """The report as `retention effect --json` writes it."""
    head = {"source": report.source, "is_randomised": report.is_randomised}
    return head | asdict(report)


def effect(source: Path, settings: Settings) -> EffectReport:
    """Measures the effect of the lists on a source. Raises BadInput for a source without dates."""
    with workspace(settings) as folder:
        why, remedy = "no exit can follow a list", "Measure the effect on a source with dates."
        loaded = load_dated(source, folder / "tables", why, remedy, settings)
        with closing(Store.of(settings)) as store, store.reading() as scores:
            allocated = allocations(scores.connection, loaded.name)
            plan = plan_of(scores, allocated, settings)
            rows = eligible(loaded, scores, allocated, settings.list_rules)
            until = _matured_until(loaded, scores)
            before = None if plan else _power(scores, loaded.name, settings)
    result = comparison(rows, plan, until)
    return EffectReport(**vars(result), source=loaded.name, is_randomised=plan is not None, plan=plan, power=before)


def plan_of(scores: PublishedScores, allocated: Sequence[Allocation], settings: Settings) -> Plan | None:
    """The plan of the roll-out; None unless some managers get lists and some do not."""
    if {each.gets_lists for each in allocated} != {True, False}:
        return None
    months = planned_months(scores.connection, min(each.at for each in allocated), settings)
    return Plan(min(each.from_month for each in allocated), months)


def eligible(
    source: Source, scores: PublishedScores, allocated: Sequence[Allocation], rules: ListRules
) -> pl.DataFrame:
    """employee_id, manager_id, gets_lists, left, risk, month: everyone who would be listed in a matured month of the
    roll-out, as of the first such month. Months before a manager was allocated, or after the roll-out ended, do not
    count.
    """
    months = [_of_month(source, scores, head, allocated, rules) for head in matured_heads(source, scores)]
    return pl.concat([pl.DataFrame(schema=_ELIGIBLE), *months]).unique("employee_id", keep="first", maintain_order=True)


def comparison(rows: pl.DataFrame, plan: Plan | None, matured_until: str) -> Result:
    """Compares the two parts of `eligible` rows, with the looks that are due once a month has matured."""
    if plan:
        rows = plan.within(rows)
    parts = {name: _counts(rows.filter(pl.col("gets_lists") == gets)) for name, gets in _PARTS.items()}
    if plan is None:
        return _without_figures(parts, NO_TRIAL)
    seen = looks(rows, plan, matured_until)
    if not seen:
        return _without_figures(parts, _too_early(rows, plan))
    last = seen[-1]
    return Result(
        parts,
        last.difference,
        last.unadjusted,
        narrowed=_narrowed(last),
        detectable=last.detectable,
        found_in=next((look.month for look in seen if look.is_found), None),
        looks=seen,
        is_enough=True,
        verdict=_verdict(last, plan),
    )


_PARTS: Final = {"with_lists": True, "without_lists": False}
_ELIGIBLE: Final = {
    "employee_id": pl.String,
    "manager_id": pl.String,
    "gets_lists": pl.Boolean,
    "left": pl.Boolean,
    "risk": pl.Float64,
    "month": pl.String,
}


def matured_heads(source: Source, scores: PublishedScores) -> list[Published]:
    """The publications of a source whose horizon has ended, oldest first: what happened since is known."""
    heads = scores.history(source.name)
    return [head for head in heads if matured([head.snapshot_date], head.horizon_months, source.complete_until)]


def _matured_until(source: Source, scores: PublishedScores) -> str:
    """The last matured month; empty before the first."""
    return max((head.month for head in matured_heads(source, scores)), default="")


def _power(scores: PublishedScores, source: str, settings: Settings) -> Power | None:
    heads, rules = scores.history(source)[-settings.rollout_months :], settings.list_rules
    people = [listed(scores.teams(head), head.mean_risk, rules).sort("employee_id") for head in heads]
    return power(people, settings.rollout_share, settings.rollout_months)


def _of_month(
    source: Source, scores: PublishedScores, head: Published, allocated: Sequence[Allocation], rules: ListRules
) -> pl.DataFrame:
    part_of = {each.manager_id: each.gets_lists for each in allocated if each.holds_in(head.month)}
    managers = pl.DataFrame(
        {"manager_id": list(part_of), "gets_lists": list(part_of.values())},
        schema={"manager_id": pl.String, "gets_lists": pl.Boolean},
    )
    chosen = listed(scores.teams(head), head.mean_risk, rules)
    people = with_outcomes(source, head, chosen.join(managers, on="manager_id"))
    return people.sort("employee_id").select(list(_ELIGIBLE))


def _counts(part: pl.DataFrame) -> Part:
    left = int(part["left"].sum())
    share = left / part.height if part.height else None
    return Part(managers=part["manager_id"].n_unique(), people=part.height, left=left, share=share)


def _without_figures(parts: Mapping[str, Part], verdict: str) -> Result:
    return Result(
        parts,
        difference=None,
        unadjusted=None,
        narrowed=None,
        detectable=None,
        found_in=None,
        looks=[],
        is_enough=False,
        verdict=verdict,
    )


def _narrowed(look: Look) -> float:
    adjusted, plain = (each.high - each.low for each in (look.difference, look.unadjusted))
    return 1 - adjusted / plain if plain else 0.0


def _too_early(rows: pl.DataFrame, plan: Plan) -> str:
    if is_enough(rows):
        return (
            f"The first look is due once the lists of {plan.month(plan.ends[0])} have matured, the next after every "
            "third month. Each look raises the chance of a false finding; looking earlier would use it up."
        )
    return (
        f"Too little data: {fewest_managers(rows):,} managers in the smaller part and {int(rows['left'].sum()):,} "
        f"exits; at least {FEWEST_MANAGERS} and {FEWEST_EXITS} are needed. Until then the effect is unknown, whatever "
        "the shares look like. Wait for more months to mature."
    )


def _verdict(look: Look, plan: Plan) -> str:
    value, low, high = look.difference.value, look.difference.low, look.difference.high
    more = f"{100 * abs(value):.1f} percentage points {'fewer' if value < 0 else 'more'} of the listed left with lists"
    figures = f"{more} at equal risk ({100 * low:+.1f} to {100 * high:+.1f})"
    stage = f"Lists until {look.month}, {plan.number(look.month)} of {plan.months} planned months."
    if high < 0:
        return f"The lists keep people: {figures}. {stage}"
    if low > 0:
        return f"More people leave with lists: {figures}. Review how the lists are used before the next month. {stage}"
    return (
        f"No effect can be distinguished from chance: {figures}. As much data would detect a difference of "
        f"{100 * look.detectable:.1f} percentage points four times in five; a smaller effect may need more months. "
        f"{stage}"
    )
