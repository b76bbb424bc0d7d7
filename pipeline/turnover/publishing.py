"""Computes what happened in a source and publishes it to the store, where the server reads it."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from features.errors import BadInput, Finding
from pipeline.disclosure import LEAST_FOR_REPRESENTATIVES
from pipeline.store.erasure import erased_since
from pipeline.store.groups.turnover_figures import TurnoverFigures, newest_turnover, write_turnover
from pipeline.store.store import Store
from pipeline.turnover.expectation import expectation_of
from pipeline.turnover.groups.monthly import MANAGER
from pipeline.turnover.happened import Happened, happened, months_between, window_of
from pipeline.turnover.report import Turnover
from pipeline.turnover.segments.scored import with_scores
from pipeline.turnover.staff.observed import observed_in
from pipeline.turnover.turnover_json import as_json, group_json, month_json

if TYPE_CHECKING:
    from features.source import CrossSection, Source


def source_with_dates(loaded: "Source | CrossSection") -> "Source":
    """The source. Raises BadInput for a cross-section, which does not say when anybody came or left."""
    from features.source import CrossSection

    if isinstance(loaded, CrossSection):
        rule = "a cross-section has no dates, so it is not known when people came and left"
        remedy = "Give the tables employees and exits with their dates."
        raise BadInput(Finding(rule, "source.toml", "cross_section", 0, remedy))
    return loaded


def publish_turnover(store: Store, source: "Source", read_at: int) -> Happened:
    """Compute what happened up to `complete_until` and publish it; returns the figures.

    `read_at` is the `Store.moment` before the source was read: lines of people erased since then are left out.
    """
    after, until = window_of(months_between(source.complete_from, source.complete_until))
    observed = observed_in(source)
    with store.reading() as scores:
        expectation = expectation_of(scores, observed, after, until)
    found = happened(observed, expectation, LEAST_FOR_REPRESENTATIVES)
    with store.reading() as scores:
        last = newest_turnover(scores.connection, source.name, only_large_groups=False)
        found = _with_segments(found, with_scores(scores, observed, found.turnover, last))
    published = TurnoverFigures(
        source=source.name,
        month=f"{source.complete_until:%Y-%m}",
        figures=as_json(found.turnover),
        large_groups=as_json(found.large_groups),
        lines=_lines(found.turnover),
    )
    with store.changing() as connection:
        write_turnover(connection, published, erased_since(connection, read_at))
    return found


def _with_segments(found: Happened, scored: Turnover) -> Happened:
    """Both versions with the segments of one: they are about more people than either leaves out."""
    large = replace(found.large_groups, segments=scored.segments, scored_segments=scored.scored_segments)
    return Happened(scored, large)


def _lines(turnover: Turnover) -> dict[str, dict[str, Any]]:
    """The figures of each manager's line that is shown."""
    lines: dict[str, dict[str, Any]] = {
        str(row.group): {"group": group_json(row), "months": []}
        for row in turnover.groups
        if row.by == MANAGER and not row.is_suppressed
    }
    for month in turnover.months:
        if month.by == MANAGER and month.group in lines:
            lines[month.group]["months"].append(month_json(month))
    return lines
