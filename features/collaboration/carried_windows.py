"""What is carried from one snapshot date to the next, since most of what one date reads the date before had read.

Some dates may be at work at once; each of these then serves one after the other.
"""

from dataclasses import dataclass, field
from threading import Lock
from typing import Final

import narwhals as nw

from features.calendar import Frame, month_index
from features.collaboration.fast_paths import fast_paths
from features.collaboration.pairs import ASKS
from features.collaboration.summed_months import SummedMonths
from features.known.facts import Known

MONTHS: Final = 12
LONGEST_STEP: Final = 3
"""Months between two dates up to which changes are fewer rows than the window."""


@dataclass
class PairWindow:
    """How often the people of each pair asked one another in (12, 0] before the date it was last asked for.

    A year's window holds twelve months of pairs. Of two month-ends that follow one another it shares eleven, so adding
    what became known since and taking away what has grown too old reads a sixth of the rows; the counts are whole
    numbers, so they are the same as counted anew. Holds the pairs of all spells.
    """

    _month: int = 0
    _pairs: Frame | None = None
    _lock: Lock = field(default_factory=Lock)

    def on(self, known: Known, summed: SummedMonths) -> Frame:
        """`pair`, ASKS, in which 0 and 0 is where all that came is an answer, and how many `rows` were counted.

        What an engine lets go of after each date is counted anew.
        """
        now = month_index(known.snapshot_date)
        add_pairs = fast_paths(known.engine).add_pairs
        with self._lock:
            if self._pairs is not None and 0 <= now - self._month <= LONGEST_STEP:
                pairs = add_pairs(self._pairs, nw.concat(_changes(known, summed, self._month)))
            else:
                pairs = add_pairs(None, counted(summed.pairs(known, MONTHS), 1))
            if known.engine.holds_between_dates and now >= self._month:  # a date that was overtaken holds nothing up
                self._month, self._pairs = now, pairs
        return pairs


def _changes(known: Known, summed: SummedMonths, before: int) -> list[Frame]:
    """What the window has gained since the month `before`, and what it has lost, the latter below 0."""
    now = month_index(known.snapshot_date)
    gained = summed.pairs(known, MONTHS).filter(nw.col("known_month") > before)
    lost = summed.pairs(known, MONTHS + now - before)
    lost = lost.filter(nw.col("month") <= now - MONTHS, nw.col("known_month") <= before)
    return [counted(gained, 1), counted(lost, -1)]


def counted(rows: Frame, sign: int) -> Frame:
    """How often either asked, and that each row is one: to be added, or with -1 taken away."""
    return rows.select("pair", nw.col(ASKS) * sign, rows=nw.lit(sign, nw.Int32))


@dataclass
class LastService:
    """The last month in which each person asked for or gave a service, by what was known on the date last asked for.

    It never goes back as more becomes known, so a later date reads no more than what became known since.
    """

    _month: int = 0
    _last: Frame | None = None
    _lock: Lock = field(default_factory=Lock)

    def on(self, known: Known, summed: SummedMonths) -> Frame:
        """Of all spells: employee_id, `month` (year × 12 + month)."""
        now = month_index(known.snapshot_date)
        with self._lock:
            rows = summed.services(known).select("employee_id", "month", "known_month")
            if self._last is not None and self._month <= now:
                gained = rows.filter(nw.col("known_month") > self._month).select("employee_id", "month")
                rows = nw.concat([self._last, gained])
            last = known.engine.hold(rows.group_by("employee_id").agg(nw.col("month").max()), of_many=True)
            if known.engine.holds_between_dates:
                self._month, self._last = now, last
        return last
