"""A condition of promotion as data: what is asked, its figure and limit, and the verdict. Its words are made at the
edge (`pipeline.registry.gate_words`)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from pipeline.judgement.figures import Bounded
from pipeline.judgement.groups import Group

Verdict = Literal["passed", "open", "refused"]


class Code(StrEnum):
    """What a condition asks."""

    SLOPE = "calibration_slope"
    BASELINE = "against_baseline"
    PART = "against_part"
    CHAMPION = "against_champion"
    RATIO = "ratio_between_groups"


@dataclass(frozen=True)
class Limits:
    """What the figure must lie within; None where that side is open."""

    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class StoredWords:
    """The English texts of a condition in a report of version 0.1, which holds nothing else of it."""

    condition: str
    limit: str


@dataclass(frozen=True)
class Condition:
    """One condition of promotion.

    `metric` is what is judged, `against` the name of a baseline or part, or the champion's version; `attribute`,
    `group` and `other` belong to a ratio between two protected groups. `figure` is None where there is nothing to
    compare with. `short_by` is how far the figure itself lies beyond the limit, in its own unit; None where it is
    inside. A condition is open where it passes all the same: the interval reaches the limit, so the rows settle
    neither.
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
