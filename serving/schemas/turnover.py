"""What happened: turnover by month and group. Figures are null where they are suppressed or not known."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from serving.schemas.example import example

TurnoverBy = Literal["everyone", "department", "level", "location", "job", "tenure", "cohort", "contract", "manager"]


class RateOfExits(BaseModel):
    """Exits a year per person, with the exact 95 % interval."""

    value: float
    low: float
    high: float


class RateComparison(BaseModel):
    """A rate divided by another, with the exact 95 % interval; null above where it has no end."""

    ratio: float
    low: float
    high: float | None
    p: float = Field(description="probability of a ratio at least as far from 1, if nothing differed")
    p_adjusted: float | None = Field(description="corrected for the number of groups (Benjamini and Hochberg)")


class ReplacementTime(BaseModel):
    """How long places stay empty after an exit."""

    exits: int
    followed: int = Field(description="exits that a hire or a transfer has followed in the same department and job")
    median_days: float | None = Field(description="counts places that are still empty; null while most are")


class TurnoverMonth(BaseModel):
    """A group in a month. Kinds of exits are null where they would reveal how fewer than three people left."""

    month: str
    by: TurnoverBy
    group: str | None = Field(description="null for everyone, and for people whose group is not known")
    people: int | None = Field(description="employed at the end of the month")
    person_months: float | None = Field(description="months at risk of leaving")
    hires: int | None
    exits: int | None = Field(description="exits of any kind")
    voluntary: int | None
    involuntary: int | None
    other: int | None
    voluntary_rate_12m: RateOfExits | None = Field(description="of the twelve months up to the end of the month")


class TurnoverGroup(BaseModel):
    """A group over the last twelve months."""

    by: TurnoverBy
    group: str | None
    people_start: int | None
    people_end: int | None
    person_months: float | None
    hires: int | None
    exits: int | None
    moves: int | None = Field(description="people who came from other groups, less those who went there")
    total_rate: RateOfExits | None
    voluntary: int | None
    involuntary: int | None
    other: int | None
    voluntary_rate: RateOfExits | None
    involuntary_rate: RateOfExits | None
    other_rate: RateOfExits | None
    headcount_rate: float | None = Field(description="voluntary exits divided by the mean head count (ISO 30414)")
    regretted: int | None = Field(description="voluntary exits that the company regrets, of those `judged`")
    judged: int | None
    year_before: RateComparison | None = Field(description="the voluntary rate, compared with the year before")
    expected_exits: float | None = Field(description="voluntary exits that published scores expected")
    expected: RateComparison | None = Field(description="voluntary exits, compared with the expected ones")
    is_more_than_expected: bool | None = Field(
        description="than published scores expected, else than in the year before; one false alarm in twenty alarms"
    )
    market_rate: float | None
    replacement: ReplacementTime | None


class ExitReason(BaseModel):
    """A stated reason of voluntary exits; null for those of fewer than three leavers and for none."""

    reason: str | None
    exits: int
    share: float


class LeaversDriver(BaseModel):
    """What a driver added to log-odds, on average."""

    driver: str
    leavers: float = Field(description="of people before they left voluntarily")
    everyone: float


class RetentionPoint(BaseModel):
    """A cohort some months after the hire; shares of those hired."""

    months: int
    at_risk: int
    still_here: float
    voluntary: float | None
    involuntary: float | None
    other: float | None


class HireCohort(BaseModel):
    """People hired in a year; null for everyone."""

    cohort: str | None
    hired: int | None
    followed_90_days: int | None
    left_90_days: int | None
    followed_year: int | None
    left_year: int | None
    curve: list[RetentionPoint]


class SegmentCondition(BaseModel):
    """One of the groups that the people of a segment are in."""

    by: TurnoverBy
    group: str


class DriverDifference(BaseModel):
    """What a driver adds to the log-odds of a segment's people, on average, less what it adds to everyone else's."""

    driver: str
    difference: float


class TurnoverSegment(BaseModel):
    """People in two or three groups at once who left more than the groups explain, over the last twelve months."""

    conditions: list[SegmentCondition]
    people: int = Field(description="mean head count")
    exits: int
    voluntary: int
    expected: float = Field(description="voluntary exits that the groups explain")
    rate: RateOfExits
    last: RateComparison = Field(
        description="voluntary and expected exits, corrected for the segments that were tested"
    )
    earlier: RateComparison = Field(description="the same in the months that found it, where it is too high")
    drivers: list[DriverDifference] = Field([], description="the largest first; empty where it is not shown")


class ExpectedSegment(BaseModel):
    """People in two or three groups at once, of whom more are expected to leave than the groups explain."""

    conditions: list[SegmentCondition]
    people: int
    expected: float = Field(description="voluntary exits by the published risks")
    explained: float = Field(description="those that the groups explain")
    drivers: list[DriverDifference] = Field(description="the largest first")


class ScoredSegments(BaseModel):
    """Segments by the scores of a day."""

    snapshot_date: date
    horizon_months: int = Field(description="the months within which the exits are expected")
    expected: list[ExpectedSegment]


class TurnoverAnswer(BaseModel):
    """What happened in the source, within what the role and its scope may see."""

    model_config = example(
        source="acme",
        complete_from="2023-01-01",
        complete_until="2026-09-30",
        window_first="2025-10-31",
        window_last="2026-09-30",
        months=[],
        groups=[],
        reasons=[{"reason": "better offer", "exits": 14, "share": 0.28}],
        drivers=[{"driver": "pay", "leavers": 0.31, "everyone": 0.02}],
        drivers_of=50,
        cohorts=[],
        segments=[],
        scored_segments=None,
        regret="recorded",
        expectation="scores",
        notes=[],
    )

    source: str
    complete_from: date
    complete_until: date
    window_first: date = Field(description="first month of `groups`")
    window_last: date
    months: list[TurnoverMonth]
    groups: list[TurnoverGroup]
    reasons: list[ExitReason] = Field(description="of the twelve months")
    drivers: list[LeaversDriver] = Field(description="empty where no published score came before enough exits")
    drivers_of: int = Field(description="leavers whose scores `drivers` are about")
    cohorts: list[HireCohort]
    segments: list[TurnoverSegment] = Field(description="confirmed in months that did not find them; empty for most")
    scored_segments: ScoredSegments | None = Field(
        None, description="segments that are expected to lose more; null without published scores"
    )
    regret: Literal["recorded", "performance"] | None = Field(description="how it is known which exits are regretted")
    expectation: Literal["scores", "year_before"]
    notes: list[str]
