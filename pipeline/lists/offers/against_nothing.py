"""Does an action help at all? Compares people to whom it was to be offered first with people whose managers, drawn at
random, got no list (`pipeline.lists.rollout`), at equal published risk and for the same strongest reason.

Both are recorded before any list of the month is made, and each counts once, as recorded first, whatever was done then
(intention to treat). Managers were drawn, so errors are over managers. The looks are those of a roll-out. The 5 % are
shared by all actions, beside those of the comparison of actions with each other: it asks another question.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.contract.vocabulary import Driver
from features.source import Source
from pipeline.judgement.statistics.cluster_regression import coefficient
from pipeline.judgement.statistics.figures import Bounded
from pipeline.judgement.statistics.sequential import ERROR
from pipeline.language.actions import Action
from pipeline.lists.offers.each_action import for_each_action
from pipeline.lists.offers.verdict import verdict_against_nothing
from pipeline.lists.rollout import Allocation
from pipeline.lists.trial.comparison import Look, Plan, looks
from pipeline.lists.trial.outcomes import with_outcomes
from pipeline.store.reading import Published, PublishedScores
from pipeline.store.trials.first_offers import first_offers
from pipeline.store.trials.held_out import held_out

Floats = NDArray[np.float64]

RECORDED: Final = {
    "employee_id": pl.String,
    "manager_id": pl.String,
    "driver": pl.String,
    "action": pl.String,
    "left": pl.Boolean,
    "risk": pl.Float64,
    "month": pl.String,
}
"""The rows that are compared; `action` is null for people who were held out."""


@dataclass(frozen=True)
class Arm:
    """The managers, people and exits of a side; `share` of the people left, None without people."""

    managers: int
    people: int
    left: int
    share: float | None


@dataclass(frozen=True)
class EffectOfAction:
    """What suggesting an action first did, beside no list, for people with the same strongest reason.

    `difference` is the share who left less that of the held out at equal risk (negative: fewer exits); `relative` is
    the same divided by the share who would have left without (−0.3: three in ten fewer). Both have an interval that
    holds over all looks and all actions together. They are of the last look, after `months` months of lists up to
    `until`, and None before the first with enough data; `is_final` if the plan ends with it. `found_in` is the month of
    the first look whose interval excluded zero.
    """

    driver: Driver
    action: str
    text: str
    offered: Arm
    held_out: Arm
    months: int | None
    until: str | None
    difference: Bounded | None
    relative: Bounded | None
    detectable: float | None
    found_in: str | None
    is_final: bool
    verdict: str


def effects(
    rows: pl.DataFrame, plan: Plan, matured_until: str, of_drivers: Mapping[Driver, Sequence[Action]]
) -> list[EffectOfAction]:
    """Every action beside nothing, from rows of `RECORDED`."""
    error = ERROR / sum(map(len, of_drivers.values()))
    return for_each_action(
        rows, plan, of_drivers, lambda part, action: _effect(part, action, plan, matured_until, error)
    )


def _effect(rows: pl.DataFrame, action: Action, plan: Plan, matured_until: str, error: float) -> EffectOfAction:
    is_offered = pl.col("action") == action.key
    parts = rows.filter(is_offered | pl.col("action").is_null()).with_columns(gets_lists=is_offered.fill_null(False))
    seen = looks(parts, plan, matured_until, error)
    last = seen[-1] if seen else None
    relative = relative_to(parts.filter(pl.col("month") <= last.month), last) if last else None
    return EffectOfAction(
        action.driver,
        action.key,
        action.text,
        offered=_arm(parts.filter("gets_lists")),
        held_out=_arm(parts.filter(~pl.col("gets_lists"))),
        months=plan.number(last.month) if last else None,
        until=last.month if last else None,
        difference=last.difference if last else None,
        relative=relative,
        detectable=last.detectable if last else None,
        found_in=next((look.month for look in seen if look.is_found), None),
        is_final=last is not None and plan.number(last.month) == plan.months,
        verdict=verdict_against_nothing(last, relative, parts),
    )


def relative_to(rows: pl.DataFrame, look: Look) -> Bounded | None:
    """The difference of a look divided by the share who would have left without the offer, by the delta method; None
    where that share is not above zero.

    With d the difference and a the share without it, at the mean risk of those with the offer, the error of d / a is
    that of d − (d / a) · a, divided by a: the coefficient of the offer beside the column 1 + (d / a) · offer.
    """
    outcome, gets, risk = (rows[name].cast(pl.Float64).to_numpy() for name in ("left", "gets_lists", "risk"))
    centred = risk - risk[gets > 0].mean()
    others = [centred] if np.ptp(risk) > 0 else []
    clusters = rows["manager_id"].to_numpy()
    without, difference = _coefficients(outcome, [np.ones_like(gets), gets, *others])[:2]
    if without <= 0:
        return None
    ratio = float(difference / without)
    design = np.column_stack([1 + ratio * gets, gets, *others])
    error = coefficient(outcome, design, clusters, which=1).standard_error / without
    half = look.critical * error
    return Bounded(ratio, float(ratio - half), float(ratio + half))


def _coefficients(outcome: Floats, columns: Sequence[Floats]) -> Floats:
    return np.asarray(np.linalg.lstsq(np.column_stack(columns), outcome, rcond=None)[0])


def recorded_in(
    source: Source, scores: PublishedScores, head: Published, allocated: Sequence[Allocation]
) -> pl.DataFrame:
    """`RECORDED` of those who were recorded in a matured month, under a manager who had been allocated then.

    Who was held out first and moved to a manager with lists later counts as held out.
    """
    gets = {each.manager_id: each.gets_lists for each in allocated if each.holds_in(head.month)}
    without = held_out(scores.connection, source.name)
    rows: list[tuple[str, str, str, str | None]] = [
        (each.employee_id, each.manager_id, each.driver, each.action)
        for each in first_offers(scores.connection, source.name).values()
        if each.month == head.month and gets.get(each.manager_id) is True and each.employee_id not in without
    ]
    rows += [
        (each.employee_id, each.manager_id, each.driver, None)
        for each in without.values()
        if each.month == head.month and gets.get(each.manager_id) is False
    ]
    columns = {name: RECORDED[name] for name in ("employee_id", "manager_id", "driver", "action")}
    people = pl.DataFrame(rows, schema=columns, orient="row").join(
        scores.teams(head).select("employee_id", "risk"), on="employee_id", maintain_order="left"
    )
    return with_outcomes(source, head, people).select(list(RECORDED))


def _arm(people: pl.DataFrame) -> Arm:
    left = int(people["left"].sum())
    return Arm(people["manager_id"].n_unique(), people.height, left, left / people.height if people.height else None)
