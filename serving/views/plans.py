"""Plans: sums over whole groups, which name nobody."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from features.errors import BadInput
from pipeline.language.translator import marked
from pipeline.listing.replacement_cost import REPLACEMENT_COST
from pipeline.store.operations.plans import remove_plan, save_plan, saved_plans
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
    from pipeline.judgement.statistics.figures import Bounded
    from pipeline.outlook.parts import Parts
    from pipeline.planning.plan import Evaluated, Funded, GroupPlan, Money, Plan, Prices

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
NO_FIGURES: Final = marked(
    "The figures that plans are computed from are missing or damaged. Score the month again, with the state folder of "
    "this server."
)
NO_LEVER: Final = "The request names no change. Name at least one."
COLUMNS: Final = (
    "plan", "group", "within", "why_not", "people", "reached", "exits", "exits_avoided", "low", "high", "cost_a_year",
    "cost", "saved", "net", "funded_people",
)  # fmt: skip
"""Of a plan as a table."""

EXITS_DIGITS: Final = 1
PAY_DIGITS: Final = 2
MONEY_DIGITS: Final = -3
"""Money is rounded to thousands. Rounding blurs; it replaces no suppression."""
MOST_ANSWERS: Final = 200
"""Plans whose answers are held in memory."""


@dataclass(frozen=True)
class Planning:
    """What plans are computed with. `answers` are those of the publication that is served: sums of groups."""

    champion: Champion
    settings: ServerSettings
    answers: "OrderedDict[tuple[Any, ...], PlanAnswer]" = field(default_factory=OrderedDict)
    parts: "dict[tuple[int, int], Parts | None]" = field(default_factory=dict)
    computing: Lock = field(default_factory=Lock)

    def answer(self, scores: PublishedScores, request: PlanRequest) -> PlanAnswer:
        """A plan's figures. Raises 422 for a plan without a lever or with a pay cut."""
        return self._answers(scores, [request])[0]

    def _answers(self, scores: PublishedScores, requests: Sequence[PlanRequest]) -> list[PlanAnswer]:
        """The figures are read once, and only if some plan has not been computed for the same people and groups. One
        request computes at a time, since everyone's figures are in memory meanwhile.
        """
        plans = [_plan(request) for request in requests]
        published = current(scores)
        mine = [_mine(scores, published, plan) for plan in plans]
        left = published.id, scores.count_scored(published)
        keys = [(*left, request.model_dump_json(), seen) for request, seen in zip(requests, mine, strict=True)]
        with self.computing:
            missing = [at for at, key in enumerate(keys) if key not in self.answers]
            found = {key: self.answers[key] for key in keys if key in self.answers}
            if missing:
                evaluated = self._evaluated(scores, published, [(plans[at], mine[at]) for at in missing])
                for at, each in zip(missing, evaluated, strict=True):
                    found[keys[at]] = self.answers[keys[at]] = _answer(published, requests[at], each)
            while len(self.answers) > MOST_ANSWERS:
                self.answers.popitem(last=False)
        return [found[key] for key in keys]

    def _evaluated(
        self,
        scores: PublishedScores,
        published: Published,
        plans: "Sequence[tuple[Plan, tuple[str, ...] | None]]",
    ) -> "list[Evaluated]":
        """The plans, each with the groups that the asker sees."""
        from pipeline.planning.evaluation import evaluate
        from pipeline.planning.plan import DIMENSIONS
        from pipeline.planning.services import received_from
        from pipeline.planning.staff import Staff, figures_of

        model, whole = self.champion.of(published.model_version), scores.whole()
        people: dict[str, dict[str, int]] = {
            name: _head_counts(whole.group_figures(published, name)) for name in DIMENSIONS
        }
        try:
            figures = figures_of(whole, published, model)
        except BadInput:
            raise Refusal(503, "no-figures-for-plans", NO_FIGURES) from None
        prices = _prices(self.settings)
        parts = self._parts(whole, published) if any(plan.is_of_parts for plan, _ in plans) else None
        pairs = whole.service_figures(published)
        received = [received_from(plan.provider, pairs) if plan.provider is not None else {} for plan, _ in plans]
        return [
            evaluate(plan, Staff(figures, people, mine, parts, by_department), model, prices)
            for (plan, mine), by_department in zip(plans, received, strict=True)
        ]

    def jobs(self, scores: PublishedScores) -> list[str]:
        """The jobs that a plan may be about; none within a scope."""
        if scores.scope is not None:
            return []
        with self.computing:
            return sorted((self._parts(scores.whole(), current(scores)) or {}).get("job", ()))

    def _parts(self, scores: PublishedScores, published: Published) -> "Parts | None":
        """They are read once for the same people."""
        from pipeline.outlook.parts import known_parts

        key = published.id, scores.count_scored(published)
        if key not in self.parts:
            self.parts.clear()
            self.parts[key] = known_parts(scores, published)
        return self.parts[key]

    def saved(self, scores: PublishedScores, name: str | None = None) -> PlanList:
        """The saved plans, or the one with a name. Raises 404 for a name that is not saved."""
        asked = saved_plans(scores.connection, current(scores).source)
        if name is not None and name not in asked:
            raise not_saved()
        wanted = asked if name is None else {name: asked[name]}
        return PlanList(plans=self._answers(scores, [PlanRequest(**each) for each in wanted.values()]))


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
    rows = [_cells(plan, row) for plan in plans for row in (*plan.groups, plan.total)]
    return Table("plans", COLUMNS, rows)


def _cells(plan: PlanAnswer, row: PlanGroup) -> list[Any]:
    pay = row.pay.model_dump() if row.pay else {}
    span = {"low": row.range.low, "high": row.range.high} if row.range else {}
    cells: Mapping[str, Any] = row.model_dump() | pay | span
    within = ", ".join(plan.asked.within.values()) or None
    funded = row.funded.people if row.funded else None
    cells = {**cells, "plan": plan.name, "within": within, "funded_people": funded}
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
        within=request.within,
        provider=request.provider,
        further_cost=request.further_cost,
        budget=request.budget,
        least_people=request.least_people,
    )


def _prices(settings: ServerSettings) -> "Prices":
    from pipeline.planning.plan import Prices

    return Prices(REPLACEMENT_COST, settings.pay_bands or None)  # the setting may be in any unit


def _mine(scores: PublishedScores, published: Published, plan: "Plan") -> tuple[str, ...] | None:
    """The groups of a plan that the asker sees; None for all. What lies within a group that the asker sees is seen."""
    of_figures = {"department", "location", "level"}
    seen = {
        name: _groups(scores.group_figures(published, name)) for name in {plan.by, *plan.within} if name in of_figures
    }
    if any(group in seen.get(name, ()) for name, group in plan.within.items()):
        return None
    return seen.get(plan.by, () if scores.scope is not None else None)


def _groups(rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(row["value"] for row in rows if row["value"] is not None)


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
        is_weighted=evaluated.is_weighted,
        basis="association",
        means=MEANS,
        notes=[AVERAGE] if request.provider is not None else [],
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
        pay=None if row.pay is None else _money(row.pay, PAY_DIGITS),
        money=None if row.money is None else _money(row.money, MONEY_DIGITS),
        funded=None if row.funded is None else _share(row.funded),
    )


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
