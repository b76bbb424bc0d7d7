"""A plan's answer: figures rounded and in words, and as a table."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from pipeline.language.actions import action_of
from pipeline.language.translator import marked
from pipeline.store.reading import Published
from serving.http.answers import Table
from serving.schemas.plans import (
    PlanAnswer,
    PlanAvoided,
    PlanGroup,
    PlanIfWrong,
    PlanMoney,
    PlanRequest,
    PlanShare,
    PlanTrial,
)
from serving.schemas.risks import Range

if TYPE_CHECKING:
    from pipeline.judgement.statistics.figures import Bounded
    from pipeline.planning.measured import MeasuredEffect
    from pipeline.planning.plan import Evaluated, Funded, GroupPlan, Money

MEANS: Final = marked(
    "How exits differ between people who differ in this way. This is an association, not a promise: it does not show "
    "that the change would make anybody stay. Only a trial shows that. In simulated companies, where the true effect "
    "is known, it was larger than a plan says, by a factor that differs between levers: compare groups, or steps of "
    "one lever."
)
AVERAGE: Final = marked(
    "Whom each person asks for services is not used: a better rating of one department's services moves the ratings of "
    "everyone in a department alike, by the share of these services in what the department asks for. It is an average."
)
MEASURED: Final = marked(
    "Measured in a trial: what suggesting this action to managers did for people on their lists, whether or not it was "
    "followed, beside people whose managers, drawn at random, got no list. The plan takes the same share of the exits "
    "expected of those whom the change reaches, at the mean risk of their group. The change itself may do more or less."
)
NOT_IN_FORCE: Final = marked(
    "A trial of this lever is running. Its figures so far are shown beside the association, which the plan uses until "
    "the trial ends or its interval excludes zero."
)
COLUMNS: Final = (
    "plan", "group", "within", "why_not", "people", "reached", "exits", "exits_avoided", "low", "high", "cost_a_year",
    "cost", "saved", "net", "funded_people", "basis", "by_association", "by_trial", "trial_low", "trial_high",
)  # fmt: skip
"""Of a plan as a table."""

EXITS_DIGITS: Final = 1
SHARE_DIGITS: Final = 3
PAY_DIGITS: Final = 2
MONEY_DIGITS: Final = -3
"""Money is rounded to thousands. Rounding blurs; it replaces no suppression."""


def plan_table(plans: Sequence[PlanAnswer]) -> Table:
    """Plans as a table: a row for each group, and one for all groups of a plan together."""
    rows = [_cells(plan, row) for plan in plans for row in (*plan.groups, plan.total)]
    return Table("plans", COLUMNS, rows)


def _cells(plan: PlanAnswer, row: PlanGroup) -> list[Any]:
    pay = row.pay.model_dump() if row.pay else {}
    span = {"low": row.range.low, "high": row.range.high} if row.range else {}
    cells: Mapping[str, Any] = row.model_dump() | pay | span
    within = ", ".join(plan.asked.within.values()) or None
    funded = row.funded.people if row.funded else None
    trial = row.measured.range if row.measured else None
    cells = {
        **cells,
        "plan": plan.name,
        "within": within,
        "funded_people": funded,
        "basis": plan.basis,
        "by_association": row.association.exits_avoided if row.association else None,
        "by_trial": row.measured.exits_avoided if row.measured else None,
        "trial_low": trial.low if trial else None,
        "trial_high": trial.high if trial else None,
    }
    return [cells.get(column) for column in COLUMNS]


def answer_of(published: Published, request: PlanRequest, evaluated: "Evaluated") -> PlanAnswer:
    """The answer to a request, with rounded figures."""
    return PlanAnswer(
        snapshot_date=published.snapshot_date,
        model_version=published.model_version,
        horizon_months=published.horizon_months,
        name=request.name,
        asked=request,
        groups=[_group(row) for row in evaluated.groups],
        total=_group(evaluated.total),
        budget_lacks=None if evaluated.budget_lacks is None else _pay(evaluated.budget_lacks),
        if_wrong=[
            PlanIfWrong(share=each.share, exits_avoided=_exits(each.avoided), net=_pay(each.net))
            for each in evaluated.if_wrong
        ],
        is_weighted=evaluated.is_weighted,
        basis="measured" if _is_measured(evaluated) else "association",
        means=MEASURED if _is_measured(evaluated) else MEANS,
        notes=_notes(request, evaluated),
        trial=_trial(evaluated.trial),
    )


def _is_measured(evaluated: "Evaluated") -> bool:
    return evaluated.trial is not None and evaluated.trial.is_in_force


def _notes(request: PlanRequest, evaluated: "Evaluated") -> list[str]:
    average = [AVERAGE] if request.provider is not None else []
    return average + ([NOT_IN_FORCE] if evaluated.trial is not None and not evaluated.trial.is_in_force else [])


def _trial(effect: "MeasuredEffect | None") -> PlanTrial | None:
    if effect is None:
        return None
    action, relative = action_of(effect.action), effect.relative
    figures = {name: getattr(effect, name) for name in ("people", "managers", "held_out", "months", "until")}
    return PlanTrial(
        action=effect.action,
        text=action.text if action else effect.action,
        relative=round(relative.value, SHARE_DIGITS),
        relative_low=round(relative.low, SHARE_DIGITS),
        relative_high=round(relative.high, SHARE_DIGITS),
        is_in_force=effect.is_in_force,
        **figures,
    )


def _group(row: "GroupPlan") -> PlanGroup:
    return PlanGroup(
        group=row.group,
        why_not=row.why,
        people=row.people,
        reached=row.reached,
        exits=None if row.exits is None else _exits(row.exits),
        exits_avoided=None if row.avoided is None else _exits(row.avoided.value),
        range=_range(row.avoided),
        association=_avoided(row.association),
        measured=_avoided(row.measured),
        pay=None if row.pay is None else _money(row.pay, PAY_DIGITS),
        money=None if row.money is None else _money(row.money, MONEY_DIGITS),
        funded=None if row.funded is None else _share(row.funded),
    )


def _avoided(avoided: "Bounded | None") -> PlanAvoided | None:
    return None if avoided is None else PlanAvoided(exits_avoided=_exits(avoided.value), range=_range(avoided))


def _range(avoided: "Bounded | None") -> Range | None:
    if avoided is None or not avoided.is_defined:
        return None
    return Range(low=_exits(avoided.low), high=_exits(avoided.high))


def _share(funded: "Funded") -> PlanShare:
    return PlanShare(people=funded.people, exits_avoided=_exits(funded.avoided), pay=_money(funded.pay, PAY_DIGITS))


def _money(money: "Money", digits: int) -> PlanMoney:
    figures = {"cost_a_year": money.cost_a_year, "cost": money.cost, "saved": money.saved, "net": money.net}
    return PlanMoney(**{name: round(value, digits) + 0.0 for name, value in figures.items()})


def _exits(number: float) -> float:
    return round(float(number), EXITS_DIGITS) + 0.0


def _pay(number: float) -> float:
    return round(number, PAY_DIGITS) + 0.0
