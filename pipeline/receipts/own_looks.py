"""Who looked at a person, for the person: by day, role and purpose, without accounts.

An account would show which colleague gave which answer; the auditor sees it, and HR gives it where it matters.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.store.audit.audit import StoredEntry


@dataclass(frozen=True)
class LooksOfDay:
    """Looks of one day by a role for a purpose, with one result."""

    day: date
    role: str
    purpose: str | None
    result: str
    times: int


def looks_by_day(looked: Sequence[StoredEntry]) -> list[LooksOfDay]:
    """The looks counted, the newest day first; within a day in the order of roles, purposes and results."""
    counts = Counter((each.at.date(), each.role, each.purpose, each.result) for each in looked)
    looks = [LooksOfDay(*key, times) for key, times in counts.items()]
    return sorted(looks, key=lambda each: (-each.day.toordinal(), each.role, each.purpose or "", each.result))
