"""What is carried from one snapshot date to the next, since most of what one date reads the date before had read.

Some dates may be at work at once; each of these then serves one after the other.
"""

from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Final

import narwhals as nw

from features.calendar import Frame, month_index
from features.collaboration.pairs import ASKS

if TYPE_CHECKING:
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

    def on(self, known: "Known") -> Frame:
        """Of the present spells of both: `pair` and ASKS, in which 0 and 0 is where all that came is an answer.

        What an engine lets go of after each date is counted anew.
        """
        with self._lock:
            pairs = self._of_all_spells(known)
        earlier = known.pairs_of_earlier_spells(MONTHS)
        if earlier is not None:
            pairs = known.engine.add_pairs(pairs, _counted(earlier, -1))
        return pairs.select("pair", ASKS)

    def _of_all_spells(self, known: "Known") -> Frame:
        now = month_index(known.snapshot_date)
        if self._pairs is not None and 0 <= now - self._month <= LONGEST_STEP:
            pairs = known.engine.add_pairs(self._pairs, nw.concat(_changes(known, self._month)))
        else:
            pairs = known.engine.add_pairs(None, _counted(known.pairs_of_all_spells(MONTHS), 1))
        if known.engine.holds_between_dates and now >= self._month:  # a date that was overtaken holds nothing up
            self._month, self._pairs = now, pairs
        return pairs


def _changes(known: "Known", before: int) -> list[Frame]:
    """What the window has gained since the month `before`, and what it has lost, the latter below 0."""
    now = month_index(known.snapshot_date)
    gained = known.pairs_of_all_spells(MONTHS).filter(nw.col("known_month") > before)
    lost = known.pairs_of_all_spells(MONTHS + now - before)
    lost = lost.filter(nw.col("month") <= now - MONTHS, nw.col("known_month") <= before)
    return [_counted(gained, 1), _counted(lost, -1)]


def _counted(rows: Frame, sign: int) -> Frame:
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

    def on(self, known: "Known") -> Frame:
        """Of all spells: employee_id, `month` (year × 12 + month)."""
        now = month_index(known.snapshot_date)
        with self._lock:
            rows = known.services_of_all_spells().select("employee_id", "month", "known_month")
            if self._last is not None and self._month <= now:
                gained = rows.filter(nw.col("known_month") > self._month).select("employee_id", "month")
                rows = nw.concat([self._last, gained])
            last = known.engine.hold(rows.group_by("employee_id").agg(nw.col("month").max()), of_many=True)
            if known.engine.holds_between_dates:
                self._month, self._last = now, last
        return last
