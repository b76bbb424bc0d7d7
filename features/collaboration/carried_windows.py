"""Counts carried from one snapshot date to the next, since a date reads mostly what the previous date has read.

Several dates may be computed in parallel; a lock lets each of these classes serve one date at a time.
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
"""The most months between two dates for which the changes have fewer rows than the window."""


@dataclass
class PairWindow:
    """How often the people of each pair asked one another, in (12, 0] before the date of the last call.

    The windows of two successive month-ends share eleven of twelve months. Adding what became known since and
    subtracting what has become too old reads a sixth of the rows; the counts are whole numbers, so they equal those of
    a full count. Holds the pairs of all spells.
    """

    _month: int = 0
    _pairs: Frame | None = None
    _lock: Lock = field(default_factory=Lock)

    def on(self, known: Known, summed: SummedMonths) -> Frame:
        """`pair`, ASKS (0 and 0 for a pair with answers only), and the number of `rows` counted.

        With an engine that releases frames after each date, everything is counted again.
        """
        now = month_index(known.snapshot_date)
        add_pairs = fast_paths(known.engine).add_pairs
        with self._lock:
            if self._pairs is not None and 0 <= now - self._month <= LONGEST_STEP:
                pairs = add_pairs(self._pairs, nw.concat(_changes(known, summed, self._month)))
            else:
                pairs = add_pairs(None, counted(summed.pairs(known, MONTHS), 1))
            if known.engine.holds_between_dates and now >= self._month:  # an earlier date does not replace a later one
                self._month, self._pairs = now, pairs
        return pairs


def _changes(known: Known, summed: SummedMonths, before: int) -> list[Frame]:
    """What the window has gained since the month `before`, and what it has lost, as negative counts."""
    now = month_index(known.snapshot_date)
    gained = summed.pairs(known, MONTHS).filter(nw.col("known_month") > before)
    lost = summed.pairs(known, MONTHS + now - before)
    lost = lost.filter(nw.col("month") <= now - MONTHS, nw.col("known_month") <= before)
    return [counted(gained, 1), counted(lost, -1)]


def counted(rows: Frame, sign: int) -> Frame:
    """How often either asked, and 1 for each row, both times `sign`: 1 to add them, -1 to subtract them."""
    return rows.select("pair", nw.col(ASKS) * sign, rows=nw.lit(sign, nw.Int32))


@dataclass
class LastService:
    """The last month in which each person asked for or gave a service, as known on the date of the last call.

    More knowledge never makes it earlier, so a later date reads only what became known since.
    """

    _month: int = 0
    _last: Frame | None = None
    _lock: Lock = field(default_factory=Lock)

    def on(self, known: Known, summed: SummedMonths) -> Frame:
        """Over all spells: employee_id, `month` (year × 12 + month)."""
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
