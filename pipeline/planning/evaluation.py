"""The figures of a plan: exits before and after by the model, and costs by people and level. Sums of groups only."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.judgement.statistics.figures import Bounded
from pipeline.listing.replacement_cost import Costs, cost_of_level
from pipeline.model.calibration import risk_of
from pipeline.model.stored_model import StoredModel
from pipeline.planning.budget import divided, lacking
from pipeline.planning.expected import Exits, exits_of, log_odds_after, summed
from pipeline.planning.measured import MeasuredEffect
from pipeline.planning.plan import Evaluated, GroupPlan, IfWrong, Money, Plan, Prices
from pipeline.planning.plan_levers import Applied, applied
from pipeline.planning.reasons import reasons
from pipeline.planning.staff import Figures, Staff
from pipeline.planning.uncertainty import NORMAL_90, Sides, uncertain_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MONTHS_A_YEAR: Final = 12
SHARES: Final = (1.0, 0.5, 0.0)
"""The shares of the association that are shown as an effect: all of it, a half, none."""

_NONE: Final = -1


def evaluate(
    plan: Plan, staff: Staff, model: StoredModel, prices: Prices, trial: MeasuredEffect | None = None
) -> Evaluated:
    """What the plan would cost and avoid; `trial` is what was measured of its lever."""
    is_within = _is_within(plan, staff.figures.posts)
    asked = _asked(plan, staff, is_within)
    after = applied(staff.before, plan.levers, model.features)
    why = reasons(plan, staff, model, after, asked)
    shown = [group for group in asked if why[group] is None]
    figures, of_them = staff.figures.of(is_within), after.of(is_within)
    rows = _rows(plan, figures, model, prices, of_them, shown, trial) if shown else {}
    total = rows.pop(None, GroupPlan(None, "few_people"))
    lacks = None if plan.budget is None else lacking(rows, plan.budget, plan.least_people)
    if plan.budget is not None and shown and lacks is None:
        rows, total = divided(rows, total, plan.budget, plan.least_people)
    groups = tuple(rows.get(group) or GroupPlan(group, why[group]) for group in asked)
    is_weighted = bool(np.ptp(staff.figures.replacement_weight) > 0)
    return Evaluated(plan, groups, total, lacks, _if_wrong(total), is_weighted, trial)


def _asked(plan: Plan, staff: Staff, is_within: Bools) -> list[str]:
    """The groups of the plan: those named, or all that the asker sees and that have somebody there."""
    if plan.groups:
        return list(plan.groups)
    if staff.mine is not None and not plan.within:
        return sorted(set(staff.mine))
    there = staff.figures.posts[plan.by].filter(pl.Series(is_within)).drop_nulls().unique().sort()
    return [group for group in there if staff.is_mine(group)]


def _is_within(plan: Plan, posts: pl.DataFrame) -> Bools:
    """Who is also in the groups of other dimensions (n,)."""
    found = np.ones(posts.height, dtype=bool)
    for name, group in plan.within.items():
        found &= (posts[name] == group).fill_null(False).to_numpy()
    return found


@dataclass(frozen=True)
class _Sums:
    """Sums (groups,) over the people of each shown group. Costs are of a year, `saved` within the horizon.

    at_stake: what replacing those costs who leave within the horizon without the change, of everyone.
    """

    people: Floats
    reached: Floats
    exits: Exits
    cost: Floats
    saved: Floats
    at_stake: Floats
    money_cost: Floats
    money_saved: Floats
    money_at_stake: Floats

    @property
    def share(self) -> Floats:
        """The share of each group that is reached."""
        return np.asarray(self.reached / np.maximum(self.people, 1))


def _rows(
    plan: Plan,
    figures: Figures,
    model: StoredModel,
    prices: Prices,
    after: Applied,
    shown: Sequence[str],
    trial: MeasuredEffect | None,
) -> dict[str | None, GroupPlan]:
    """The rows of the shown groups, and that of all of them under None."""
    position = {group: at for at, group in enumerate(shown)}
    code = figures.posts[plan.by].replace_strict(position, default=None, return_dtype=pl.Int64).fill_null(_NONE)
    mine, number = code.to_numpy() != _NONE, len(shown)
    sums = _sums(plan, figures.of(mine), model, prices, after.of(mine), code.to_numpy()[mine], number)
    months = model.horizon_months
    which: dict[str | None, Bools] = {name: np.arange(number) == at for name, at in position.items()}
    which[None] = np.ones(number, dtype=bool)
    rows = {name: _row(name, sums, at, months, prices.pay is not None) for name, at in which.items()}
    return rows if trial is None else {name: _with_trial(row, sums, which[name], trial) for name, row in rows.items()}


def _sums(
    plan: Plan, figures: Figures, model: StoredModel, prices: Prices, after: Applied, group: Ints, groups: int
) -> _Sums:
    reached, before = after.is_reached, figures.log_odds
    then = log_odds_after(model.asked, figures, after)
    sides = Sides((figures.encoded, after.table), (before, then))
    cost = np.expm1(after.rise) + plan.further_cost * reached
    replacement = figures.replacement_weight * _by_level(figures.posts, prices.replacement)
    stake = risk_of(before) * replacement
    saved = stake - risk_of(then) * replacement
    pay = _by_level(figures.posts, prices.pay) if prices.pay else np.zeros(len(group))
    return _Sums(
        people=summed(np.ones(len(group)), group, groups),
        reached=summed(reached.astype(np.float64), group, groups),
        exits=exits_of(before, then, group, groups, uncertain_of(model.asked, sides, reached, group, groups)),
        cost=summed(cost, group, groups),
        saved=summed(saved, group, groups),
        at_stake=summed(stake, group, groups),
        money_cost=summed(cost * pay, group, groups),
        money_saved=summed(saved * pay, group, groups),
        money_at_stake=summed(stake * pay, group, groups),
    )


def _by_level(posts: pl.DataFrame, costs: Costs) -> Floats:
    return posts.select(cost_of_level(pl.col("level").cast(pl.Int64), costs)).to_series().to_numpy()


def _row(name: str | None, sums: _Sums, which: Bools, horizon_months: int, has_money: bool) -> GroupPlan:
    exits, value, sd = sums.exits.over(which)
    share = horizon_months / MONTHS_A_YEAR

    def money(cost: Floats, saved: Floats) -> Money:
        a_year = float(cost[which].sum())
        return Money(a_year, a_year * share, float(saved[which].sum()))

    avoided = Bounded(value, value - NORMAL_90 * sd, value + NORMAL_90 * sd)
    return GroupPlan(
        group=name,
        people=int(sums.people[which].sum()),
        reached=int(sums.reached[which].sum()),
        exits=exits,
        avoided=avoided,
        association=avoided,
        pay=money(sums.cost, sums.saved),
        money=money(sums.money_cost, sums.money_saved) if has_money else None,
    )


def _with_trial(row: GroupPlan, sums: _Sums, which: Bools, trial: MeasuredEffect) -> GroupPlan:
    """The row with what the trial measured, which takes the place of the association once it is in force."""
    measured = trial.avoided(float((sums.exits.before * sums.share)[which].sum()))
    if not trial.is_in_force:
        return replace(row, measured=measured)

    def money(now: Money | None, at_stake: Floats) -> Money | None:
        return now and replace(now, saved=trial.avoided(float((at_stake * sums.share)[which].sum())).value)

    pay, in_money = money(row.pay, sums.at_stake), money(row.money, sums.money_at_stake)
    return replace(row, avoided=measured, measured=measured, pay=pay, money=in_money)


def _if_wrong(total: GroupPlan) -> tuple[IfWrong, ...]:
    if total.avoided is None or total.pay is None:
        return ()
    pay = total.funded.pay if total.funded else total.pay
    avoided = total.funded.avoided if total.funded else total.avoided.value
    return tuple(IfWrong(share, share * avoided, share * pay.saved - pay.cost) for share in SHARES)
