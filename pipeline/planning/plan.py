"""What is asked of a plan, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from pipeline.judgement.statistics.figures import Bounded
from pipeline.listing.replacement_cost import Costs
from pipeline.planning.measured import MeasuredEffect
from pipeline.planning.plan_levers import PlanLevers

Dimension = Literal["department", "location", "level"]
By = Literal["department", "location", "level", "job"]
DIMENSIONS: Final[tuple[Dimension, ...]] = ("department", "location", "level")
"""What the groups of a plan are; a manager's team is none, because it names the manager."""

Why = Literal["few_people", "few_reached", "changed"]
"""Why a group has no figures: too few people, too few whom the change reaches, or people were erased since."""


@dataclass(frozen=True)
class Plan:
    """What is asked. `groups` of the dimension `by`, all of them if empty; of each the people who are also `within` a
    group of other dimensions.

    provider: the department that `provider_rating_at_least` is about. further_cost: in a year's pay, for each person
    reached and year, beside the raise itself. budget: in years of pay, for a year; None for everyone. least_people: of
    each group, reached before the rest of the budget is divided.
    """

    by: By
    levers: PlanLevers
    groups: tuple[str, ...] = ()
    within: Mapping[By, str] = field(default_factory=dict)
    provider: str | None = None
    further_cost: float = 0.0
    budget: float | None = None
    least_people: int = 0

    @property
    def is_of_parts(self) -> bool:
        """Whether it is about jobs or intersections, which have no published figures."""
        return bool(self.within) or self.by not in DIMENSIONS


@dataclass(frozen=True)
class Prices:
    """The cost of replacing a person, in years of pay, by level; and a year's pay by level, None where not given."""

    replacement: Costs
    pay: Costs | None = None


@dataclass(frozen=True)
class Money:
    """Costs of one kind: within the horizon, in a year, and what the avoided exits would have cost within the horizon.

    net = saved − cost.
    """

    cost_a_year: float
    cost: float
    saved: float

    @property
    def net(self) -> float:
        return self.saved - self.cost

    def times(self, share: float) -> "Money":
        """The same costs for a share of the people."""
        return Money(self.cost_a_year * share, self.cost * share, self.saved * share)

    def plus(self, other: "Money") -> "Money":
        """Both together."""
        return Money(self.cost_a_year + other.cost_a_year, self.cost + other.cost, self.saved + other.saved)


@dataclass(frozen=True)
class Funded:
    """What a group gets of the budget: for how many people, the exits that this avoids, and what it costs."""

    people: int
    avoided: float
    pay: Money


@dataclass(frozen=True)
class GroupPlan:
    """The figures of a group, or of all shown groups together; None where `why` says so.

    reached: people whom the change reaches. exits: expected within the horizon without it. avoided: fewer of them with
    it, by what is in force: `association`, with a 90 % range, NaN where the model does not know it, or `measured`, None
    without a trial. pay: in years of pay. money: in the currency of the pay bands, None without them.
    """

    group: str | None
    why: Why | None = None
    people: int | None = None
    reached: int | None = None
    exits: float | None = None
    avoided: Bounded | None = None
    association: Bounded | None = None
    measured: Bounded | None = None
    pay: Money | None = None
    money: Money | None = None
    funded: Funded | None = None


@dataclass(frozen=True)
class IfWrong:
    """What would remain if the change avoided only a share of the exits that the association suggests."""

    share: float
    avoided: float
    net: float


@dataclass(frozen=True)
class Evaluated:
    """A plan's figures: a row for each group, all shown groups together, and what if the association is no effect.

    budget_lacks: years of pay that the budget lacks for the least number of people, so that it is not divided.
    is_weighted: whether people differ in how hard they are to replace, so that what is saved is weighted with it.
    trial: what was measured of the lever; the figures use it once it is in force.
    """

    plan: Plan
    groups: tuple[GroupPlan, ...]
    total: GroupPlan
    budget_lacks: float | None
    if_wrong: tuple[IfWrong, ...]
    is_weighted: bool
    trial: MeasuredEffect | None = None
