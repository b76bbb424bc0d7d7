"""Plans: sums over whole groups, which name nobody."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
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
from serving.http.problems import Refusal
from serving.schemas.plans import (
    LeversOfPlan,
    PlanAnswer,
    PlanList,
    PlanRequest,
)
from serving.settings import ServerSettings
from serving.views.champion import Champion
from serving.views.months import current
from serving.views.plan_answer import answer_of

if TYPE_CHECKING:
    from pipeline.outlook.parts import Parts
    from pipeline.planning.measured import MeasuredEffect
    from pipeline.planning.plan import Evaluated, Plan, Prices

NO_FIGURES: Final = marked(
    "The figures that plans are computed from are missing or damaged. Score the month again, with the state folder of "
    "this server."
)
NO_LEVER: Final = "The request names no change. Name at least one."
MOST_ANSWERS: Final = 200
"""Plans whose answers are held in memory."""


@dataclass(frozen=True)
class Planning:
    """What plans are computed with. `answers` are those of the publication that is served: sums of groups.

    offers: the JSON of a source's last `retention effect --offers`, None before it.
    """

    champion: Champion
    settings: ServerSettings
    offers: Callable[[str], Mapping[str, Any] | None] = lambda _source: None
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
        trials = [self._trial(published, plan) for plan in plans]
        asked = zip(requests, mine, trials, strict=True)
        keys = [(*left, request.model_dump_json(), seen, trial) for request, seen, trial in asked]
        with self.computing:
            missing = [at for at, key in enumerate(keys) if key not in self.answers]
            found = {key: self.answers[key] for key in keys if key in self.answers}
            if missing:
                evaluated = self._evaluated(scores, published, [(plans[at], mine[at], trials[at]) for at in missing])
                for at, each in zip(missing, evaluated, strict=True):
                    found[keys[at]] = self.answers[keys[at]] = answer_of(published, requests[at], each)
            while len(self.answers) > MOST_ANSWERS:
                self.answers.popitem(last=False)
        return [found[key] for key in keys]

    def _evaluated(
        self,
        scores: PublishedScores,
        published: Published,
        plans: "Sequence[tuple[Plan, tuple[str, ...] | None, MeasuredEffect | None]]",
    ) -> "list[Evaluated]":
        """The plans, each with the groups that the asker sees and what was measured of its lever."""
        from pipeline.planning.evaluation import evaluate
        from pipeline.planning.services import received_from
        from pipeline.planning.staff import Staff, figures_of, head_counts

        model, whole = self.champion.of(published.model_version), scores.whole()
        people = head_counts(whole, published)
        try:
            figures = figures_of(whole, published, model)
        except BadInput:
            raise Refusal(503, "no-figures-for-plans", NO_FIGURES) from None
        prices = _prices(self.settings)
        parts = self._parts(whole, published) if any(plan.is_of_parts for plan, _, _ in plans) else None
        pairs = whole.service_figures(published)
        received = [received_from(plan.provider, pairs) if plan.provider is not None else {} for plan, _, _ in plans]
        return [
            evaluate(plan, Staff(figures, people, mine, parts, by_department), model, prices, trial)
            for (plan, mine, trial), by_department in zip(plans, received, strict=True)
        ]

    def _trial(self, published: Published, plan: "Plan") -> "MeasuredEffect | None":
        from pipeline.planning.measured import measured_of

        return measured_of(self.offers(published.source), plan.levers)

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
