"""How often the actual number of voluntary exits lay in the range, over past months whose outcome is known."""

from collections import defaultdict
from datetime import date
from typing import Final

import polars as pl

from features.calendar import month_end
from pipeline.outlook.ahead import Figures, groups_of, horizons_of
from pipeline.outlook.predictive import range_of
from pipeline.outlook.report import HORIZONS, Held
from pipeline.store.groups.group_figures import DIMENSIONS, EVERYONE
from pipeline.store.reading import Published, PublishedScores

MONTHS: Final = 36
"""The past months that are compared."""

LEAST_COMPARED: Final = 10
"""The fewest ranges that are counted together: of few, the count would say how many people left voluntarily."""


def held(scores: PublishedScores, source: str, stays: pl.DataFrame, complete_until: date) -> tuple[Held, ...]:
    """By horizon, forecasts first, then months whose model had learned from later exits.

    stays: `turnover.staff.stays.stays_of`. Groups are those that were published: everyone, and by department, location
    and level.
    """
    hindsight = scores.hindsight(source)
    counts: dict[tuple[int, bool], list[list[bool]]] = defaultdict(list)
    for published in scores.history(source)[-MONTHS:]:
        ends = {months: month_end(published.snapshot_date, months) for months in HORIZONS}
        matured = [months for months, end in ends.items() if end <= complete_until]
        if not matured:
            continue
        people = scores.posts_and_risks(published)
        figures = figures_of(scores, published)
        for months in set(matured) & set(horizons_of(people)):
            left = left_voluntarily(stays, published.snapshot_date, ends[months])
            found = _inside(people, figures, months, left)
            if found:
                counts[months, published.snapshot_date in hindsight].append(found)
    rows = [
        Held(months, is_hindsight, len(by_month), sum(map(len, by_month)), sum(map(sum, by_month)))
        for (months, is_hindsight), by_month in sorted(counts.items(), key=lambda each: (each[0][1], each[0][0]))
    ]
    return tuple(each for each in rows if each.compared >= LEAST_COMPARED)


def left_voluntarily(stays: pl.DataFrame, day: date, end: date) -> pl.DataFrame:
    """employee_id, left: of those employed on a day, whether their stay ended voluntarily in (day, end]."""
    present = stays.filter(pl.col("entry") <= day, pl.col("kind").is_null() | (pl.col("end") > day))
    left = (pl.col("kind") == "voluntary").fill_null(False) & (pl.col("end") <= end)
    return present.group_by("employee_id").agg(left=left.any())


def figures_of(scores: PublishedScores, published: Published) -> Figures:
    """The published figures of everyone and of all groups, by dimension."""
    return {by: scores.group_figures(published, by) for by in (EVERYONE, *DIMENSIONS)}


def _inside(people: pl.DataFrame, figures: Figures, months: int, outcomes: pl.DataFrame) -> list[bool]:
    """Whether the actual number was in the range, for each group. People who had already left do not count."""
    found = []
    for group in groups_of(people, figures):
        known = group.members.select("employee_id").join(outcomes, on="employee_id", how="inner")
        if known.is_empty():
            continue
        low, high = range_of(group.exits(months, known["employee_id"]))
        found.append(low <= int(known["left"].sum()) <= high)
    return found
