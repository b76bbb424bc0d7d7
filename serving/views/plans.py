"""Plans: sums over whole groups, which name nobody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from pipeline.language.translator import marked
from pipeline.listing.replacement_cost import REPLACEMENT_COST
from pipeline.store.plans import remove_plan, save_plan, saved_plans
from pipeline.store.reading import Published, PublishedScores
from serving.access.audit import Trail
from serving.access.halting import Shows
from serving.access.permissions import WHY_REFUSED
from serving.http.answers import Table
from serving.http.problems import Refusal
from serving.schemas.plans import (
    LeversOfPlan,
    PlanAnswer,
    PlanGroup,
    PlanIfWrong,
    PlanList,
    PlanMoney,
    PlanRequest,
    PlanShare,
)
from serving.schemas.risks import Range
from serving.settings import ServerSettings
from serving.views.champion import Champion
from serving.views.months import current

if TYPE_CHECKING:
    import polars as pl

    from pipeline.planning.plan import Evaluated, Funded, GroupPlan, Money, Plan, Prices, Staff

MEANS: Final = marked(
    "How exits differ between people who differ in this way. This is an association, not a promise: it does not show "
    "that the change would make anybody stay. Only a trial shows that."
)
NO_LEVER: Final = "The request names no change. Name at least one."
COLUMNS: Final = (
    "plan", "group", "why_not", "people", "reached", "exits", "exits_avoided", "low", "high", "cost_a_year", "cost",
    "saved", "net", "funded_people",
)  # fmt: skip
"""Of a plan as a table."""

EXITS_DIGITS: Final = 1
PAY_DIGITS: Final = 2
MONEY_DIGITS: Final = -3
"""Money is rounded to thousands. Rounding blurs; it replaces no suppression."""


class Figures:
    """The published figures of everyone, in memory: those of one publication, as long as nobody of it is erased."""

    def __init__(self) -> None:
        self._held: tuple[tuple[int, int], tuple[pl.DataFrame, pl.DataFrame]] | None = None
        self._reading = Lock()

    def of(self, scores: PublishedScores, published: Published) -> "tuple[pl.DataFrame, pl.DataFrame]":
        """Posts and figures (`PublishedScores.staff_figures`)."""
        key = published.id, scores.count_scored(published)
        with self._reading:
            if self._held is None or self._held[0] != key:
                self._held = key, scores.staff_figures(published)
            return self._held[1]


@dataclass(frozen=True)
class Planning:
    """What plans are computed with."""

    champion: Champion
    figures: Figures
    settings: ServerSettings

    def answer(self, scores: PublishedScores, request: PlanRequest) -> PlanAnswer:
        """A plan's figures. Raises 422 for a plan without a lever or with a pay cut."""
        plan = _plan(request)
        from pipeline.planning.evaluation import evaluate

        published = current(scores)
        model = self.champion.of(published.model_version)
        evaluated = evaluate(plan, self._staff(scores, published, plan), model, _prices(self.settings))
        return _answer(published, request, evaluated)

    def saved(self, scores: PublishedScores, name: str | None = None) -> PlanList:
        """The saved plans, or the one with a name. Raises 404 for a name that is not saved."""
        asked = saved_plans(scores.connection, current(scores).source)
        if name is not None and name not in asked:
            raise not_saved()
        wanted = asked if name is None else {name: asked[name]}
        return PlanList(plans=[self.answer(scores, PlanRequest(**each)) for each in wanted.values()])

    def _staff(self, scores: PublishedScores, published: Published, plan: "Plan") -> "Staff":
        from pipeline.planning.plan import DIMENSIONS, Staff

        whole = scores.whole()
        people: dict[str, dict[str, int]] = {
            name: _head_counts(whole.group_figures(published, name)) for name in DIMENSIONS
        }
        mine = [row["value"] for row in scores.group_figures(published, plan.by) if row["value"] is not None]
        return Staff(*self.figures.of(whole, published), people, mine)


def save(audit: Trail, request: PlanRequest) -> None:
    """Save a plan under its name, in place of one with the same name. Raises 409 if there are too many."""
    with audit.change(Shows.GROUPS) as change:
        asked = request.model_dump(mode="json")
        source = current(change.scores).source
        if not save_plan(change.connection, source, str(request.name), asked, datetime.now(UTC)):
            raise Refusal(409, "too-many-plans", "Too many plans are saved. Delete one first.")
        change.record("plan saved", None)


def remove(audit: Trail, name: str) -> None:
    """Delete a saved plan. Raises 404 if there is none of that name."""
    with audit.change(Shows.GROUPS) as change:
        if not remove_plan(change.connection, current(change.scores).source, name):
            raise not_saved()
        change.record("plan deleted", None)


def not_saved() -> Refusal:
    """The refusal for a name under which no plan is saved."""
    return Refusal(404, "no-such-plan", "No plan is saved under this name.")


def plan_table(plans: Sequence[PlanAnswer]) -> Table:
    """Plans as a table: a row for each group, and one for all groups of a plan together."""
    rows = [_cells(plan.name, row) for plan in plans for row in (*plan.groups, plan.total)]
    return Table("plans", COLUMNS, rows)


def _cells(name: str | None, row: PlanGroup) -> list[Any]:
    pay = row.pay.model_dump() if row.pay else {}
    span = {"low": row.range.low, "high": row.range.high} if row.range else {}
    cells: Mapping[str, Any] = row.model_dump() | pay | span
    cells = {**cells, "plan": name, "funded_people": row.funded.people if row.funded else None}
    return [cells.get(column) for column in COLUMNS]


def _plan(request: PlanRequest) -> "Plan":
    if request.levers.raise_percent is not None and request.levers.raise_percent < 0:
        reason = WHY_REFUSED["pay_cut"]
        raise Refusal(422, "pay-cut", reason)
    if request.levers == LeversOfPlan():
        raise Refusal(422, "no-lever", NO_LEVER)
    from pipeline.planning.plan import Plan
    from pipeline.planning.plan_levers import PlanLevers

    levers = request.levers.model_dump()
    levers["raise_percent"] = levers["raise_percent"] or None  # of nothing
    return Plan(
        by=request.by,
        levers=PlanLevers(**levers),
        groups=tuple(dict.fromkeys(request.groups)),
        further_cost=request.further_cost,
        budget=request.budget,
        least_people=request.least_people,
    )


def _prices(settings: ServerSettings) -> "Prices":
    from pipeline.planning.plan import Prices

    return Prices(REPLACEMENT_COST, settings.pay_bands or None)  # the setting may be in any unit


def _head_counts(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    return {row["value"]: row["people"] for row in rows if row["people"] is not None and row["value"] is not None}


def _answer(published: Published, request: PlanRequest, evaluated: "Evaluated") -> PlanAnswer:
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
        basis="association",
        means=MEANS,
    )


def _group(row: "GroupPlan") -> PlanGroup:
    return PlanGroup(
        group=row.group,
        why_not=row.why,
        people=row.people,
        reached=row.reached,
        exits=None if row.exits is None else _exits(row.exits),
        exits_avoided=None if row.avoided is None else _exits(row.avoided.value),
        range=None if row.avoided is None else Range(low=_exits(row.avoided.low), high=_exits(row.avoided.high)),
        pay=None if row.pay is None else _money(row.pay, PAY_DIGITS),
        money=None if row.money is None else _money(row.money, MONEY_DIGITS),
        funded=None if row.funded is None else _share(row.funded),
    )


def _share(funded: "Funded") -> PlanShare:
    return PlanShare(people=funded.people, exits_avoided=_exits(funded.avoided), pay=_money(funded.pay, PAY_DIGITS))


def _money(money: "Money", digits: int) -> PlanMoney:
    figures = {"cost_a_year": money.cost_a_year, "cost": money.cost, "saved": money.saved, "net": money.net}
    return PlanMoney(**{name: round(value, digits) + 0.0 for name, value in figures.items()})


def _exits(number: float) -> float:
    return round(float(number), EXITS_DIGITS) + 0.0


def _pay(number: float) -> float:
    return round(number, PAY_DIGITS) + 0.0
