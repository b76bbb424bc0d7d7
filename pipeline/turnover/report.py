"""The figures of turnover, as others read them. A figure that may not be shown, or is not defined, is None."""

from dataclasses import dataclass, field
from datetime import date

from pipeline.turnover.rates import Comparison, Rate


@dataclass(frozen=True)
class MonthRow:
    """A group in a month. people: at its end. voluntary_rate_12m: of the twelve months up to its end."""

    month: date
    by: str
    group: str | None
    people: int | None = None
    person_months: float | None = None
    hires: int | None = None
    exits: int | None = None
    voluntary: int | None = None
    involuntary: int | None = None
    other: int | None = None
    voluntary_rate_12m: Rate | None = None


@dataclass(frozen=True)
class Replacement:
    """Exits from a department and job, how many have been followed by somebody new, and the median days until then.

    The median counts exits that nobody has followed yet (Kaplan-Meier); None while fewer than half have been followed.
    """

    exits: int
    followed: int
    median_days: float | None


@dataclass(frozen=True)
class GroupRow:
    """A group over the last twelve months, or the whole period where it is shorter.

    moves: people who came from another group or into view, less those who went. headcount_rate: voluntary exits divided
    by the mean head count, as ISO 30414 has it. year_before: the voluntary rate compared with the twelve months before.
    expected: voluntary exits compared with what published scores expected. market_rate: that of the source's table.
    is_more_than_expected: None where nothing was expected.
    """

    by: str
    group: str | None
    people_start: int | None = None
    people_end: int | None = None
    person_months: float | None = None
    hires: int | None = None
    exits: int | None = None
    moves: int | None = None
    total_rate: Rate | None = None
    voluntary: int | None = None
    involuntary: int | None = None
    other: int | None = None
    voluntary_rate: Rate | None = None
    involuntary_rate: Rate | None = None
    other_rate: Rate | None = None
    headcount_rate: float | None = None
    regretted: int | None = None
    judged: int | None = None
    year_before: Comparison | None = None
    expected_exits: float | None = None
    expected: Comparison | None = None
    is_more_than_expected: bool | None = None
    market_rate: float | None = None
    replacement: Replacement | None = None

    @property
    def is_suppressed(self) -> bool:
        """Whether nothing of the group is shown."""
        return self.person_months is None


@dataclass(frozen=True)
class ReasonRow:
    """A stated reason of voluntary exits in the window; None: not stated, or by too few leavers to name it."""

    reason: str | None
    exits: int
    share: float


@dataclass(frozen=True)
class DriverRow:
    """What a driver added to the log-odds of people before they left, on average, and to those of everyone scored."""

    driver: str
    leavers: float
    everyone: float


@dataclass(frozen=True)
class Checkpoint:
    """A cohort some months after the hire: the share still employed, and the shares who left by kind.

    at_risk: people observed at that time.
    """

    months: int
    at_risk: int
    still_here: float
    voluntary: float | None = None
    involuntary: float | None = None
    other: float | None = None


@dataclass(frozen=True)
class CohortRow:
    """People hired in a year, or everyone (`cohort` None), observed from the hire on.

    followed_90_days: those whose first 90 days lie within the observed period; left_90_days: who left in them, in any
    way. Likewise for the first year.
    """

    cohort: str | None
    hired: int | None = None
    followed_90_days: int | None = None
    left_90_days: int | None = None
    followed_year: int | None = None
    left_year: int | None = None
    curve: tuple[Checkpoint, ...] = ()


@dataclass(frozen=True)
class Condition:
    """One of the groups that a segment is in: the dimension and the group."""

    by: str
    group: str


@dataclass(frozen=True)
class DriverDifference:
    """What a driver adds to the log-odds of a segment's people, on average, less what it adds to everyone else's."""

    driver: str
    difference: float


@dataclass(frozen=True)
class Segment:
    """People in two or three groups at once, who left more than the groups explain; over the last twelve months.

    people: mean head count. exits: of any kind. expected: voluntary exits that the groups explain. last: voluntary
    compared with expected exits, corrected for the segments that were tested. earlier: the same in the months that
    found the segment, corrected for all combinations; its ratio is too high, because the search chose it. drivers: by
    the published scores, the largest difference first; () where it is not shown.
    """

    conditions: tuple[Condition, ...]
    earlier: Comparison
    people: int = 0
    exits: int = 0
    voluntary: int = 0
    expected: float = 0.0
    rate: Rate | None = None
    last: Comparison | None = None
    drivers: tuple[DriverDifference, ...] = ()


@dataclass(frozen=True)
class ExpectedSegment:
    """People in two or three groups at once, of whom more are expected to leave than the groups explain.

    expected: voluntary exits by the published risks, within their horizon. explained: those that the groups explain.
    """

    conditions: tuple[Condition, ...]
    people: int
    expected: float
    explained: float
    drivers: tuple[DriverDifference, ...] = ()


@dataclass(frozen=True)
class ScoredSegments:
    """The segments that published scores expect to lose more; by the same scores, the drivers of `Turnover.segments`.

    snapshot_date, horizon_months: of the scores.
    """

    snapshot_date: date
    horizon_months: int
    expected: tuple[ExpectedSegment, ...] = ()


@dataclass(frozen=True)
class Turnover:
    """What happened in a source up to `complete_until`; of groups only what `pipeline.disclosure` allows.

    window_first, window_last: the months of `groups`. regret: how it is known which exits are regretted, `recorded`,
    `performance` (the top third of reviews) or None. expectation: `scores` or `year_before`. notes: what is left out.
    """

    source: str
    complete_from: date
    complete_until: date
    window_first: date
    window_last: date
    months: tuple[MonthRow, ...] = ()
    groups: tuple[GroupRow, ...] = ()
    reasons: tuple[ReasonRow, ...] = ()
    drivers: tuple[DriverRow, ...] = ()
    drivers_of: int = 0
    cohorts: tuple[CohortRow, ...] = ()
    segments: tuple[Segment, ...] = ()
    scored_segments: ScoredSegments | None = None
    regret: str | None = None
    expectation: str = "year_before"
    notes: tuple[str, ...] = field(default=())
