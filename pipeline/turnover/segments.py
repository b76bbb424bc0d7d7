"""Segments found by search: people in a combination of two or three groups who left more than the groups explain.

What the groups explain is a rate with one factor for each group, fitted to all of them together. Combinations are
searched for in earlier months, at a false discovery rate of 20 %; those found are tested again on the last twelve
months, which did not find them, so that of companies without any segment at most one in twenty gets one (Holm).
Dimensions are those of a post, and the time in the company; protected attributes are none of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.disclosure.overlapping import separates_few
from pipeline.turnover.multiplicative import Multiplicative
from pipeline.turnover.rates import MONTHS_A_YEAR, Comparison, adjusted, against_expected, annual_rate
from pipeline.turnover.report import Condition, Segment

DIMENSIONS: Final = ("department", "level", "location", "job", "contract", "tenure")
LEAST_PEOPLE: Final = 20
"""Mean head count of a segment, in the months of the search and in the last twelve."""
EARLIER_MONTHS: Final = 24
"""The most months that are searched; at least twelve."""
FALSE_DISCOVERIES: Final = 0.2
ERROR: Final = 0.05
MOST: Final = 10
"""Segments that are tested again: the more there are, the less each is likely to be confirmed."""
LARGEST_OVERLAP: Final = 0.5
"""Of the smaller segment; of two that overlap more, the clearer one is tested."""
FEWEST_DIMENSIONS: Final = 2

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class _Period:
    """Months: one row per combination of all dimensions, with person_months, exits and voluntary; and what the groups
    explain of them."""

    cells: pl.DataFrame
    model: Multiplicative
    months: int

    def mask(self, conditions: Sequence[Condition]) -> Mask:
        """The rows of a segment."""
        is_inside = pl.all_horizontal((pl.col(each.by) == each.group).fill_null(value=False) for each in conditions)
        return self.cells.select(is_inside).to_series().to_numpy()

    def compared(self, mask: Mask, chance: float) -> tuple[float, Comparison | None]:
        """Expected exits, and the observed ones beside them."""
        expected = self.model.expected_without(mask)
        found = against_expected(int(self.cells["voluntary"].to_numpy()[mask].sum()), expected)
        return expected, replace(found, p=chance) if found else None


def segments_of(by_month: pl.DataFrame, months: Sequence[date]) -> tuple[Segment, ...]:
    """The confirmed segments, clearest first; none in less than two years. by_month: `episodes.months_of`."""
    last, earlier = months[-MONTHS_A_YEAR:], months[-MONTHS_A_YEAR - EARLIER_MONTHS : -MONTHS_A_YEAR]
    names = [name for name in DIMENSIONS if name in by_month.columns]
    if len(earlier) < MONTHS_A_YEAR or len(names) < FEWEST_DIMENSIONS:
        return ()
    before, now = (_period(by_month, each, names) for each in (earlier, last))
    found = _distinct(_candidates(before, names), before)
    return _shown(_confirmed([_again(each, now) for each in found]), now)


def _period(by_month: pl.DataFrame, months: Sequence[date], names: Sequence[str]) -> _Period:
    rows = by_month.filter(pl.col("month").is_in(list(months))).with_columns(pl.col(names).cast(pl.String))
    cells = rows.group_by(names).agg(
        pl.col("days_share").sum().alias("person_months"),
        pl.col("kind").is_not_null().sum().cast(pl.Int64).alias("exits"),
        (pl.col("kind") == "voluntary").sum().cast(pl.Int64).alias("voluntary"),
    )
    cells = cells.sort(names)
    codes = [cells[name].rank("dense").fill_null(0).cast(pl.Int64).to_numpy() for name in names]
    left, worked = (cells[name].cast(pl.Float64).to_numpy() for name in ("voluntary", "person_months"))
    return _Period(cells, Multiplicative.fit(left, worked, codes), len(months))


def _candidates(period: _Period, names: Sequence[str]) -> list[Segment]:
    """The combinations in which more people left than expected, at `FALSE_DISCOVERIES`, clearest first."""
    sets = [each for size in (2, 3) for each in combinations(names, size)]
    segments: list[tuple[Condition, ...]] = []
    chances: list[float] = []
    for each in sets:
        sizes = period.cells.drop_nulls(each).group_by(each).agg(pl.col("person_months").sum()).sort(each)
        large = sizes.filter(pl.col("person_months") >= LEAST_PEOPLE * period.months).with_row_index("set")
        numbers = period.cells.join(large, on=each, how="left", maintain_order="left")["set"]
        chances += period.model.chances(numbers.cast(pl.Int64).fill_null(-1).to_numpy())[: large.height].tolist()
        segments += [tuple(map(Condition, each, row)) for row in large.select(each).rows()]
    corrected = adjusted(chances)
    order = [at for at in np.argsort(chances, kind="stable") if corrected[at] <= FALSE_DISCOVERIES]
    found = ((segments[at], period.compared(period.mask(segments[at]), chances[at])[1], at) for at in order)
    return [
        Segment(conditions, earlier=replace(compared, p_adjusted=float(corrected[at])))
        for conditions, compared, at in found
        if compared is not None
    ]


def _distinct(segments: Sequence[Segment], period: _Period) -> list[Segment]:
    """The first `MOST` that are not largely about the people of a clearer one."""
    worked = period.cells["person_months"].to_numpy()
    taken: list[tuple[Segment, Mask]] = []
    for each in segments:
        mask = period.mask(each.conditions)
        overlaps = (worked[mask & other].sum() / min(worked[mask].sum(), worked[other].sum()) for _, other in taken)
        if len(taken) < MOST and all(share <= LARGEST_OVERLAP for share in overlaps):
            taken.append((each, mask))
    return [each for each, _ in taken]


def _again(segment: Segment, now: _Period) -> Segment:
    """The segment with the figures of the last twelve months; without a comparison if it has too few people now."""
    mask = now.mask(segment.conditions)
    part = now.cells.filter(pl.Series(mask))
    worked = float(part["person_months"].sum())
    if worked < LEAST_PEOPLE * now.months:
        return segment
    expected, compared = now.compared(mask, float(now.model.chances(mask.astype(np.int64) - 1)[0]))
    return replace(
        segment,
        people=round(worked / now.months),
        exits=int(part["exits"].sum()),
        voluntary=int(part["voluntary"].sum()),
        expected=round(expected, 1),
        rate=annual_rate(float(part["voluntary"].sum()), worked),
        last=compared,
    )


def _confirmed(segments: Sequence[Segment]) -> list[Segment]:
    """Those in which more people left than expected once more; every segment that was tested counts (Holm, 1979)."""
    tested = [(each, each.last) for each in segments if each.last is not None]
    ordered = sorted(tested, key=lambda each: each[1].p)
    kept: list[Segment] = []
    highest = 0.0
    for number, (each, compared) in enumerate(ordered):
        highest = max(highest, min(1.0, compared.p * (len(segments) - number)))
        if highest <= ERROR:
            kept.append(replace(each, last=replace(compared, p_adjusted=highest)))
    return kept


def _shown(segments: Sequence[Segment], now: _Period) -> tuple[Segment, ...]:
    """Those whose figures do not show how one or two people left, beside those of everyone, groups and each other."""
    exits = now.cells["exits"].to_numpy()
    shown = [np.ones(len(exits), dtype=bool)]
    kept = []
    for each in segments:
        mask = now.mask(each.conditions)
        groups = [now.mask([condition]) for condition in each.conditions]
        if not separates_few(exits, mask, [*shown, *groups]):
            kept.append(each)
            shown.append(mask)
    return tuple(kept)
