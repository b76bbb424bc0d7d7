"""Plans: a change for whole groups, what it costs and the exits it would avoid."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator, model_validator

from features.contract.ids import MOST_CHARACTERS
from pipeline.planning.ladders import LADDERS
from serving.schemas.example import example
from serving.schemas.risks import Range

PlanName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f/]*$"),
]
PlanBy = Literal["department", "location", "level", "job"]
GroupName = Annotated[str, StringConstraints(min_length=1, max_length=MOST_CHARACTERS, pattern=r"^[^\x00]*$")]


def _step(name: str, description: str) -> Any:
    """A threshold, which has the steps of its ladder."""
    steps = sorted(LADDERS[name])
    return Field(default=None, description=description, json_schema_extra={"enum": [*steps, None]})


class LeversOfPlan(BaseModel):
    """A change for everyone in the groups; what is not named stays unchanged. No lever takes anything away."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"raise_percent": 5}]})

    raise_percent: float | None = Field(
        default=None, ge=-100, le=50, allow_inf_nan=False, description="of base pay; a pay cut is refused"
    )
    pay_at_least_percent_of_market: float | None = _step(
        "pay_at_least_percent_of_market", "raises those who are paid less, as far as this"
    )
    promotion: bool = Field(default=False, description="one level up")
    overtime_hours_at_most: float | None = _step(
        "overtime_hours_at_most", "hours a month, as if it had applied for a year"
    )
    remote_days_at_least: float | None = _step("remote_days_at_least", "days a week")
    team_size_at_most: float | None = _step("team_size_at_most", "people under one manager")
    service_rating_at_least: float | None = _step(
        "service_rating_at_least", "mean rating that people give to the services of colleagues"
    )
    provider_rating_at_least: float | None = _step(
        "provider_rating_at_least",
        "mean rating that departments give to the services of `provider`; it moves the rating that their people give "
        "by the share of `provider` in what the department asks for, an average over the department",
    )

    @field_validator(*LADDERS)
    @classmethod
    def _on_its_ladder(cls, given: float | None, info: ValidationInfo) -> float | None:
        steps = LADDERS[str(info.field_name)]
        if given is not None and given not in steps:
            raise ValueError(f"must be one of {', '.join(f'{step:g}' for step in sorted(steps))}")
        return given


class PlanRequest(BaseModel):
    """What a plan is about."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"by": "department", "groups": ["Sales"], "levers": {"raise_percent": 5}, "name": "Raise in Sales"}
            ]
        },
    )

    by: PlanBy
    groups: list[GroupName] = Field(default=[], max_length=200, description="all groups if empty")
    within: dict[PlanBy, GroupName] = Field(
        default={},
        max_length=3,
        description="a group each of other dimensions: only those of `groups` count who are in all of them too",
        json_schema_extra={"examples": [{"location": "Riga", "level": "2"}]},
    )
    levers: LeversOfPlan
    provider: GroupName | None = Field(
        default=None, description="the department whose services `provider_rating_at_least` is about"
    )
    further_cost: float = Field(
        default=0,
        ge=0,
        le=5,
        allow_inf_nan=False,
        description="beside a raise: in years of pay, for each person whom the change reaches and year",
    )
    budget: float | None = Field(
        default=None,
        ge=0,
        le=1e9,
        allow_inf_nan=False,
        description="years of pay that may be spent in a year; it is divided among the groups",
    )
    least_people: int = Field(
        default=0, ge=0, le=1_000_000, description="people of each group who come first, so that no group is left out"
    )
    name: PlanName | None = Field(default=None, description="saves the plan under this name; do not name people")

    @model_validator(mode="after")
    def _with_its_provider(self) -> Self:
        if (self.provider is None) != (self.levers.provider_rating_at_least is None):
            raise ValueError("`provider` and `provider_rating_at_least` must be given together")
        return self

    @field_validator("within")
    @classmethod
    def _of_other_dimensions(cls, given: dict[PlanBy, str], info: ValidationInfo) -> dict[PlanBy, str]:
        if info.data.get("by") in given:
            raise ValueError("must name a group of another dimension than `by`, whose groups are named in `groups`")
        return given


class PlanMoney(BaseModel):
    """Costs; `cost` and `saved` are within the horizon. `net` is what is saved less the cost."""

    cost_a_year: float
    cost: float
    saved: float = Field(description="what replacing the people would have cost")
    net: float


class PlanShare(BaseModel):
    """What a group gets of the budget."""

    people: int
    exits_avoided: float
    pay: PlanMoney


class PlanAvoided(BaseModel):
    """Exits avoided by one way of knowing, with its range."""

    exits_avoided: float
    range: Range | None


class PlanTrial(BaseModel):
    """What a trial measured of the lever: the effect of suggesting `action` to managers first, done or not."""

    action: str
    text: str = Field(description="the action in words")
    relative: float = Field(description="effect on the share who leave: -0.3 is three in ten fewer")
    relative_low: float = Field(description="the interval holds for all looks and all actions together in 95 %")
    relative_high: float
    people: int = Field(description="to whom it was to be offered first")
    managers: int
    held_out: int = Field(description="people whose managers, drawn at random, got no list")
    months: int = Field(description="of lists")
    until: str
    is_in_force: bool = Field(
        description="whether the plan uses it: the trial ended, or the interval excluded zero at a look"
    )


class PlanGroup(BaseModel):
    """A group's figures, or those of all shown groups together; null where `why_not` gives the reason."""

    group: str | None = Field(description="null for all shown groups together")
    why_not: Literal["few_people", "few_reached", "changed"] | None = Field(
        description="too few people (20 are needed with `within`), or too few less those of other groups; too few whom "
        "the change reaches; people were erased since publication, or the date was published before for other people"
    )
    people: int | None
    reached: int | None = Field(description="people whom the change reaches")
    exits: float | None = Field(description="voluntary exits expected within the horizon without the change")
    exits_avoided: float | None
    range: Range | None = Field(
        description="of the exits avoided: 90 %, by what the model does not know; the interval of the trial if measured"
    )
    association: PlanAvoided | None = Field(default=None, description="by the model")
    measured: PlanAvoided | None = Field(default=None, description="by a trial; null without one")
    pay: PlanMoney | None = Field(description="in years of pay")
    money: PlanMoney | None = Field(description="in the currency of the pay bands (`RETENTION_PAY_BANDS`)")
    funded: PlanShare | None = Field(description="with a budget: what the group gets of it")


class PlanIfWrong(BaseModel):
    """What remains if the change avoids only a share of the exits."""

    share: float
    exits_avoided: float
    net: float = Field(description="in years of pay, within the horizon")


_EXAMPLE: Final = {
    "why_not": None,
    "people": 48,
    "reached": 48,
    "exits": 5.1,
    "exits_avoided": 0.6,
    "range": {"low": 0.4, "high": 0.8},
    "association": {"exits_avoided": 0.6, "range": {"low": 0.4, "high": 0.8}},
    "measured": None,
    "pay": {"cost_a_year": 2.4, "cost": 1.2, "saved": 0.12, "net": -1.08},
    "money": None,
    "funded": None,
}


class PlanAnswer(BaseModel):
    """What a plan would cost and avoid."""

    model_config = example(
        snapshot_date="2026-09-30",
        model_version="4",
        horizon_months=6,
        name="Raise in Sales",
        asked={"by": "department", "groups": ["Sales"], "levers": {"raise_percent": 5}},
        groups=[{"group": "Sales", **_EXAMPLE}],
        total={"group": None, **_EXAMPLE},
        budget_lacks=None,
        if_wrong=[{"share": 0.5, "exits_avoided": 0.3, "net": -1.14}],
        is_weighted=False,
        basis="association",
        means="How exits differ between people who differ in this way. This is an association, not a promise.",
    )

    snapshot_date: date
    model_version: str
    horizon_months: int
    name: str | None
    asked: PlanRequest
    groups: list[PlanGroup]
    total: PlanGroup
    budget_lacks: float | None = Field(
        description="years of pay that the budget lacks for `least_people` of every group: then it is not divided"
    )
    if_wrong: Sequence[PlanIfWrong]
    is_weighted: bool = Field(
        description="whether what is saved is weighted with how hard people are to replace (the source's `criticality`)"
    )
    basis: Literal["association", "measured"] = Field(
        description="`measured` once a trial has measured the effect of the lever; the figures in force are of this"
    )
    trial: PlanTrial | None = Field(default=None, description="null where no trial has measured the plan's lever")
    means: str = Field(description="what the figures mean, and what they do not")
    notes: Sequence[str] = Field(default=(), description="what else to know of these figures")


class PlanList(BaseModel):
    """The saved plans, computed from the current scores, by name."""

    model_config = example(plans=[])

    plans: list[PlanAnswer]
