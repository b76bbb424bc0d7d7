"""Which action helps whom? Compares the exits of people by the action that their list suggested first.

Each person counts in the month of the draw and with the action that was drawn, whatever was done (intention to treat).
An action is compared with the other actions for the same driver, at equal published risk, with errors over managers.
The looks are those of a roll-out (`pipeline.lists.trial.comparison`), and the 5 % are shared by all comparisons.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from features.contract.vocabulary import Driver
from features.source import Source
from pipeline.dataset.dated import load_dated
from pipeline.dataset.workspace import workspace
from pipeline.judgement.statistics.figures import Bounded
from pipeline.judgement.statistics.sequential import ERROR
from pipeline.language.actions import Action, actions, comparisons
from pipeline.lists.offers.against_nothing import RECORDED, EffectOfAction, effects, recorded_in
from pipeline.lists.offers.each_action import for_each_action
from pipeline.lists.offers.power import Power, power
from pipeline.lists.offers.registered import plan_of
from pipeline.lists.offers.verdict import NOT_DRAWN, TOO_EARLY, verdict
from pipeline.lists.rollout import allocations
from pipeline.lists.trial.comparison import Look, Plan, looks
from pipeline.lists.trial.effect import matured_heads
from pipeline.lists.trial.outcomes import with_outcomes
from pipeline.settings import Settings
from pipeline.store.answers import last_answers
from pipeline.store.reading import Published, PublishedScores
from pipeline.store.store import Store
from pipeline.store.trials.first_offers import first_offers


@dataclass(frozen=True)
class ActionEffect:
    """The people for whom an action was drawn, and their exits beside those of the other actions for the driver.

    `done`: about how many the answer of that month records this action. `difference` is the share who left less the
    share of the others (negative: fewer exits), with an interval that holds over all looks and all actions together;
    `detectable` is the difference that as much data would detect four times in five. They are None before the first
    look with enough data. `found_in` is the month of the first look whose interval excluded zero.
    """

    driver: Driver
    action: str
    text: str
    managers: int
    people: int
    done: int
    left: int
    share: float | None
    difference: Bounded | None
    detectable: float | None
    found_in: str | None
    verdict: str


@dataclass(frozen=True)
class OffersReport:
    """The report of `retention effect --offers`; `plan` is None before the first draw.

    `compared`: the number of comparisons that share the 5 %. `power`: what the planned months would detect, by driver,
    from the lists of the published months. `against_nothing`: each action beside people whose managers got no list, if
    a roll-out held some out (`held_out`: how many people of matured months).
    """

    source: str
    plan: Plan | None
    compared: int
    actions: Sequence[ActionEffect]
    power: Sequence[Power]
    verdict: str
    against_nothing: Sequence[EffectOfAction] = ()
    held_out: int = 0


DRAWN: Final = {
    "employee_id": pl.String,
    "manager_id": pl.String,
    "driver": pl.String,
    "action": pl.String,
    "is_done": pl.Boolean,
    "left": pl.Boolean,
    "risk": pl.Float64,
    "month": pl.String,
}
"""The rows that are compared: everyone with a first offer whose month has matured."""


def as_json(report: OffersReport) -> dict[str, Any]:
    """The report as `retention effect --offers --json` writes it."""
    return asdict(report)


def offers_effect(source: Path, settings: Settings) -> OffersReport:
    """Compares the first offers of a source. Raises BadInput for a source without dates."""
    with workspace(settings) as folder:
        why, remedy = "no exit can follow a list", "Compare the offers on a source with dates."
        loaded = load_dated(source, folder / "tables", why, remedy, settings)
        with closing(Store.of(settings)) as store, store.reading() as scores:
            offers = first_offers(scores.connection, loaded.name).values()
            plan = plan_of(scores.connection, offers, settings)
            heads = matured_heads(loaded, scores)
            rows = pl.concat([pl.DataFrame(schema=DRAWN), *(drawn_in(loaded, scores, head) for head in heads)])
            allocated = allocations(scores.connection, loaded.name)
            recorded = [recorded_in(loaded, scores, head, allocated) for head in heads]
            promised = power(scores, loaded.name, settings)
    until = max((head.month for head in heads), default="")
    found = compared(rows, plan, until, actions()) if plan else []
    both = pl.concat([pl.DataFrame(schema=RECORDED), *recorded])
    without = int(both["action"].null_count())
    return OffersReport(
        source=loaded.name,
        plan=plan,
        compared=comparisons(actions()),
        actions=found,
        power=promised,
        verdict=_summary(found, plan),
        against_nothing=effects(both, plan, until, actions()) if plan and without else [],
        held_out=without,
    )


def compared(
    rows: pl.DataFrame, plan: Plan, matured_until: str, of_drivers: Mapping[Driver, Sequence[Action]]
) -> list[ActionEffect]:
    """Every action beside the other actions for its driver, from rows of `DRAWN`."""
    error = ERROR / comparisons(of_drivers)
    return for_each_action(
        rows, plan, of_drivers, lambda part, action: _effect(part, action, plan, matured_until, error)
    )


def _effect(rows: pl.DataFrame, action: Action, plan: Plan, matured_until: str, error: float) -> ActionEffect:
    parts = rows.with_columns(gets_lists=pl.col("action") == action.key)
    own = parts.filter(pl.col("gets_lists"))
    seen = looks(parts, plan, matured_until, error)
    last: Look | None = seen[-1] if seen else None
    left = int(own["left"].sum())
    return ActionEffect(
        action.driver,
        action.key,
        action.text,
        managers=own["manager_id"].n_unique(),
        people=own.height,
        done=int(own["is_done"].sum()),
        left=left,
        share=left / own.height if own.height else None,
        difference=last.difference if last else None,
        detectable=last.detectable if last else None,
        found_in=next((look.month for look in seen if look.is_found), None),
        verdict=verdict(last, parts),
    )


def drawn_in(source: Source, scores: PublishedScores, head: Published) -> pl.DataFrame:
    """`DRAWN` of those whose first offer was drawn in a matured month."""
    drawn = [each for each in first_offers(scores.connection, source.name).values() if each.month == head.month]
    done = {person: answer.action for person, answer in last_answers(scores.connection, head).items()}
    rows = [
        (each.employee_id, each.manager_id, each.driver, each.action, done.get(each.employee_id) == each.action)
        for each in drawn
    ]
    columns = {name: DRAWN[name] for name in ("employee_id", "manager_id", "driver", "action", "is_done")}
    people = pl.DataFrame(rows, schema=columns, orient="row").join(
        scores.teams(head).select("employee_id", "risk"), on="employee_id", maintain_order="left"
    )
    return with_outcomes(source, head, people).select(list(DRAWN))


def _summary(effects: Sequence[ActionEffect], plan: Plan | None) -> str:
    if plan is None:
        return NOT_DRAWN
    if all(each.difference is None for each in effects):
        return TOO_EARLY.format(month=plan.month(plan.ends[0]))
    found = [each for each in effects if each.difference and not each.difference.low <= 0 <= each.difference.high]
    if not found:
        return "No action can be distinguished from the others yet. Each line states what as much data would detect."
    return f"{len(found)} of {len(effects)} actions can be distinguished from the others."
