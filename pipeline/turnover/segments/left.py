"""Segments of people who left: found in earlier months, and confirmed in the last twelve, which did not find them.

Combinations are searched for at a false discovery rate of 20 %. Those found are tested again, so that of companies
without any segment at most one in twenty gets one (Holm).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from pipeline.disclosure.overlapping import separates_few
from pipeline.turnover.rates import MONTHS_A_YEAR, Comparison, against_expected, annual_rate
from pipeline.turnover.report import Segment
from pipeline.turnover.segments.search import (
    DIMENSIONS,
    ERROR,
    FEWEST_DIMENSIONS,
    FEWEST_PEOPLE,
    Cells,
    Mask,
    candidates,
    distinct,
)

EARLIER_MONTHS: Final = 24
"""The most months that are searched; at least twelve."""


def segments_of(by_month: pl.DataFrame, months: Sequence[date]) -> tuple[Segment, ...]:
    """The confirmed segments, clearest first; none in less than two years. by_month: `staff.episodes.months_of`."""
    last, earlier = months[-MONTHS_A_YEAR:], months[-MONTHS_A_YEAR - EARLIER_MONTHS : -MONTHS_A_YEAR]
    names = [name for name in DIMENSIONS if name in by_month.columns]
    if len(earlier) < MONTHS_A_YEAR or len(names) < FEWEST_DIMENSIONS:
        return ()
    before, now = (_cells(by_month, each, names) for each in (earlier, last))
    found = distinct(_found(before, names), lambda each: each.conditions, before)
    return _shown(_confirmed([_again(each, now) for each in found]), now)


def _cells(by_month: pl.DataFrame, months: Sequence[date], names: Sequence[str]) -> Cells:
    rows = by_month.filter(pl.col("month").is_in(list(months)))
    sums = rows.group_by(names).agg(
        pl.col("days_share").sum().alias("worked"),
        pl.col("kind").is_not_null().sum().cast(pl.Int64).alias("exits"),
        (pl.col("kind") == "voluntary").sum().cast(pl.Int64).alias("left"),
    )
    return Cells.of(sums.with_columns(pl.col(names).cast(pl.String)), names, len(months))


def _found(cells: Cells, names: Sequence[str]) -> list[Segment]:
    tested = candidates(cells, names)
    compared = ((each, _compared(cells, cells.mask(each.conditions), each.chance)[1]) for each in tested)
    return [
        Segment(each.conditions, earlier=replace(found, p_adjusted=each.corrected)) for each, found in compared if found
    ]


def _compared(cells: Cells, mask: Mask, chance: float) -> tuple[float, Comparison | None]:
    """Expected exits, and the observed ones beside them."""
    expected = cells.model.expected_without(mask)
    found = against_expected(int(cells.table["left"].to_numpy()[mask].sum()), expected)
    return expected, replace(found, p=chance) if found else None


def _again(segment: Segment, now: Cells) -> Segment:
    """The segment with the figures of the last twelve months; without a comparison if it has too few people now."""
    mask = now.mask(segment.conditions)
    part = now.table.filter(pl.Series(mask))
    worked, left = float(part["worked"].sum()), int(part["left"].sum())
    if worked < FEWEST_PEOPLE * now.months:
        return segment
    expected, compared = _compared(now, mask, float(now.model.chances(mask.astype(np.int64) - 1)[0]))
    return replace(
        segment,
        people=round(worked / now.months),
        exits=int(part["exits"].sum()),
        voluntary=left,
        expected=round(expected, 1),
        rate=annual_rate(float(left), worked),
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


def _shown(segments: Sequence[Segment], now: Cells) -> tuple[Segment, ...]:
    """Those whose figures do not show how one or two people left, beside those of everyone, groups and each other."""
    exits = now.table["exits"].to_numpy()
    shown = [np.ones(len(exits), dtype=bool)]
    kept = []
    for each in segments:
        mask = now.mask(each.conditions)
        groups = [now.mask([condition]) for condition in each.conditions]
        if not separates_few(exits, mask, [*shown, *groups]):
            kept.append(each)
            shown.append(mask)
    return tuple(kept)
