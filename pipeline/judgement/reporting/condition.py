"""A condition of promotion as data: what it requires, its figure and limit, and the verdict.

Its text is written by `pipeline.registry.gate.words`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from pipeline.judgement.reporting.groups import Group
from pipeline.judgement.statistics.figures import Bounded

Verdict = Literal["passed", "open", "refused"]


class Code(StrEnum):
    """What a condition requires."""

    SLOPE = "calibration_slope"
    BASELINE = "against_baseline"
    PART = "against_part"
    CHAMPION = "against_champion"
    EXPECTED = "expected_exits"
    RATIO = "ratio_between_groups"


@dataclass(frozen=True)
class Limits:
    """The bounds that the figure must lie within; None on an open side."""

    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class StoredWords:
    """The English texts of a condition in a report of version 0.1, which stores nothing else about it."""

    condition: str
    limit: str


@dataclass(frozen=True)
class Condition:
    """One condition of promotion.

    `metric` is the metric compared, `against` the name of a baseline or part, the champion's version, or the people for
    whom exits are expected (`tested`, `latest`). `attribute`,
    `group` and `other` are set for a ratio between two protected groups. `figure` is None if there is nothing to
    compare with. `short_by` is how far the figure lies beyond the limit, in its own unit; None if it lies within. The
    verdict is open if the figure lies beyond the limit but its interval includes the limit; open passes.
    """

    code: Code | None
    verdict: Verdict
    figure: Bounded | None = None
    limit: Limits = Limits()
    short_by: float | None = None
    metric: str = ""
    against: str | None = None
    attribute: str | None = None
    group: Group | None = None
    other: Group | None = None
    stored: StoredWords | None = None

    @property
    def is_passed(self) -> bool:
        return self.verdict != "refused"
