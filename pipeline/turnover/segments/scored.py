"""What published scores add to segments: those that are expected to lose more, and the drivers that differ in each.

The sums of a segment are chosen beside all that is shown of a publication (`disclosure.segments`). Segments are found
in a source, which may be read again while the same scores are served: then only those that were shown stay shown.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

import polars as pl

from features.calendar import month_end
from features.contract.vocabulary import CONTEXT, DRIVERS
from pipeline.disclosure.intersections import PARTS, intersections, only
from pipeline.disclosure.segments import segments_with_sums
from pipeline.store.groups import group_figures
from pipeline.store.groups.group_figures import EVERYONE, shown_members
from pipeline.store.reading import Published, PublishedScores
from pipeline.turnover.report import Condition, DriverDifference, ScoredSegments, Turnover
from pipeline.turnover.segments.expected import expected_segments
from pipeline.turnover.segments.search import DIMENSIONS, Conditions, is_inside
from pipeline.turnover.staff.observed import Observed

DIGITS: Final = 2
Drivers = Mapping[Conditions, tuple[DriverDifference, ...]]


def with_scores(
    scores: PublishedScores, observed: Observed, turnover: Turnover, last: Mapping[str, Any] | None
) -> Turnover:
    """The turnover with what the scores that are served add to its segments.

    last: the figures that were published before, as JSON. Nothing is added once somebody was erased from the scores,
    or where it is not known what else is shown of them.
    """
    published = scores.newest(observed.source.name)
    parts = scores.written_parts(published) if published else None
    if published is None or parts is None or scores.count_scored(published) != published.people:
        return turnover
    episodes = observed.episodes
    now, before = _people(scores, published, episodes), _a_horizon_before(scores, published)
    expected = expected_segments(_people(scores, before, episodes), now) if before else ()
    asked = dict.fromkeys([*(each.conditions for each in turnover.segments), *(each.conditions for each in expected)])
    before_now = seen(last, published.snapshot_date)
    allowed = [each for each in asked if before_now is None or each in before_now]
    drivers = _drivers(scores, published, parts, now, allowed)
    left = tuple(replace(each, drivers=drivers.get(each.conditions, ())) for each in turnover.segments)
    shown = tuple(replace(each, drivers=drivers[each.conditions]) for each in expected if each.conditions in drivers)
    about = ScoredSegments(published.snapshot_date, published.horizon_months, shown)
    return replace(turnover, segments=left, scored_segments=about)


def _people(scores: PublishedScores, published: Published, episodes: pl.DataFrame) -> pl.DataFrame:
    """Everyone scored, by id: employee_id, risk, team, and the `DIMENSIONS` that the source has, as of that day."""
    day = published.snapshot_date
    names = [name for name in DIMENSIONS if name in episodes.columns]
    on_day = episodes.filter(pl.col("first") <= day, pl.col("last") >= day).unique("employee_id", keep="last")
    posts = scores.posts_and_risks(published).select("employee_id", "risk", team="manager_id")
    return posts.join(on_day.select("employee_id", *names), on="employee_id", how="left", maintain_order="left")


def _a_horizon_before(scores: PublishedScores, published: Published) -> Published | None:
    """The last publication whose horizon ended by the day of this one; None if there is none of the same horizon."""
    months, day = published.horizon_months, published.snapshot_date
    earlier = (
        each
        for each in reversed(scores.history(published.source))
        if months and each.horizon_months == months and month_end(each.snapshot_date, months) <= day
    )
    return next(earlier, None)


def seen(last: Mapping[str, Any] | None, day: date) -> Collection[Conditions] | None:
    """The segments whose sums were shown of the scores of this day; None if none of these scores were."""
    about = (last or {}).get("scored_segments")
    if not last or not about or about["snapshot_date"] != str(day):
        return None
    shown = [*(each for each in last["segments"] if each["drivers"]), *about["expected"]]
    return {tuple(Condition(**each) for each in segment["conditions"]) for segment in shown}


def _drivers(
    scores: PublishedScores,
    published: Published,
    parts: Mapping[str, Collection[str]],
    people: pl.DataFrame,
    asked: Sequence[Conditions],
) -> Drivers:
    """The differences of each segment whose sums may be shown."""
    figures = {by: scores.group_figures(published, by) for by in (EVERYONE, *group_figures.DIMENSIONS)}
    everyone = figures[EVERYONE][0] if figures[EVERYONE] else {"people": None}
    if not asked or everyone["people"] is None:
        return {}
    posts = scores.posts_and_risks(published)
    shown = {by: [row["value"] for row in rows if row["people"] is not None] for by, rows in figures.items()}
    every = pl.concat([posts.select("job"), intersections(posts.select(PARTS))], how="horizontal")
    beside = [shown_members(posts, shown).drop("person"), only(every, {name: parts[name] for name in every.columns})]
    members = [people.select(is_inside(each)).to_series() for each in asked]
    allowed = segments_with_sums([each.to_numpy() for each in members], pl.concat(beside, how="horizontal"))
    of = {
        each: people.filter(inside)["employee_id"]
        for each, inside, is_shown in zip(asked, members, allowed, strict=True)
        if is_shown
    }
    once = pl.concat([pl.Series(dtype=pl.String), *of.values()]).unique().sort()
    sums = scores.driver_sums(published, once.to_list())
    by_segment = {each: sums.filter(pl.col("employee_id").is_in(ids.implode())) for each, ids in of.items()}
    return {each: differences(rows, everyone) for each, rows in by_segment.items()}


def differences(inside: pl.DataFrame, everyone: Mapping[str, Any]) -> tuple[DriverDifference, ...]:
    """The mean of the segment less that of everyone else, the largest difference first. inside: a row a person with the
    log-odds that each driver adds.

    m_S − (N·m − n·m_S) / (N − n), which is (m_S − m) · N / (N − n).
    """
    whole, part = everyone["people"], inside.height
    if whole <= part:
        return ()
    found = []
    for driver in (*DRIVERS, CONTEXT):
        apart = (inside[driver].sum() / part - everyone[f"{driver}_log_odds"]) * whole / (whole - part)
        found.append(DriverDifference(driver, round(apart, DIGITS) + 0.0))
    return tuple(sorted(found, key=lambda each: -abs(each.difference)))
