"""The outlook, as others read it. A figure that may not be shown, or is not known, is None."""

from dataclasses import dataclass, field
from datetime import date
from typing import Final

HORIZONS: Final = (3, 6, 12)
"""The months ahead for which head count is shown."""

BY: Final = ("everyone", "department", "location", "job", "level")
"""How people are grouped. A plan of hires uses the same names, without everyone."""


@dataclass(frozen=True)
class OutlookRow:
    """A group over the next `horizon_months`. Ranges hold the number in at least 90 of 100 cases.

    people: scored on the snapshot date. expected, low, high: voluntary exits. other: all other exits, at the company's
    own rate. planned_hires: None if no plan is given. head_count: people less both kinds of exits, and the hires.
    """

    by: str
    group: str | None
    horizon_months: int
    people: int | None = None
    expected: float | None = None
    low: int | None = None
    high: int | None = None
    other: float | None = None
    other_low: int | None = None
    other_high: int | None = None
    planned_hires: int | None = None
    head_count: float | None = None
    head_count_low: int | None = None
    head_count_high: int | None = None

    @property
    def is_suppressed(self) -> bool:
        """Whether nothing of the group is shown."""
        return self.people is None


@dataclass(frozen=True)
class PlannedHires:
    """Hires planned for a month (YYYY-MM) in the groups that are named; None: not stated."""

    month: str
    number: int
    department: str | None = None
    location: str | None = None
    job: str | None = None
    level: str | None = None


@dataclass(frozen=True)
class Held:
    """How often the actual number of voluntary exits lay in the range, over past months and shown groups.

    compared: ranges of groups and months. is_hindsight: from a model that had already learned from these exits.
    """

    horizon_months: int
    is_hindsight: bool
    months: int
    compared: int
    inside: int


@dataclass(frozen=True)
class Outlook:
    """What is coming in a source after a snapshot date; of groups only what `pipeline.disclosure` allows.

    unplaced_hires: planned hires of which no dimension names a group that has people now. notes: what is left out.
    """

    source: str
    snapshot_date: date
    publication_id: int
    rows: tuple[OutlookRow, ...] = ()
    planned: tuple[PlannedHires, ...] = ()
    held: tuple[Held, ...] = ()
    notes: tuple[str, ...] = field(default=())
